/*
 * net/capture - the frames that pass an interface, each with the kernel's time.
 *
 * Works on a packet socket that somebody made inside the network to be watched:
 * socket(AF_PACKET, SOCK_RAW, 0). Protocol 0 makes it deaf, and quick to open: one that is opened
 * with ETH_P_ALL waits for the kernel (8 ms) when it is bound later, this one does not (0.02 ms).
 * The last close of a bound one takes 16 ms, so whoever made it should keep a copy until the
 * network is given up, and let the kernel close it there.
 *
 * Frames of the loopback pass twice, going out and coming in; only those coming in are told.
 */
#ifndef SOCKLINGS_NET_CAPTURE_H
#define SOCKLINGS_NET_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"

struct capture;

/* kept of wire_len bytes are there, at most PACKET_KEPT (timeline/timeline.h); t is a clock_now()
 * time, taken by the kernel when the frame was sent, never earlier than that of the frame before.
 */
typedef void capture_fn(void *arg, const void *frame, size_t kept, size_t wire_len, int64_t t);

/* The kernel begins to note the times of packets some milliseconds after the first socket has asked
 * for them; packets before that get the time at which they are taken. Call this early, in a process
 * that lives as long as captures will be wanted: it keeps a socket that asks, until the process
 * ends. Calling it again does nothing. capture_open does it too, for whom some milliseconds do not
 * matter. */
void capture_prepare(void);

/* The index of an interface in the network that the socket belongs to. -1 and *err. */
int capture_interface(int fd, const char *name, struct error *err);

/* Begins to listen. From here on every frame is caught, and handed over by loop_step or
 * capture_drain. `loop` may be NULL: only by capture_drain. The descriptor stays the caller's, who
 * closes it after capture_close. NULL and *err on failure. Does not block. */
struct capture *capture_open(struct loop *loop, int fd, int ifindex, capture_fn *fn, void *arg,
                             struct error *err);

/* Hands over what has been caught by now; how many frames. Does not block. */
unsigned capture_drain(struct capture *capture);

/* How many frames the kernel could not keep, since nobody took them in time. */
uint64_t capture_dropped(struct capture *capture);

/* Hands over nothing more. NULL is fine. */
void capture_close(struct capture *capture);

#endif
