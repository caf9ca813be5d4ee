/*
 * catalog/script_state - what is so at one point of a script: programs, peers, variables; and the
 * checks of texts that need to know it. Private to catalog/.
 */
#ifndef SOCKLINGS_CATALOG_SCRIPT_STATE_H
#define SOCKLINGS_CATALOG_SCRIPT_STATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/strbuf.h"
#include "catalog/lab.h"

struct program_state {
    const char *name;
    bool running; /* false once a script has waited for its end */
};

enum peer_kind {
    PEER_NONE, /* closed, or refused */
    PEER_UDP,
    PEER_TCP,
    PEER_LISTENING, /* only as what to open */
    PEER_ANY,       /* only as what is needed: UDP or TCP */
};

struct peer_state {
    const char *name;
    enum peer_kind kind; /* NONE, UDP or TCP */
    bool listening;      /* beside it: accept may name its connection as the listening peer */
    bool half_closed;
    bool paused;      /* it does not read */
    bool has_partner; /* UDP: it has sent to somebody or heard from somebody */
};

struct script_state {
    const struct lab *lab;
    const struct scene_script *script;
    struct error *err;
    struct program_state *programs;
    unsigned nprograms;
    struct peer_state *peers; /* all that were ever open */
    unsigned npeers;
    const char **saved; /* variables that an expect before has saved */
    unsigned nsaved;
    unsigned repeats; /* how many the place is inside of */
    char **holds;     /* texts of the hold rules that the wire has now */
    unsigned nholds;
};

void state_free(struct script_state *s);

/* "FILE: PATH…: …"; `key` (".to") may be NULL. Returns -1. */
int state_error(const struct script_state *s, const char *path, const char *key, const char *format,
                ...) __attribute__((format(printf, 4, 5)));

struct program_state *state_program(const struct script_state *s, const char *name);
struct peer_state *state_peer(const struct script_state *s, const char *name);

/* The functions below return 0, or -1 (NULL) and set the error. */

int state_start(struct script_state *s, const struct action *action);
int state_need_started(struct script_state *s, const struct action *action);
int state_need_running(struct script_state *s, const struct action *action);
bool state_is_started_somewhere(const struct action *actions, unsigned count, const char *name);

int state_open(struct script_state *s, const char *path, const char *name, enum peer_kind kind);
struct peer_state *state_need_peer(struct script_state *s, const struct action *action,
                                   enum peer_kind kind);

/* Texts with ${…}: the variables must be there. */
int state_check_text(struct script_state *s, const char *path, const char *key, const char *text);
int state_check_data(struct script_state *s, const char *path, const struct data *data);
int state_check_regex(struct script_state *s, const char *path, const char *key, const char *regex);
/* What an expect expects. */
int state_check_expect(struct script_state *s, const struct action *action);
int state_check_port(struct script_state *s, const char *path, const char *port);

/* An error (without a place) when a variable of the text may hold any bytes, or was saved, and
 * holds what a program chose: neither can stand in `what`. */
int state_refuse_bytes(const struct script_state *s, const char *text, const char *what,
                       struct error *err);

/* Appends the text with values for its variables. */
int state_expand(const struct script_state *s, const char *text, struct strbuf *out,
                 struct error *err);

/* An address of its own may have port 0, another's not. */
enum address_use { ADDRESS_OWN, ADDRESS_OTHER };
int state_check_address(struct script_state *s, const char *path, const char *key, const char *text,
                        enum address_use use);

/* --- files (script_files.c) --- */

/* A name below the programs' folder: its variables are there, and it is short enough. */
int state_check_file_name(struct script_state *s, const char *path, const char *key,
                          const char *name);
int state_check_files(struct script_state *s, const char *path); /* those from the start */

/* --- hosts and the wire (script_network.c) --- */

/* A host that is named, or NULL. */
int state_check_host(const struct script_state *s, const char *path, const char *key,
                     const char *host);
/* In a scene with hosts an actor is on one of them, in any other on none. */
int state_need_host(const struct script_state *s, const struct action *action);
int state_check_peer_name(const struct script_state *s, const char *path, const char *name);
int state_check_rules(struct script_state *s, const char *path); /* those from the start */
int state_wire(struct script_state *s, const struct action *action);
int state_release(struct script_state *s, const struct action *action);

/* The length in bytes, when it is the same whatever the variables will be. */
bool state_data_size(const struct script_state *s, const struct data *data, size_t *size);

#endif
