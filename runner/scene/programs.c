/* scene/programs: starting the programs of a scene and keeping what they print. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "scene/actions.h"
#include "scene/run.h"

char *program_file(const struct scene_program *program)
{
    return program->solution ? mem_format("solution-%s", program->name) : mem_string(program->name);
}

struct actor *find_actor(struct run *run, const char *name)
{
    for (unsigned i = run->nactors; i > 0; i--)
        if (!run->actors[i - 1]->replaced && strcmp(run->actors[i - 1]->name, name) == 0)
            return run->actors[i - 1];
    return NULL;
}

bool actor_alive(const struct actor *actor)
{
    return actor->traced != NULL && actor->traced->live > 0;
}

void actor_free(struct actor *actor)
{
    loop_fd_remove(actor->gate_watch);
    if (actor->gate >= 0)
        close(actor->gate);
    stdio_close(&actor->io);
    strbuf_free(&actor->out);
    strbuf_free(&actor->outs[0]);
    strbuf_free(&actor->outs[1]);
    free(actor->name);
    free(actor);
}

static void on_output(void *arg, const char *stream, const char *data, size_t len)
{
    struct actor *actor = arg;
    struct run *run = actor->run;
    if (run->over)
        return;
    run->activity++;
    run->output_bytes += len;
    if (run->output_bytes > run->setup->limits.output_bytes) {
        run->limit = "output";
        return;
    }
    strbuf_add(&actor->out, data, len);
    strbuf_add(&actor->outs[strcmp(stream, "stderr") == 0], data, len);
    struct event *ev = timeline_append(run->tl, EVENT_OUTPUT, clock_now() - run->start);
    ev->host = timeline_string(run->tl, actor->place->name);
    ev->program = timeline_string(run->tl, actor->name);
    ev->output.stream = timeline_string(run->tl, stream);
    ev->output.bytes = timeline_bytes(run->tl, data, len);
}

/* The gate says that the program could not be executed, or closes when it was. */
static void on_gate(void *arg, int fd, uint32_t events)
{
    struct actor *actor = arg;
    int error = 0;
    (void)events;
    ssize_t n = recv(fd, &error, sizeof error, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n == (ssize_t)sizeof error)
        actor->exec_error = error;
    loop_fd_remove(actor->gate_watch);
    actor->gate_watch = NULL;
    actor->run->activity++;
}

static const struct scene_program *find_program(const struct run *run, const struct action *action)
{
    const char *role = action->start.role != NULL ? action->start.role : action->actor;
    for (unsigned i = 0; i < run->setup->nprograms; i++) {
        const struct scene_program *p = &run->setup->programs[i];
        if (strcmp(p->role, role) == 0 && p->solution == action->start.solution)
            return p;
    }
    return NULL;
}

static enum stdio_kind stdio_of(const struct run *run, const struct action *action)
{
    if (action->start.stdio != STDIO_DEFAULT)
        return action->start.stdio;
    if (run->setup->stdio != STDIO_DEFAULT)
        return run->setup->stdio;
    if (run->setup->script->stdio != STDIO_DEFAULT)
        return run->setup->script->stdio;
    return STDIO_PTY;
}

static struct actor *add_actor(struct run *run, struct place *place, const char *name)
{
    struct actor *former = find_actor(run, name);
    struct actor *actor = mem_alloc(sizeof *actor);
    if (former != NULL) {
        former->replaced = true;
        if (actor_alive(former))
            tracer_kill(run->tracer, former->traced, SIGKILL);
    }
    actor->name = mem_string(name);
    actor->run = run;
    actor->place = place;
    actor->gate = -1;
    actor->io.in = actor->io.out.fd = actor->io.err.fd = -1;
    strbuf_init(&actor->out);
    strbuf_init(&actor->outs[0]);
    strbuf_init(&actor->outs[1]);
    strbuf_init(&actor->io.typed);
    run->actors = mem_resize(run->actors, run->nactors + 1, sizeof(struct actor *));
    run->actors[run->nactors++] = actor;
    return actor;
}

