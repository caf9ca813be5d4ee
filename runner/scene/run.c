/*
 * scene/run: what every run has, whether a script is played or a session: the sandbox, the tracer,
 * and that nothing is left behind.
 */
#include "scene/run.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "trace/proc.h"

/* The whole scene on one processor: exchanges between processes that share one are several times
 * quicker, and the loopback's queue is one (settle.c). Programs inherit it. */
static void share_processor(cpu_set_t *before)
{
    cpu_set_t one;
    int cpu = sched_getcpu();
    sched_getaffinity(0, sizeof *before, before);
    if (cpu < 0)
        return;
    CPU_ZERO(&one);
    CPU_SET((size_t)cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    /* Looking again after 10 microseconds should not take 60. */
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
}

void run_begin(struct run *run, struct loop *loop, const struct scene_setup *setup,
               struct timeline *tl, struct error *err)
{
    *run = (struct run){.setup = setup,
                        .loop = loop,
                        .tl = tl,
                        .err = err,
                        .network = setup->script->network,
                        .marker = -1,
                        .sentence = STRBUF_INIT,
                        .bytes = STRBUF_INIT,
                        .failure = {.expected = STRBUF_INIT, .received = STRBUF_INIT}};
    share_processor(&run->processors);
    /* A program may close its input while the script types: that is told by write(2), not by our
     * end. */
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &ignore, &run->sigpipe);
    run->start = clock_now();
    run->deadline = run->start + setup->limits.wall_ms * CLOCK_MS;
    run->worked_before = clock_thread();
    run->waited_before = (int64_t)proc_waited_ns(gettid());
    run->lost_before = loop_lost(loop);
    run->nplaces = run->network != NULL ? run->network->nhosts : 1;
    for (unsigned i = 0; i < run->nplaces; i++)
        run->places[i] = (struct place){
            .run = run,
            .host = run->network != NULL ? (int)i : -1,
            .name = run->network != NULL ? run->network->hosts[i].name : "localhost",
            .diag = -1,
            .packets = -1,
        };
}

/* What a file of the script needs, expanded. */
struct expanded_file {
    char *name, *target;
    struct strbuf content;
};

static int expand_file(struct run *run, const struct scene_file *from, struct expanded_file *to,
                       struct sandbox_file *file)
{
    strbuf_init(&to->content);
    to->name = run_expand(run, from->name);
    to->target = from->link != NULL ? run_expand(run, from->link) : NULL;
    if (to->name == NULL || (from->link != NULL && to->target == NULL) ||
        vars_expand_data(&to->content, &from->data, run_lookup, run, run->err) != 0)
        return -1;
    *file = (struct sandbox_file){.name = to->name,
                                  .kind = from->kind,
                                  .host = from->host_path,
                                  .data = to->content.data,
                                  .len = to->content.len,
                                  .size = from->size,
                                  .target = to->target,
                                  .has_mode = from->has_mode,
                                  .mode = from->mode};
    return 0;
}

static void expanded_free(struct expanded_file *files, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        free(files[i].name);
        free(files[i].target);
        strbuf_free(&files[i].content);
    }
    free(files);
}

/* The programs, and the files that the script puts beside them. What they need is kept in `names`
 * and `expanded`. */
static int list_files(struct run *run, struct sandbox_file *files, char **names,
                      struct expanded_file *expanded)
{
    const struct scene_setup *setup = run->setup;
    for (unsigned i = 0; i < setup->nprograms; i++) {
        names[i] = program_file(&setup->programs[i]);
        files[i] = (struct sandbox_file){.name = names[i],
                                         .host = setup->programs[i].binary,
                                         .executable = true};
    }
    for (unsigned i = 0; i < setup->script->nfiles; i++)
        if (expand_file(run, &setup->script->files[i], &expanded[i],
                        &files[setup->nprograms + i]) != 0)
            return -1;
    return 0;
}

static int connect_sandbox(struct run *run, char **names)
{
    const struct scene_setup *setup = run->setup;
    run->tracer = tracer_new(run->loop, run->tl, run->start, run->err);
    for (unsigned i = 0; i < setup->nprograms; i++) {
        char *inside = sandbox_path(run->sandbox, names[i]);
        tracer_binary(run->tracer, inside, setup->programs[i].binary, setup->programs[i].source);
        free(inside);
    }
    if (!setup->own) {
        tracer_ports(run->tracer, setup->seed);
        char *folder = sandbox_path(run->sandbox, "");
        folder[strlen(folder) - 1] = '\0'; /* its slash */
        tracer_folder(run->tracer, folder);
        free(folder);
    }
    for (unsigned i = 0; i < run->nplaces; i++)
        run->places[i].diag = sandbox_socket(run->sandbox, run->places[i].host, AF_NETLINK,
                                             SOCK_RAW, NETLINK_SOCK_DIAG, NULL);
    settle_open(run);
    if (wire_open(run) != 0 || dns_open(run) != 0)
        return -1;
    if (setup->tier == TIER_A) /* elsewhere the host's own traffic would be in it */
        record_open(run);
    return 0;
}

int run_open_sandbox(struct run *run)
{
    const struct scene_setup *setup = run->setup;
    unsigned nscript = setup->script->nfiles, n = setup->nprograms + nscript;
    struct sandbox_file *files = mem_alloc((n + 1) * sizeof *files);
    struct expanded_file *expanded = mem_alloc((nscript + 1) * sizeof *expanded);
    char **names = mem_alloc((setup->nprograms + 1) * sizeof *names);
    struct sandbox_setup box = {.tier = setup->tier,
                                .own = setup->own,
                                .packets = setup->packets,
                                .network = run->network,
                                .files = files,
                                .nfiles = n,
                                .limits = setup->limits};
    int rc = -1;
    if (run->network != NULL && setup->tier != TIER_A)
        error_set(run->err, "several hosts need namespaces of their own, which are refused here; "
                            "`socklings doctor` says how to get them");
    else if (list_files(run, files, names, expanded) == 0)
        run->sandbox = sandbox_new(&box, run->err);
    if (run->sandbox != NULL)
        rc = connect_sandbox(run, names);
    for (unsigned i = 0; i < setup->nprograms; i++)
        free(names[i]);
    expanded_free(expanded, nscript);
    free(names);
    free(files);
    return rc;
}

void run_end(struct run *run)
{
    settle_close(run);
    record_close(run);
    dns_close(run);
    wire_close(run);
    for (unsigned i = 0; i < run->nplaces; i++)
        if (run->places[i].diag >= 0)
            close(run->places[i].diag);
    for (unsigned i = 0; i < run->npeers; i++)
        peer_free(run->peers[i]);
    if (run->tracer != NULL)
        tracer_kill(run->tracer, NULL, SIGKILL);
    for (unsigned i = 0; i < run->nactors; i++)
        actor_free(run->actors[i]);
    tracer_free(run->tracer);
    sandbox_free(run->sandbox);
    vars_free(&run->vars);
    vars_free(&run->saved);
    strbuf_free(&run->sentence);
    strbuf_free(&run->bytes);
    strbuf_free(&run->failure.expected);
    strbuf_free(&run->failure.received);
    free(run->peers);
    free(run->actors);
    sched_setaffinity(0, sizeof run->processors, &run->processors);
    prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0); /* the default again */
    sigaction(SIGPIPE, &run->sigpipe, NULL);
}
