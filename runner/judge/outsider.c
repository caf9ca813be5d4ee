/* judge/outsider: see outsider.h. */
#include "judge/outsider.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* A program that is not the system's: one of its own, under whatever name, or by way of the loader.
 */
static bool is_own(const char *path)
{
    static const char *const system[] = {"/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/"};
    bool theirs = strstr(path, "..") == NULL && strstr(path, "/ld-") == NULL;
    for (size_t i = 0; theirs && i < sizeof system / sizeof system[0]; i++)
        if (strncmp(path, system[i], strlen(system[i])) == 0)
            return false;
    return true;
}

const char *outsider_image(const struct call_event *call)
{
    const char *path = call_text(call, "path"), *image = call_text(call, "opened");
    return *image != '\0' && is_own(image) ? image : path;
}

/* One of the system's, or of the lab's own (run.h, program_file), which not every sandbox can hide.
 */
static bool is_anothers(const struct call_event *call)
{
    const char *image = outsider_image(call), *slash = strrchr(image, '/');
    return !is_own(image) || strncmp(slash != NULL ? slash + 1 : image, "solution-", 9) == 0;
}

static bool executes(const struct event *ev)
{
    return ev->kind == EVENT_CALL && strcmp(ev->call.name, "execve") == 0 && ev->call.result == 0;
}

const struct event *outsider_own(const struct timeline *tl)
{
    for (size_t i = 0; i < tl->count; i++)
        if (executes(&tl->events[i]) && is_own(outsider_image(&tl->events[i].call)))
            return &tl->events[i];
    return NULL;
}

/* --- at work --- */

/* A process, and where it became another's program. */
struct since {
    const struct model_process *process;
    const struct event *exec; /* NULL: it has not */
};

struct all {
    struct since *since; /* sorted by process */
    size_t count;
};

static int compare(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)((const struct since *)a)->process;
    uintptr_t y = (uintptr_t)((const struct since *)b)->process;
    return (x > y) - (x < y);
}

static struct since *find(const struct all *all, const struct model_process *process)
{
    const struct since key = {process, NULL};
    return process != NULL && all->count > 0
               ? bsearch(&key, all->since, all->count, sizeof key, compare)
               : NULL;
}

/* From which event on, if at all. A child is what its parent was when it was born. */
static const struct event *working_since(const struct all *all, const struct model_process *process)
{
    for (uint64_t until = MODEL_NEVER; process != NULL;
         until = process->born, process = process->parent) {
        const struct since *s = find(all, process);
        if (s != NULL && s->exec != NULL && s->exec->n < until)
            return s->exec;
    }
    return NULL;
}

static bool is_network(const struct model_call *c)
{
    static const char *const calls[] = {"bind", "listen", "accept", "accept4", "connect", NULL};
    return c->socket != NULL && (c->io != MODEL_NO_IO || model_one_of(c->event->call.name, calls));
}

static const struct event *look(const struct facts *f, struct all *all, const struct event **exec)
{
    bool any = false;
    for (uint64_t n = 0; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || !facts_learner(f, c->event->program))
            continue;
        if (any && is_network(c) && (*exec = working_since(all, c->process)) != NULL)
            return c->event;
        if (!executes(c->event) || !is_anothers(&c->event->call))
            continue;
        struct since *s = find(all, c->process);
        if (s != NULL && s->exec == NULL)
            s->exec = c->event;
        any = true;
    }
    return NULL;
}

const struct event *outsider_at_work(const struct facts *f, const struct event **exec)
{
    struct all all = {mem_alloc((f->model.nprocesses + 1) * sizeof *all.since),
                      f->model.nprocesses};
    for (size_t i = 0; i < all.count; i++)
        all.since[i].process = f->model.processes[i];
    qsort(all.since, all.count, sizeof *all.since, compare);
    const struct event *work = look(f, &all, exec);
    free(all.since);
    return work;
}
