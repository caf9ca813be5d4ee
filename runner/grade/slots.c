/* grade/slots: see slots.h. */
#include "grade/slots.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/mem.h"

enum {
    TASKS_A_WORKER = 300,
    READ_AT_ONCE = 64 * 1024,
    LOOK_MS = 1000, /* for an interruption that came between two waits */
};

#define NO_TASK SIZE_MAX

struct slot {
    struct slots *slots;
    struct worker worker;
    struct loop_fd *watch;
    struct loop_timer *deadline;
    struct strbuf in; /* of answers */
    size_t task;      /* NO_TASK: idle */
    size_t ahead;     /* what it has been given behind that; NO_TASK: nothing */
    unsigned served;
    int cpu;
};

struct slots {
    struct loop *loop;
    struct keeper *keeper;
    const struct grade_request *request;
    slots_fn *fn;
    slots_settle_fn *settle;
    void *arg;
    struct slot *slots;
    unsigned nslots;
    const struct worker_task *tasks;
    size_t ntasks, next, left;
    bool *again;     /* of each task: it has been tried once */
    size_t *retries; /* to be given again, before the others */
    size_t nretries;
    bool stopped;
    struct error err;
};

static void stop(struct slots *slots, const struct error *err)
{
    if (!slots->stopped)
        slots->err = *err;
    slots->stopped = true;
}

static void dismiss(struct slot *slot)
{
    loop_fd_remove(slot->watch);
    slot->watch = NULL;
    worker_end(&slot->worker);
    strbuf_cut(&slot->in, 0);
    slot->served = 0;
    slot->task = slot->ahead = NO_TASK;
}

static void on_answer(void *arg, int fd, uint32_t events);

static int staff(struct slot *slot, struct error *err)
{
    struct slots *slots = slot->slots;
    if (slot->served >= TASKS_A_WORKER)
        dismiss(slot);
    if (slot->worker.fd >= 0)
        return 0;
    if (worker_start(slots->keeper, slot->cpu, &slot->worker, err) != 0)
        return -1;
    slot->watch = loop_fd_add(slots->loop, slot->worker.fd, EPOLLIN, on_answer, slot);
    return 0;
}

static size_t next_task(struct slots *slots)
{
    if (slots->nretries > 0)
        return slots->retries[--slots->nretries];
    return slots->next < slots->ntasks ? slots->next++ : NO_TASK;
}

/* One that dies while it is given something is noticed as one that dies later. */
static void hand(struct slot *slot, size_t task)
{
    slot->served++;
    worker_give(&slot->worker, slot->slots->request, &slot->slots->tasks[task]);
}

static void begin(struct slot *slot, size_t task)
{
    const struct slots *slots = slot->slots;
    slot->task = task;
    if (task != NO_TASK)
        loop_timer_move(slot->deadline,
                        clock_now() + worker_patience(slots->tasks[task].submission->lab,
                                                      slots->request->repeat));
}

/* At the end of the list no slot shall wait while another has two. */
static bool is_plenty(const struct slots *slots)
{
    return slots->nretries + (slots->ntasks - slots->next) > slots->nslots;
}

/* The next task, when there is one, and one ahead, so that the worker never waits for this process,
 * which waits for a processor and the disk. -1: no worker can be had. */
static int give(struct slot *slot, struct error *err)
{
    struct slots *slots = slot->slots;
    if (slot->task == NO_TASK) {
        size_t task = next_task(slots);
        if (task == NO_TASK)
            return 0;
        if (staff(slot, err) != 0)
            return -1;
        begin(slot, task);
        hand(slot, task);
    }
    if (slot->ahead == NO_TASK && slot->served < TASKS_A_WORKER && is_plenty(slots)) {
        slot->ahead = next_task(slots);
        hand(slot, slot->ahead);
    }
    return 0;
}

static void tell(struct slots *slots, size_t task, const struct worker_answer *head,
                 const char *text)
{
    struct error err = {""};
    slots->left--;
    if (slots->fn(slots->arg, task, head, text, &err) != 0)
        stop(slots, &err);
}

/* Once more in a fresh worker; a second failure is told. */
static void fail(struct slot *slot, const char *why)
{
    struct slots *slots = slot->slots;
    struct error err = {""};
    size_t task = slot->task, ahead = slot->ahead;
    dismiss(slot);
    if (ahead != NO_TASK)
        slots->retries[slots->nretries++] = ahead; /* no fault of its */
    if (!slots->again[task]) {
        slots->again[task] = true;
        slots->retries[slots->nretries++] = task;
    } else {
        tell(slots, task, NULL, why);
    }
    if (!slots->stopped && give(slot, &err) != 0)
        stop(slots, &err);
}

static void on_deadline(void *arg)
{
    struct slot *slot = arg;
    if (slot->task != NO_TASK)
        fail(slot, "the process that judged it did not answer, twice");
}

