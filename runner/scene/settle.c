/*
 * scene/settle: when is the scene quiet?
 *
 *  - Threads: the kernel says that they sleep.
 *  - Terminals: every byte a program wrote to its terminal has been read.
 *  - The loopback: a datagram of our own, sent to itself over it, has come back. The kernel's queue
 *    of the loopback is first in, first out on a processor, and the whole scene runs on one, so
 *    everything sent before it has been delivered. Frames between hosts go through the same queue.
 *  - The wire between hosts: nothing is on its way in the switch, and nobody's question for an
 *    address is open.
 *
 * Nothing here waits for time to pass, but for one case: a connection the kernel itself is still
 * working on (a delayed acknowledgement, a queue that is full), which gets QUIET_MS; and where the
 * wire loses segments, as long as the kernel means to send them again.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/sockdiag.h"
#include "scene/run.h"
#include "trace/proc.h"

enum { QUIET_MS = 120 };

/* How long a program may take that does not rest, before the script goes on; and how often. */
enum { CALM_MS = 30, CALM_MISSED = 10 };

uint64_t run_activity(const struct run *run)
{
    return run->activity + tracer_activity(run->tracer);
}

/* True when the marker has come back. */
static bool take_marker(struct run *run)
{
    unsigned number;
    bool came = false;
    /* An older one may still be on its way: it tells nothing of what was sent after it. */
    while (recv(run->marker, &number, sizeof number, 0) > 0)
        came = came || number == run->marker_number;
    if (came && run->settle == SETTLE_SENT)
        run->settle = SETTLE_ARRIVED;
    return came;
}

static void on_marker(void *arg, int fd, uint32_t events)
{
    (void)fd, (void)events;
    take_marker(arg);
}

static int bind_anywhere(int fd, struct sockaddr_in *self)
{
    self->sin_port = 0;
    return bind(fd, (struct sockaddr *)self, sizeof *self);
}

void settle_open(struct run *run)
{
    /* A port that neither peers nor programs get (actions_peer.c, trace/ports.h); else any. */
    enum { MARKER_PORT = 65533 };
    struct sockaddr_in self = {.sin_family = AF_INET,
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                               .sin_port = htons(MARKER_PORT)};
    socklen_t len = sizeof self;
    /* A program that reads raw packets would be woken by each marker, and never sleep. On one
     * processor the loopback delivers before the sender's call returns, so its queue is empty. */
    if (run->setup->packets && run->network == NULL)
        return;
    /* Between hosts it runs where nobody is: all namespaces share a processor's queue. */
    run->marker = sandbox_socket(run->sandbox, -1, AF_INET, SOCK_DGRAM, 0, NULL);
    if (run->marker < 0)
        return;
    if ((bind(run->marker, (struct sockaddr *)&self, sizeof self) != 0 &&
         bind_anywhere(run->marker, &self) != 0) ||
        getsockname(run->marker, (struct sockaddr *)&self, &len) != 0 ||
        connect(run->marker, (struct sockaddr *)&self, sizeof self) != 0) {
        close(run->marker);
        run->marker = -1;
        return;
    }
    run->marker_port = ntohs(self.sin_port);
    run->marker_watch = loop_fd_add(run->loop, run->marker, EPOLLIN, on_marker, run);
}

void settle_close(struct run *run)
{
    loop_fd_remove(run->marker_watch);
    run->marker_watch = NULL;
    if (run->marker >= 0)
        close(run->marker);
    run->marker = -1;
}

static bool outputs_read(struct run *run)
{
    for (unsigned i = 0; i < run->nactors; i++) {
        struct actor *actor = run->actors[i];
        if (actor->io.kind != STDIO_PIPE && actor->io.out.watch != NULL && actor->traced != NULL &&
            actor->io.tty_read < actor->traced->tty_written)
            return false;
    }
    return true;
}

/* A pipe holds what was written as soon as write returned, so reading once is enough. */
static void drain_outputs(struct run *run)
{
    for (unsigned i = 0; i < run->nactors; i++)
        stdio_drain(&run->actors[i]->io);
}

/* Bytes of the peers that are not on the wire yet: the kernel holds them back (a congestion control
 * such as bbr paces), or has no room for them, since the program does not read. */
static uint64_t unsent(const struct run *run)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < run->npeers; i++) {
        const struct peer *peer = run->peers[i];
        int bytes = 0;
        if (peer->kind != PEER_STREAM || peer->fd < 0)
            continue;
        if (peer->connecting)
            sum++;
        else if (ioctl(peer->fd, SIOCOUTQNSD, &bytes) == 0)
            sum += (uint64_t)bytes + peer->out.len;
    }
    return sum;
}