static int launch(struct run *run, struct actor *actor, const char *const *argv,
                  enum stdio_kind kind)
{
    struct spawn_request request = {.argv = argv,
                                    .terminal = kind == STDIO_PTY || kind == STDIO_TERMINAL,
                                    .host = actor->place->host};
    if (stdio_open(&actor->io, kind, run->loop, on_output, actor, request.stdio, run->err) != 0)
        return -1;
    int64_t began = clock_now();
    pid_t pid = sandbox_spawn(run->sandbox, &request, &actor->gate, run->err);
    run->starting += clock_now() - began;
    for (int i = 0; i < 3; i++)
        if (request.stdio[i] >= 0)
            close(request.stdio[i]);
    if (pid < 0)
        return -1;
    actor->traced = tracer_seize(run->tracer, pid, actor->name, actor->place->name, run->err);
    if (actor->traced == NULL || sandbox_open_gate(actor->gate, run->err) != 0)
        return -1;
    actor->gate_watch = loop_fd_add(run->loop, actor->gate, EPOLLIN, on_gate, actor);
    return 0;
}

struct actor *program_launch(struct run *run, struct place *place, const char *name,
                             const char *const *argv, enum stdio_kind kind)
{
    struct actor *actor = add_actor(run, place, name);
    return launch(run, actor, argv, kind) == 0 ? actor : NULL;
}

/* A long one is cut; one that is empty or holds blanks is quoted, or nobody would see its ends. */
static void say_argument(struct strbuf *sentence, const char *argument)
{
    enum { SHOWN = 40 };
    size_t len = strlen(argument);
    strbuf_puts(sentence, " ");
    if (len > SHOWN || len == 0 || strpbrk(argument, " \t\n\"") != NULL)
        bytes_quote(sentence, argument, len, SHOWN);
    else
        strbuf_puts(sentence, argument);
}

static enum progress begin(struct run *run, const struct action *action)
{
    const char *argv[256];
    unsigned argc = 0;
    const struct scene_program *program = find_program(run, action);
    enum progress result = PROGRESS_WAIT;
    if (program == NULL) {
        error_set(run->err, "%s: there is no program '%s' to start", action->path, action->actor);
        return PROGRESS_INTERNAL;
    }
    argv[argc++] = program_file(program);
    strbuf_printf(&run->sentence, "%s", program->name);
    for (unsigned i = 0; i < action->start.nargs && argc < 255; i++) {
        argv[argc] = run_expand(run, action->start.args[i]);
        if (argv[argc] == NULL)
            result = PROGRESS_INTERNAL;
        else
            say_argument(&run->sentence, argv[argc]);
        argc++;
    }
    argv[argc] = NULL;
    strbuf_puts(&run->sentence, " was started");
    if (result == PROGRESS_WAIT && program_launch(run, run_place(run, action->host), action->actor,
                                                  argv, stdio_of(run, action)) == NULL)
        result = PROGRESS_INTERNAL;
    while (argc > 0)
        free((char *)(uintptr_t)argv[--argc]);
    return result;
}

/* The kernel does not take it for a program, though a compiler made it: its sections can say what
 * they like (another loader, more memory than there is). Only the lab's own are ours to answer for.
 */
static enum progress not_loaded(struct run *run, const struct action *action, int error)
{
    const char *why = error != 0 ? strerror(error) : "it was killed while it was loaded";
    if (action->start.solution || error == EMFILE || error == ENFILE || error == EAGAIN) {
        error_set(run->err, "cannot execute %s: %s", action->actor, why);
        return PROGRESS_INTERNAL;
    }
    strbuf_cut(&run->failure.received, 0);
    strbuf_puts(&run->failure.received, why);
    run->failure.tells = true;
    return action_failed(run, "exec");
}

/* The one that has had this name so far is ended first, and is gone before the new one starts: it
 * may hold the port that the new one wants, and the larger it is, the longer it takes to go. */
static bool is_going(struct run *run, struct actor *former)
{
    if (former == NULL || !actor_alive(former))
        return false;
    if (!former->ending)
        tracer_kill(run->tracer, former->traced, SIGKILL);
    former->ending = true;
    return true;
}

enum progress program_start(struct run *run, const struct action *action)
{
    struct actor *actor = find_actor(run, action->actor);
    if (!run->begun || actor->ending)
        return is_going(run, actor) ? PROGRESS_WAIT : begin(run, action);
    if (actor->exec_error != 0)
        return not_loaded(run, action, actor->exec_error);
    /* Dead before it ran: its last word may still be on its way through the gate. */
    if (!actor->traced->running && (actor_alive(actor) || actor->gate_watch != NULL))
        return PROGRESS_WAIT;
    return actor->traced->running ? PROGRESS_DONE : not_loaded(run, action, 0);
}
