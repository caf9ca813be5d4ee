/*
 * scene/record: what passes the loopback of each host of a scene, and what happens to the kernel's
 * sockets there, into its recording. What passes between hosts is wire.c's.
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

bool record_wanted(struct run *run, const void *frame, size_t kept, size_t wire_len)
{
    if (run->over || is_marker(run, frame, kept, wire_len))
        return false;
    if (run->npackets >= PACKETS_MOST) {
        run->packets_left_out++;
        return false;
    }
    run->npackets++;
    return true;
}

static void on_frame(void *arg, const void *frame, size_t kept, size_t wire_len, int64_t t)
{
    struct place *place = arg;
    struct run *run = place->run;
    if (!record_wanted(run, frame, kept, wire_len))
        return;
    const struct event *ev =
        packet_record(run->tl, place->flows, frame, kept, wire_len, t - run->start, place->name);
    if (place->states != NULL)
        states_packet(place->states, ev);
}

/* A socket that begins to listen causes no packet: its address stands in the bind() before. */
static void track_listener(struct run *run, const struct event *listening, int64_t t)
{
    int64_t fd = call_value(&listening->call, "fd", -1);
    const struct place *place = run_place(run, listening->host);
    for (uint64_t n = listening->n; n > 0 && place != NULL; n--) {
        const struct event *ev = &run->tl->events[n - 1];
        if (call_is(ev, "bind") && ev->pid == listening->pid &&
            call_value(&ev->call, "fd", -1) == fd && call_succeeded(&ev->call)) {
            states_track(place->states, call_text(&ev->call, "addr"), NULL, t);
            return;
        }
    }
}

static void drain(void *arg)
{
    struct place *place = arg;
    capture_drain(place->capture);
    wire_pump(place->run);
}

static void on_boundary(void *arg, int64_t t, const struct event *call)
{
    struct run *run = arg;
    if (run->over)
        return;
    if (call != NULL && call_is(call, "listen") && call_succeeded(&call->call))
        track_listener(run, call, t);
    bool closes = call != NULL && call_is(call, "close");
    wire_pump(run);
    for (unsigned i = 0; i < run->nplaces; i++) {
        struct place *place = &run->places[i];
        if (place->states == NULL)
            continue;
        if (closes)
            states_listeners(place->states);
        capture_drain(place->capture);
        states_poll(place->states, run->tl, t, place->name);
    }
}

void record_look(struct run *run)
{
    if (run->places[0].states != NULL)
        on_boundary(run, clock_now() - run->start, NULL);
}

static void open_place(struct run *run, struct place *place)
{
    place->packets = sandbox_socket(run->sandbox, place->host, AF_PACKET, SOCK_RAW, 0, NULL);
    int index = place->packets >= 0 ? capture_interface(place->packets, "lo", NULL) : -1;
    if (index < 0)
        return;
    place->flows = packet_flows_new();
    /* Not woken for each frame: they are taken at the boundaries of calls and actions. */
    place->capture = capture_open(NULL, place->packets, index, on_frame, place, NULL);
    if (place->capture != NULL && place->diag >= 0) {
        place->states = states_new(place->diag);
        states_follow(place->states, drain, place);
    }
}

void record_open(struct run *run)
{
    for (unsigned i = 0; i < run->nplaces; i++)
        open_place(run, &run->places[i]);
    if (run->places[0].states != NULL)
        tracer_at_boundaries(run->tracer, on_boundary, run);
}

static void close_place(struct run *run, struct place *place)
{
    if (place->capture != NULL)
        capture_drain(place->capture);
    if (place->states != NULL && !run->over)
        states_poll_all(place->states, run->tl, clock_now() - run->start, place->name);
    states_free(place->states);
    if (place->capture != NULL)
        run->packets_missed += capture_dropped(place->capture);
    capture_close(place->capture);
    packet_flows_free(place->flows);
    if (place->packets >= 0)
        close(place->packets);
    place->states = NULL;
    place->capture = NULL;
    place->flows = NULL;
    place->packets = -1;
}

void record_close(struct run *run)
{
    for (unsigned i = 0; i < run->nplaces; i++)
        close_place(run, &run->places[i]);
}

void record_missing(const struct run *run, struct end_event *end)
{
    end->packets_missed = run->packets_missed + (run->wire != NULL ? switch_lost(run->wire) : 0);
    end->packets_left_out = run->packets_left_out;
    end->shortened = run->tl->shortened;
}