static bool threads_asleep(struct run *run, const struct actor *actor, struct trace_rest *rests,
                           unsigned *n)
{
    const struct trace_program *program = actor != NULL ? actor->traced : NULL;
    return tracer_asleep(run->tracer, program, rests, RESTS_MOST, n);
}

static bool someone_alive(const struct run *run, const struct actor *actor)
{
    return actor != NULL ? actor_alive(actor) : tracer_live(run->tracer) > 0;
}

/* Somebody is surely at work: no need to look at anything else. */
static bool someone_works(const struct run *run, const struct actor *actor)
{
    return someone_alive(run, actor) &&
           tracer_moves(run->tracer, actor != NULL ? actor->traced : NULL);
}

/* The marker goes round once for each state of the scene, when nobody is seen at work. */
static bool wire_drained(struct run *run, const struct actor *actor)
{
    if (wire_pump(run) || wire_busy(run))
        return false;
    if (run->marker < 0)
        return true;
    if (run->settle != SETTLE_IDLE && run->settle_seen != run_activity(run))
        run->settle = SETTLE_IDLE; /* something moved since it was sent */
    if (run->settle == SETTLE_IDLE && someone_works(run, actor))
        return false;
    if (run->settle == SETTLE_IDLE) {
        run->settle_seen = run_activity(run);
        run->settle = SETTLE_SENT;
        run->marker_number++;
        if (send(run->marker, &run->marker_number, sizeof run->marker_number, MSG_DONTWAIT) < 0)
            run->settle = SETTLE_IDLE;
        else
            take_marker(run); /* most often the kernel delivers it while it sends */
    }
    return run->settle == SETTLE_ARRIVED;
}

/* Something has come for a peer that it has not read yet. */
static bool peers_hear(const struct run *run)
{
    struct pollfd *pfds = mem_resize(NULL, run->npeers + 1, sizeof *pfds);
    nfds_t n = 0;
    for (unsigned i = 0; i < run->npeers; i++) {
        const struct peer *peer = run->peers[i];
        if (peer->fd >= 0 && peer->watch != NULL && !peer->paused && !peer->connecting &&
            !peer->end && !peer->reset && peer->kind != PEER_LISTENER)
            pfds[n++] = (struct pollfd){peer->fd, POLLIN, 0};
    }
    bool hear = n > 0 && poll(pfds, n, 0) > 0;
    free(pfds);
    return hear;
}

/* What came while the threads were looked at: for peers, for terminals. */
static bool nothing_new(struct run *run)
{
    uint64_t before = run_activity(run);
    drain_outputs(run);
    return run_activity(run) == before && outputs_read(run) && !peers_hear(run);
}

/* What has been sent has arrived, and nobody is at work on it. */
static bool arrived(struct run *run, const struct actor *actor)
{
    struct trace_rest rests[RESTS_MOST];
    unsigned n;
    for (unsigned i = 0; i < run->nactors; i++)
        stdio_hand_over(&run->actors[i]->io);
    if (!wire_drained(run, actor))
        return false;
    if (someone_alive(run, actor) && !threads_asleep(run, actor, rests, &n))
        return false;
    return nothing_new(run);
}

/* The same, whatever the wire still keeps back. */
static bool at_rest(struct run *run)
{
    struct trace_rest rests[RESTS_MOST];
    unsigned n;
    if (wire_pump(run) || (tracer_live(run->tracer) > 0 && !threads_asleep(run, NULL, rests, &n)))
        return false;
    return nothing_new(run);
}

/* What the programs and this thread, without which they do not get on, have had of processors so
 * far, and how long they could have run but had none. */
static struct calm_times times_now(const struct run *run)
{
    return (struct calm_times){
        .at = clock_now(),
        .ran = (int64_t)tracer_cpu_ms(run->tracer) * CLOCK_MS + clock_thread(),
        .waited = (int64_t)(proc_waited_ns(gettid()) + tracer_waited_ns(run->tracer, NULL)),
    };
}

/* Time in which others did not have the processor. While one of the programs runs, the rest wait
 * for it (limits.c). */
static bool waited_enough(struct run *run)
{
    const struct calm_times *since = &run->calm_since;
    if (since->at == 0) {
        run->calm_since = times_now(run);
        return false;
    }
    int64_t most = CALM_MS * CLOCK_MS;
    if (clock_now() - since->at < most)
        return false;
    struct calm_times now = times_now(run);
    int64_t past = now.at - since->at, waited = now.waited - since->waited;
    int64_t others = past - (now.ran - since->ran);
    int64_t least = waited < others ? waited : others;
    return past - (least > 0 ? least : 0) >= most;
}