/* A whole answer has come. */
static void take(struct slot *slot)
{
    struct slots *slots = slot->slots;
    struct worker_answer head;
    struct error err = {""};
    size_t task = slot->task;
    memcpy(&head, slot->in.data, sizeof head);
    const char *answer = slot->in.data + sizeof head;
    if (head.kind == ANSWER_STOP) {
        error_set(&err, "%.*s", (int)head.len, answer);
        stop(slots, &err);
        return;
    }
    if (head.outcome == OUTCOME_INTERNAL_ERROR && !slots->again[task]) {
        fail(slot, "");
        return;
    }
    char *text = mem_format("%.*s", (int)head.len, answer);
    strbuf_drop(&slot->in, sizeof head + head.len);
    begin(slot, slot->ahead);
    slot->ahead = NO_TASK;
    if (give(slot, &err) != 0)
        stop(slots, &err);
    else
        tell(slots, task, &head, text);
    free(text);
}

enum { PART, WHOLE, TOO_MUCH };

static int look(const struct strbuf *in)
{
    struct worker_answer head;
    if (in->len < sizeof head)
        return PART;
    memcpy(&head, in->data, sizeof head);
    if (head.len > ANSWER_MOST)
        return TOO_MUCH;
    return in->len < sizeof head + (size_t)head.len ? PART : WHOLE;
}

static void on_answer(void *arg, int fd, uint32_t events)
{
    struct slot *slot = arg;
    char bytes[READ_AT_ONCE];
    (void)events;
    ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (n > 0)
        strbuf_add(&slot->in, bytes, (size_t)n);
    while (n > 0 && slot->task != NO_TASK && look(&slot->in) == WHOLE && !slot->slots->stopped)
        take(slot);
    if (slot->slots->stopped)
        return;
    if (slot->task == NO_TASK && (n <= 0 || slot->in.len > 0))
        dismiss(slot); /* it died idle, or speaks unasked */
    else if (slot->task != NO_TASK && (n <= 0 || look(&slot->in) == TOO_MUCH))
        fail(slot, "the process that judged it ended before its time, twice");
}

/* Fills cpus with those that may be used; how many. */
static unsigned processors(int *cpus, unsigned most)
{
    cpu_set_t set;
    unsigned n = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        return 0;
    for (int cpu = 0; cpu < CPU_SETSIZE && n < most; cpu++)
        if (CPU_ISSET((size_t)cpu, &set))
            cpus[n++] = cpu;
    return n;
}

struct slots *slots_new(struct loop *loop, struct keeper *keeper,
                        const struct grade_request *request, slots_fn *fn, slots_settle_fn *settle,
                        void *arg)
{
    int cpus[CPU_SETSIZE];
    unsigned ncpus = processors(cpus, CPU_SETSIZE);
    struct slots *slots = mem_alloc(sizeof *slots);
    /* Shards run side by side on one machine and know nothing of each other: kept to a processor
     * each, they would all choose the same. */
    bool pinned = request->jobs <= ncpus && request->shards <= 1;
    *slots = (struct slots){.loop = loop,
                            .keeper = keeper,
                            .request = request,
                            .fn = fn,
                            .settle = settle,
                            .arg = arg,
                            .nslots = request->jobs > 0 ? request->jobs : 1};
    slots->slots = mem_alloc(slots->nslots * sizeof *slots->slots);
    for (unsigned i = 0; i < slots->nslots; i++) {
        struct slot *slot = &slots->slots[i];
        *slot = (struct slot){.slots = slots,
                              .worker = {-1, -1},
                              .task = NO_TASK,
                              .ahead = NO_TASK,
                              .in = STRBUF_INIT,
                              .cpu = pinned ? cpus[i] : -1};
        slot->deadline = loop_timer_add(loop, INT64_MAX, on_deadline, slot);
    }
    return slots;
}

void slots_free(struct slots *slots)
{
    if (slots == NULL)
        return;
    for (unsigned i = 0; i < slots->nslots; i++) {
        dismiss(&slots->slots[i]);
        loop_timer_remove(slots->slots[i].deadline);
        strbuf_free(&slots->slots[i].in);
    }
    free(slots->slots);
    free(slots);
}

static void run(struct slots *slots)
{
    volatile const int *interrupted = slots->request->interrupted;
    struct error err = {""};
    for (unsigned i = 0; i < slots->nslots && !slots->stopped; i++)
        if (give(&slots->slots[i], &err) != 0)
            stop(slots, &err);
    while (slots->left > 0 && !slots->stopped) {
        if (interrupted != NULL && *interrupted) {
            error_set(&err, "interrupted");
            stop(slots, &err);
        } else {
            loop_step(slots->loop, clock_now() + LOOK_MS * CLOCK_MS);
        }
        if (slots->settle(slots->arg, &err) != 0)
            stop(slots, &err);
    }
}

int slots_run(struct slots *slots, const struct worker_task *tasks, size_t ntasks,
              struct error *err)
{
    slots->tasks = tasks;
    slots->ntasks = slots->left = ntasks;
    slots->next = slots->nretries = 0;
    slots->stopped = false;
    slots->again = mem_alloc((ntasks + 1) * sizeof *slots->again);
    slots->retries = mem_alloc((ntasks + 1) * sizeof *slots->retries);
    run(slots);
    for (unsigned i = 0; i < slots->nslots; i++)
        if (slots->slots[i].task != NO_TASK)
            dismiss(&slots->slots[i]);
    free(slots->again);
    free(slots->retries);
    slots->again = NULL;
    slots->retries = NULL;
    if (slots->stopped)
        return error_set(err, "%s", slots->err.text);
    return 0;
}
