/*
 * timeline/model_private - what the files of the model share: descriptor tables and their changes.
 */
#ifndef SOCKLINGS_TIMELINE_MODEL_PRIVATE_H
#define SOCKLINGS_TIMELINE_MODEL_PRIVATE_H

#include "timeline/model.h"

struct model_table {
    unsigned users;
    unsigned open;   /* slots that are open */
    size_t *slot_of; /* by descriptor: its open slot + 1, or 0 */
    int size;        /* of slot_of */
};
enum { FD_BOUND = 1 << 20 }; /* no descriptor of Linux is larger by default; others are ignored */

/* A descriptor of one table from `since` until `until`. */
struct model_slot {
    const struct model_table *table;
    int fd;
    struct model_socket *socket; /* NULL: something else than a socket */
    bool cloexec;
    uint64_t since, until; /* until MODEL_NEVER: still open */
};

/* --- model_tables.c --- */

/* The open slot of that descriptor, or NULL. */
struct model_slot *model_find_slot(const struct model *m, const struct model_table *table, int fd);
/* A new descriptor; what was open under its number is closed. socket NULL: something else. */
void model_open(struct model *m, struct model_process *p, int fd, struct model_socket *socket,
                bool cloexec, uint64_t n);
void model_close(struct model *m, struct model_table *table, int fd, uint64_t n);

/* A process that the script started, of which ev is the first event: it has its standard input,
 * output and error. */
struct model_process *model_started(struct model *m, const struct event *ev);
/* A child, with a copy of its parent's descriptors, or (shares) with the same ones. */
void model_forked(struct model *m, struct model_process *parent, int pid, bool shares, uint64_t n);
/* One user less; the last one's end closes everything. */
void model_leave_table(struct model *m, struct model_table *table, uint64_t n);

/* --- model_effects.c --- */

/* What a call that succeeded changed. */
void model_effect(struct model *m, struct model_call *c);

#endif