bool calm(struct run *run)
{
    if (run->restless)
        return true;
    bool moved = run->calm_seen != run_activity(run);
    run->calm_seen = run_activity(run);
    bool in_calls = tracer_in_calls(run->tracer);
    /* On one processor the last of them goes to sleep in its call when it has its turn. */
    if (moved && in_calls)
        sched_yield();
    /* While they make calls they do not rest: no need to ask the kernel. */
    bool rests = (!moved || in_calls) && (wire_busy(run) ? at_rest(run) : arrived(run, NULL));
    if (!rests && !waited_enough(run))
        return false;
    if (!rests)
        run->restless = ++run->calm_missed >= CALM_MISSED;
    run->calm_since.at = 0;
    return true;
}

bool settled(struct run *run, const struct actor *actor)
{
    return unsent(run) == 0 && arrived(run, actor);
}

/* --- stalls --- */

/* A connection that the kernel is still working on: it may wake somebody yet. */
static bool under_way(const struct socket_row *row)
{
    if (!row->tcp)
        return false;
    switch (row->state) {
    case TCP_SYN_SENT:
    case TCP_FIN_WAIT1:
    case TCP_LAST_ACK:
    case TCP_CLOSING:
        return true;
    case TCP_ESTABLISHED:
    case TCP_CLOSE_WAIT:
        return row->wqueue > 0;
    default:
        return false;
    }
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * UINT64_C(0x100000001b3);
}

/* What the kernels do with the connections of the scene. */
struct work {
    bool busy;     /* they work on some */
    bool resends;  /* … and will send again what was not acknowledged */
    uint64_t hash; /* changes when any socket does */
};

static void place_work(const struct place *place, struct work *work)
{
    struct socket_row *rows;
    unsigned n;
    if (place->diag < 0 || sockdiag_list(place->diag, SOCKDIAG_CONNECTIONS, &rows, &n, NULL) != 0)
        return;
    for (unsigned i = 0; i < n; i++) {
        work->busy = work->busy || under_way(&rows[i]);
        work->resends = work->resends || (rows[i].tcp && rows[i].resends_in > 0);
        work->hash +=
            mix(mix(mix(mix(1, rows[i].local_port), rows[i].remote_port), (uint64_t)rows[i].state),
                ((uint64_t)rows[i].rqueue << 32) | rows[i].wqueue);
    }
    free(rows);
}

static struct work kernel_work(struct run *run)
{
    struct work work = {0};
    for (unsigned i = 0; i < run->nplaces; i++)
        place_work(&run->places[i], &work);
    return work;
}

/* Neither activity nor sockets have changed for QUIET_MS, as repeated asking has seen. Time in
 * which this process waited for a processor does not count: so may the kernel's own threads have.
 */
static bool quiet_long(struct run *run, uint64_t hash)
{
    uint64_t waited = proc_waited_ns(gettid());
    if (run->quiet_seen != run_activity(run) || run->rows_hash != hash || run->quiet_since == 0) {
        run->quiet_seen = run_activity(run);
        run->rows_hash = hash;
        run->quiet_since = clock_now();
        run->quiet_waited = waited;
        return false;
    }
    return clock_now() - run->quiet_since - (int64_t)(waited - run->quiet_waited) >
           QUIET_MS * CLOCK_MS;
}

bool undisturbed(struct run *run)
{
    if (!settled(run, NULL))
        return false;
    /* A small segment may be held back until the one before is acknowledged. */
    struct work work = kernel_work(run);
    return !work.busy || quiet_long(run, work.hash);
}

bool stalled(struct run *run)
{
    struct trace_rest rests[RESTS_MOST];
    unsigned n;
    if (!arrived(run, NULL))
        return false;
    if (tracer_live(run->tracer) > 0) {
        if (!threads_asleep(run, NULL, rests, &n))
            return false;
        /* Who wakes by itself when the scene is over will not wake in it. */
        int64_t over = clock_after(run->start, run->setup->limits.wall_ms);
        for (unsigned i = 0; i < n; i++)
            if (rests[i].timed && !rests[i].idle_loop && rests[i].wakes < over)
                return false;
    }
    uint64_t pending = unsent(run);
    struct work work = kernel_work(run);
    /* What the kernel did while its rows were read may have woken somebody. */
    if (!work.busy && pending == 0)
        return tracer_live(run->tracer) == 0 || threads_asleep(run, NULL, rests, &n);
    /* What the wire has kept back is sent again, later and later (RFC 6298). On a wire that loses
     * nothing it would be of no use: nobody takes it. */
    if (run->lossy && work.resends)
        return false;
    return quiet_long(run, mix(work.hash, pending));
}
