/*
 * scene/factory - a small process that makes sandboxes ahead of need.
 *
 * Making the namespaces of a sandbox costs the kernel a millisecond or two, and most of it can be
 * done on another processor while a scene is still running: the factory always has empty sandboxes
 * ready. It is forked from the runner once, when the first sandbox is wanted, and ends with it: the
 * sandboxes' inits are its children, and die with it.
 */
#ifndef SOCKLINGS_SCENE_FACTORY_H
#define SOCKLINGS_SCENE_FACTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/error.h"
#include "scene/tier.h"

struct sandbox_kind {
    enum scene_tier tier;
    bool own; /* for a program of the user's own: with the host's files, environment and user id */
};

/* Takes a ready sandbox. *control talks to its init, *pidfd ends it; `folder` gets where its files
 * lie. The caller closes both. Blocks until one is ready, with a deadline. -1 and *err when none
 * can be made here. */
int factory_take(struct sandbox_kind kind, int *control, int *pidfd, char *folder, size_t size,
                 struct error *err);

/* For a process that is about to fork one which runs scenes as well: a line of its own to the same
 * factory (started if need be), for factory_adopt in the child; the parent closes its copy. -1: the
 * child will start a factory of its own. */
int factory_line(void);
void factory_adopt(int line);

/* From the next sandbox of tier A on, its programs see an empty folder there, if they would see it
 * at all: labs and solutions, which lie below /usr when they are installed. What is no folder is
 * passed over. The user's own programs see it all the same. */
void factory_hide(const char *folder);

/* Ends the factory and what it has ready, and waits for it (leak checks, tests). */
void factory_stop(void);

/* One packet and its descriptors, with a deadline of FACTORY_MS; -1 and errno (ETIMEDOUT, EPIPE at
 * the end). *nfds: room in, got out. */
enum { FACTORY_MS = 20000 };
int packet_send(int fd, const void *data, size_t len, const int *fds, unsigned nfds);
int packet_receive(int fd, void *data, size_t len, int *fds, unsigned *nfds);

#endif
