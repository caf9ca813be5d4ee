/* scene/wire: what passes the loopback of a scene, into its recording. */
#include <linux/if_packet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "scene/run.h"

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
    if (!run->over && !is_marker(run, frame, kept, wire_len))
        packet_record(run->tl, run->flows, frame, kept, wire_len, t - run->start, "localhost");
}

void wire_open(struct run *run)
{
    run->packets = sandbox_socket(run->sandbox, AF_PACKET, SOCK_RAW, 0, NULL);
    int index = run->packets >= 0 ? capture_interface(run->packets, "lo", NULL) : -1;
    if (index < 0)
        return;
    run->flows = packet_flows_new();
    run->capture = capture_open(run->loop, run->packets, index, on_frame, run, NULL);
}

void wire_close(struct run *run)
{
    if (run->capture != NULL)
        capture_drain(run->capture);
    capture_close(run->capture);
    packet_flows_free(run->flows);
    if (run->packets >= 0)
        close(run->packets);
    run->capture = NULL;
    run->flows = NULL;
    run->packets = -1;
}
