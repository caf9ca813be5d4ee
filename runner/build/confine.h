/*
 * build/confine - runs a compiler on a stranger's source.
 *
 * A compiler opens whatever a source names (#include, .incbin, #embed), and quotes it in its
 * messages. Confined, it and all that it starts see:
 *
 *  - the system's programs, libraries and headers, read-only; neither /usr/share nor
 *    /usr/local/share, where solutions may be installed; the compiler's own folder, wherever it is;
 *  - the library's headers and archive, and the folder of prepared headers, at their own paths;
 *  - a folder with the source, and a /tmp, both empty at the start and gone at the end;
 *  - nothing else of this machine: no other file, no /proc, no device but /dev/null, no network, no
 *    other process, none of our descriptors or environment, no capability, and as root a uid of its
 *    own.
 *
 * There are two ways. Namespaces, with a small file system in memory, do all that is said above.
 * Where they are refused, Landlock does what it can: files that were not named cannot be opened
 * (that they exist may show), and there are neither namespaces nor prepared headers. The result is
 * the same, and the same as without confinement, for every source that stays within what it may
 * see.
 *
 * What is never more than: 64 MiB a file, 160 MiB of files (namespaces), 1 GiB of memory a process
 * (of which two are large at the same time: compiler and assembler), processor time a second more
 * than limit_ms. When the runner dies, in whatever way, the compiler dies with it.
 */
#ifndef SOCKLINGS_BUILD_CONFINE_H
#define SOCKLINGS_BUILD_CONFINE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "build/compiler.h"
#include "build/source.h"

struct confine_request {
    const struct compiler *compiler;
    const struct build_request *build;
    const struct source *source;
    const char *program; /* "udp_echo" */
    const char *headers; /* the folder of prepared headers; NULL: none. Landlock uses none */
    int output;          /* takes all that is printed; stays the caller's */
};

/* One compilation. */
struct confined;

/* Starts it; *pid, a process group of its own, is for the caller to kill after limit_ms and to
 * reap. NULL and *err when no way is left on this machine (the text says why), or when something is
 * lacking at the moment (then *lacking is true). */
struct confined *confine_start(const struct confine_request *request, pid_t *pid, bool *lacking,
                               struct error *err);

enum confine_end {
    CONFINE_RAN,    /* *status is the compiler's own wait status */
    CONFINE_AGAIN,  /* this way is refused here, as was found out just now: start again */
    CONFINE_FAILED, /* trouble of ours: *err */
};

/* Once pid has ended with *status. */
enum confine_end confine_ended(struct confined *c, int *status, struct error *err);

/* The messages as they would be without confinement. */
void confine_messages(const struct confined *c, const struct strbuf *raw, struct strbuf *out);

/* Puts the program into a folder of the cache. */
int confine_take(const struct confined *c, const char *folder, struct error *err);

void confine_free(struct confined *c); /* NULL is fine; pid has been reaped */

/* How this process confines ("namespaces", "Landlock"), as far as is known: NULL, nowhere. */
const char *confine_way_name(void);

#endif
