/*
 * trace/decode - the arguments of a stopped call as a recording shows them, driven by the table of
 * trace/syscalls.h.
 */
#ifndef SOCKLINGS_TRACE_DECODE_H
#define SOCKLINGS_TRACE_DECODE_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#include "timeline/timeline.h"
#include "trace/syscalls.h"

enum { DECODE_MAX = 16 };

struct decoded {
    struct arg args[DECODE_MAX];
    unsigned count;
    int64_t timeout_ms; /* BLOCKS_TIMED: -1 none; else how long at most */
};

/* At the entry of the call: everything that goes in. */
void decode_entry(struct timeline *tl, pid_t tid, const struct call_spec *spec,
                  const uint64_t args[6], struct decoded *out);

/* At its exit: what came out, added to what decode_entry gave. */
void decode_exit(struct timeline *tl, pid_t tid, const struct call_spec *spec,
                 const uint64_t args[6], int64_t result, struct decoded *out);

/* The value or the text of the argument of that name; fallback, "" when there is none. */
int64_t decoded_value(const struct decoded *decoded, const char *name, int64_t fallback);
const char *decoded_text(const struct decoded *decoded, const char *name);

/* "127.0.0.1:7000", "[::1]:7000", "unix:/path". The text belongs to the timeline. */
const char *decode_address(struct timeline *tl, const struct sockaddr_storage *addr, size_t len);

#endif
