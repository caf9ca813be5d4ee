/*
 * scene/wire: what passes the loopback of a scene, and what it does to the kernel's sockets, into
 * its recording.
 */
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "scene/run.h"

enum { PACKETS_MOST = 100000 }; /* a flood is not recorded to its end */

/* The marker of settle.c is ours, and no part of the exchange. */
static bool is_marker(const struct run *run, const void *frame, size_t kept, size_t wire_len)
{
    struct packet packet;
    packet_decode(&packet, frame, kept, wire_len);
    return packet.has_udp && run->marker_port != 0 && packet.udp.from_port == run->marker_port &&
           packet.udp.to_port == run->marker_port;
}

static void on_frame(void *arg, const void *frame, size_t kept, size_t wire_len, int64_t t)
{
    struct run *run = arg;
    if (run->over || is_marker(run, frame, kept, wire_len))
        return;
    if (run->npackets >= PACKETS_MOST) {
        run->packets_left_out++;
        return;
    }
    run->npackets++;
    const struct event *ev =
        packet_record(run->tl, run->flows, frame, kept, wire_len, t - run->start, "localhost");
    if (run->states != NULL)
        states_packet(run->states, ev);
}

/* A socket that begins to listen causes no packet: its address stands in the bind() before. */
static void track_listener(struct run *run, const struct event *listening, int64_t t)
{
    int64_t fd = call_value(&listening->call, "fd", -1);
    for (uint64_t n = listening->n; n > 0; n--) {
        const struct event *ev = &run->tl->events[n - 1];
        if (call_is(ev, "bind") && ev->pid == listening->pid &&
            call_value(&ev->call, "fd", -1) == fd && call_succeeded(&ev->call)) {
            states_track(run->states, call_text(&ev->call, "addr"), NULL, t);
            return;
        }
    }
}

static void on_boundary(void *arg, int64_t t, const struct event *call)
{
    struct run *run = arg;
    if (run->over)
        return;
    if (call != NULL && call_is(call, "listen") && call_succeeded(&call->call))
        track_listener(run, call, t);
    if (call != NULL && call_is(call, "close"))
        states_listeners(run->states);
    capture_drain(run->capture);
    states_poll(run->states, run->tl, t, "localhost");
}

void wire_look(struct run *run)
{
    if (run->states != NULL && !run->over)
        on_boundary(run, clock_now() - run->start, NULL);
}

void wire_open(struct run *run)
{
    run->packets = sandbox_socket(run->sandbox, AF_PACKET, SOCK_RAW, 0, NULL);
    int index = run->packets >= 0 ? capture_interface(run->packets, "lo", NULL) : -1;
    if (index < 0)
        return;
    run->flows = packet_flows_new();
    /* Not woken for each frame: they are taken at the boundaries of calls and actions. */
    run->capture = capture_open(NULL, run->packets, index, on_frame, run, NULL);
    if (run->capture != NULL && run->diag >= 0) {
        run->states = states_new(run->diag);
        states_follow(run->states, run->capture);
        tracer_at_boundaries(run->tracer, on_boundary, run);
    }
}

void wire_missing(const struct run *run, struct end_event *end)
{
    end->packets_missed = run->packets_missed;
    end->packets_left_out = run->packets_left_out;
    end->shortened = run->tl->shortened;
}

void wire_close(struct run *run)
{
    if (run->capture != NULL) {
        capture_drain(run->capture);
        run->packets_missed = capture_dropped(run->capture);
    }
    if (run->states != NULL && !run->over)
        states_poll_all(run->states, run->tl, clock_now() - run->start, "localhost");
    states_free(run->states);
    run->states = NULL;
    capture_close(run->capture);
    packet_flows_free(run->flows);
    if (run->packets >= 0)
        close(run->packets);
    run->capture = NULL;
    run->flows = NULL;
    run->packets = -1;
}
