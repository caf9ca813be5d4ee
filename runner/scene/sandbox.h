/*
 * scene/sandbox - the private place a scene runs in, and the init that looks after it.
 *
 * Tier A: user, network, PID, mount, IPC and UTS namespace; a small root file system of our own
 * with read-only /usr and an empty /work, /tmp; loopback up. Started as root, the sandbox belongs
 * to an unprivileged uid of its own. Tiers B and C: a process group below a reaping init, on the
 * host's own network.
 *
 * When the runner dies, however it dies, init is killed by the kernel, and with it everything in
 * its PID namespace.
 */
#ifndef SOCKLINGS_SCENE_SANDBOX_H
#define SOCKLINGS_SCENE_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/error.h"
#include "catalog/lab.h"
#include "catalog/network.h"
#include "scene/tier.h"

struct sandbox;

/* What is made in the programs' folder before anything runs (catalog/script.h). */
struct sandbox_file {
    const char *name; /* "share/a.bin"; folders on the way are made */
    enum scene_file_kind kind;
    const char *host; /* CONTENT: of this regular file; or NULL: */
    const void *data; /* this */
    size_t len;
    size_t size;        /* SPARSE */
    const char *target; /* LINK */
    bool executable;
    bool has_mode;
    unsigned mode;
};

struct sandbox_setup {
    enum scene_tier tier;
    bool own;     /* for the user's own program: the host's files, environment and user id */
    bool packets; /* programs may open AF_PACKET and raw sockets (in the scene's network only) */
    const struct network *network; /* its hosts: tier A only; NULL: one, with a loopback */
    const struct sandbox_file *files;
    unsigned nfiles;
    struct lab_limits limits;
};

/* NULL and *err on failure: an internal error of the runner. Waits for init's word, with a
 * deadline. */
struct sandbox *sandbox_new(const struct sandbox_setup *setup, struct error *err);

/* Kills everything inside and frees. Traced programs must have been waited for before
 * (tracer_free); the kernel takes the namespaces down by itself, and nobody waits for that. NULL is
 * fine. */
void sandbox_free(struct sandbox *sb);

/* A socket on a host of the network (-1: where there is only one, its; else that of the wire, where
 * nobody is). Close-on-exec and non-blocking. -1 and *err. One of AF_PACKET lives on in the sandbox
 * until that goes: its last close takes long. */
int sandbox_socket(struct sandbox *sb, int host, int domain, int type, int protocol,
                   struct error *err);

/* The packet sockets at which the hosts' frames come out (net/hosts.h); they belong to the sandbox.
 * *nports is 0 without a network. */
const int *sandbox_ports(const struct sandbox *sb, unsigned *nports);

/* Where a file of the sandbox lies for a program inside: "/work/NAME"; in tiers B and C in a
 * temporary folder. The caller frees. */
char *sandbox_path(const struct sandbox *sb, const char *name);

/* Looks at what is called so in the programs' folder, without following a link or waiting for a
 * FIFO. LOOK_FILE: *fd is a regular file, open for reading. LOOK_OTHER: something else, in words
 * ("a folder"). -1 and *err: the sandbox failed. */
enum sandbox_look { LOOK_NOTHING, LOOK_FILE, LOOK_OTHER };
int sandbox_look(struct sandbox *sb, const char *name, int *fd, char what[256], struct error *err);

struct spawn_request {
    const char *const *argv; /* NULL-terminated; argv[0] is searched in the sandbox's folder, or is
                                a path inside */
    int stdio[3];  /* become 0, 1, 2; the caller keeps and closes its own copies; -1: closed */
    bool terminal; /* stdio is a pseudo terminal: it becomes the controlling one */
    int host;      /* of the network; -1: there is only one */
};

/* Starts a process that waits at the gate: a tracer takes hold of it, then sandbox_open_gate lets
 * it go on to exec. Its pid as this process sees it, or -1 and *err. *gate is to be closed by the
 * caller; it becomes readable with an int, errno, when exec failed, and with end of file when the
 * program has started. */
pid_t sandbox_spawn(struct sandbox *sb, const struct spawn_request *request, int *gate,
                    struct error *err);
int sandbox_open_gate(int gate, struct error *err);

/* Tier A, and not for the user's own program; else 0 and false. Bytes of the sandbox's System V
 * shared memory, semaphores and message queues; whether there is no room left in its files, or for
 * another one. */
uint64_t sandbox_ipc_bytes(const struct sandbox *sb);
bool sandbox_disk_full(const struct sandbox *sb);

/* Whether init has died without being told to: an internal error. */
bool sandbox_lost(const struct sandbox *sb);

#endif
