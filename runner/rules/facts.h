/*
 * rules/facts - all that rules and assertions may ask of one recording: the replayed calls, what
 * the script wanted and saw, what a sanitizer reported. Gathered once, then only read.
 */
#ifndef SOCKLINGS_RULES_FACTS_H
#define SOCKLINGS_RULES_FACTS_H

#include <netinet/in.h>

#include "base/strbuf.h"
#include "catalog/lab.h"
#include "timeline/model.h"
#include "timeline/timeline.h"

/* What ASan or UBSan printed; text is NULL when they printed nothing. */
struct sanitizer_report {
    char *text;     /* from its first line on, as printed */
    char *summary;  /* "stack-buffer-overflow", or UBSan's words after "runtime error: " */
    bool undefined; /* from UBSan */
    bool write;     /* ASan: a write, not a read */
    unsigned size;  /* ASan: bytes at once; 0 unknown */
    bool in_strlen; /* ASan: strlen() or a printf("%s") ran over the end */
    char *file;     /* the learner's line; NULL unknown */
    int line;
    const char *program;
    uint64_t n; /* the event that printed its first line */
};

enum { FACTS_IP = INET6_ADDRSTRLEN };

/* Whose address it is, in a scene with several hosts. */
struct facts_place {
    char ip[FACTS_IP];
    const char *host;
};

struct facts {
    const struct lab *lab;             /* may be NULL */
    const struct scene_script *script; /* may be NULL */
    const struct timeline *timeline;
    struct model model;
    const struct event *failed;         /* the action that failed, or NULL */
    const struct action *failed_action; /* the same in the script; NULL when unknown */
    const struct end_event *end;        /* NULL: the recording is not complete */
    struct sanitizer_report sanitizer;
    int *ports; /* that the script named: variables and peers' own */
    unsigned nports;
    bool wire;                  /* packets were recorded */
    bool loop;                  /* … those of a host to itself as well */
    struct facts_place *places; /* the addresses from which hosts sent */
    unsigned nplaces;
    int *own_ports; /* by socket: what the wire shows of one to which the kernel gave a port; -1 */
};

void facts_gather(struct facts *f, const struct lab *lab, const struct scene_script *script,
                  const struct timeline *tl);
void facts_free(struct facts *f);
/* The part of facts_gather that is about places (facts_place.c). */
void facts_gather_places(struct facts *f);

/* True when the program of that name runs the learner's code, not the lab's solution. */
bool facts_learner(const struct facts *f, const char *program);

/* Something did not go as the script wanted, or the scene did not come to its end. */
bool facts_broken(const struct facts *f);
/* The failed action failed so: "mismatch", "stall", … */
bool facts_failed_by(const struct facts *f, const char *failure);

/* The next call of the learner's programs at or after *n, which then stands behind it; NULL: no
 * more. Start with n = 0. */
const struct model_call *facts_call(const struct facts *f, uint64_t *n);
/* The next call of the same thread after c, or NULL. */
const struct model_call *facts_next(const struct facts *f, const struct model_call *c);
/* The last call of the same process (any thread) before event n that moves bytes so; NULL: none. */
const struct model_call *facts_last_io(const struct facts *f, int pid, enum model_io io,
                                       uint64_t n);

/* The action that stands there in lab.json, or NULL. */
const struct action *facts_action(const struct facts *f, const char *path);
/* The address, as in lab.json, to which the failed action's actor had last connected or sent; NULL:
 * none. */
const char *facts_destination(const struct facts *f);
/* Appends the bytes that the script means; false when they are not known. */
bool facts_data(const struct facts *f, const struct data *data, struct strbuf *out);
/* The text with its variables; false when one of them is not known. */
bool facts_text(const struct facts *f, const char *text, struct strbuf *out);
/* The same to be read: a variable that is not known is "…". */
void facts_text_shown(const struct facts *f, const char *text, struct strbuf *out);

/* What the failed action waited for: bytes that a peer expects, text that is to be printed. False
 * when there is none, or it is not known. */
bool facts_wanted(const struct facts *f, struct strbuf *out);
/* The failed action waited for something in the output of a program, and these bytes have it. */
bool facts_would_do(const struct facts *f, const char *data, size_t len);
/* The lab at hand aims at the mistake. */
bool facts_aims(const struct facts *f, const char *id);

/* Cuts "127.0.0.2:7000" and "[::1]:7000" to the address; false: it is none with a port. */
bool facts_ip(const char *address, char ip[FACTS_IP]);
bool facts_loopback(const char *ip); /* 127.0.0.0/8, ::1; NULL is none */
bool facts_any(const char *ip);      /* 0.0.0.0, ::; NULL: nothing was bound, any as well */
/* 255.255.255.255, or the broadcast address of a subnet of the scene; without a network that is
 * known, an address that ends in 255. */
bool facts_broadcast(const struct facts *f, const char *ip);
/* The host that has the address, as the script or packets tell; NULL: not known. */
const char *facts_owner(const struct facts *f, const char *ip);
/* The port that the socket has: what bind() asked for, or what the wire shows; -1: not known. */
int facts_own_port(const struct facts *f, const struct model_socket *s);
/* Whether what a program or peer on host `from` sends to that address is for the socket: its port,
 * on its host. A broadcast is for every host. */
bool facts_is_for(const struct facts *f, const char *from, const char *to,
                  const struct model_socket *s);
/* The row of that socket in the list of sockets that were left at the end; NULL: there is none, or
 * it cannot be told which one. */
const struct event *facts_left(const struct facts *f, const struct model_socket *s);

/* A port whose two bytes swapped give `port`, of those the script named; -1: none. */
int facts_swapped_port(const struct facts *f, int port);
int facts_swap(int port);

/* The script sent that signal (any: name NULL) to the program before event n. */
bool facts_signalled(const struct facts *f, const char *program, const char *name, uint64_t n);

/* Appends all that the program printed on that stream (NULL: any) since its last start. */
void facts_output(const struct facts *f, const char *program, const char *stream,
                  struct strbuf *out);
/* The last line that the program printed on that stream (NULL: any) since its last start, without
 * its end; false when there is none. */
bool facts_last_line(const struct facts *f, const char *program, const char *stream,
                     struct strbuf *out);

/* The event belongs to a process that was over when the script started its program anew. */
bool facts_former(const struct facts *f, const struct event *ev);

/* How the process of that pid ended: its exit event, or NULL. */
const struct event *facts_exit(const struct facts *f, int pid);

/* A call in which a program waits for any of several things, or for a client: poll and its like,
 * accept. */
bool facts_waits(const struct model_call *c);
/* The same, or recv: a call in which a program waits for what comes next. */
bool facts_waits_or_receives(const struct model_call *c);

/* poll or select watches the descriptor for that event ("POLLIN"; NULL: any). */
bool facts_watches(const struct model_call *c, int fd, const char *event);
/* The program has read its standard input to the end. */
bool facts_input_ended(const struct facts *f, const struct model_process *p);

/* The call returned -1 with this errno. */
bool facts_error(const struct model_call *c, const char *name);
static inline bool facts_is(const struct model_call *c, const char *kernel_name)
{
    return call_is(c->event, kernel_name);
}

#endif
