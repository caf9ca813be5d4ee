/* scene/run - private to scene/: one scene under way. */
#ifndef SOCKLINGS_SCENE_RUN_H
#define SOCKLINGS_SCENE_RUN_H

#include <sched.h>
#include <signal.h>

#include "catalog/network.h"
#include "catalog/vars.h"
#include "net/capture.h"
#include "net/states.h"
#include "net/switch.h"
#include "scene/peer.h"
#include "scene/sandbox.h"
#include "scene/scene.h"
#include "scene/stdio.h"
#include "timeline/packet.h"
#include "trace/tracer.h"

enum { RESTS_MOST = 64 };

/* A host of the scene, as the runner sees it: what it asks and captures there. */
struct place {
    struct run *run;
    int host;         /* its index in the network; -1: the only one */
    const char *name; /* "localhost" when it is the only one */
    int diag;         /* sock_diag in its network, or -1 */
    int packets;      /* a packet socket on its loopback, or -1: nothing is captured there */
    struct capture *capture;
    struct packet_flows *flows;
    struct states *states; /* NULL: states are not recorded */
};

/* A program the script has started. */
struct actor {
    char *name;
    struct run *run;
    struct place *place;
    struct trace_program *traced;
    struct stdio io;
    struct loop_fd *gate_watch;
    int gate;
    int exec_error;        /* errno when it could not be executed */
    struct strbuf out;     /* everything it printed, in order of arrival */
    struct strbuf outs[2]; /* stdout and stderr apart */
    bool ended_by_us;      /* observe.c: it was asked to end, and its status says nothing */
    bool ending;           /* it was killed, so that another one can have its name */
    bool replaced;         /* a later start of the same name took its place */
};

enum progress { PROGRESS_DONE, PROGRESS_WAIT, PROGRESS_FAILED, PROGRESS_INTERNAL };

/* A list of actions being carried out; a repeat stacks one on another. */
struct frame {
    const struct action *actions;
    unsigned count, at;
    unsigned round, rounds;
};

/* Why an action failed, for its EVENT_SCRIPT. */
struct failure {
    const char *kind; /* timeline.h, script_event.failure; static */
    struct strbuf expected, received;
    bool compares; /* expected and received are set */
    bool tells;    /* received is set: there are no bytes to hold it against */
};

/* The steps of seeing that nothing is on its way any more. */
enum settle { SETTLE_IDLE, SETTLE_SENT, SETTLE_ARRIVED };

struct run {
    const struct scene_setup *setup;
    struct loop *loop;
    struct timeline *tl;
    struct error *err;        /* of an internal error; may be NULL */
    struct sigaction sigpipe; /* to be restored */
    cpu_set_t processors;     /* to be restored */
    int64_t start, deadline;
    int64_t worked_before; /* clock_thread() */
    int64_t waited_before; /* for a processor, by this thread, when the scene began */
    int64_t lost_before;   /* loop_lost() */
    int64_t starting;      /* how long programs were being started: that is not their time */
    struct sandbox *sandbox;
    struct tracer *tracer;
    struct actor **actors;
    unsigned nactors;
    struct peer **peers;
    unsigned npeers;
    struct drawn_vars vars;
    struct drawn_vars saved; /* by expects; their names are the script's */
    struct frame frames[8];
    unsigned depth;
    unsigned done;          /* actions carried out */
    struct strbuf sentence; /* what the current action does, in words */
    struct failure failure;
    size_t piece;        /* send: pieces sent */
    size_t sent;         /* send: bytes sent; expect: bytes looked at */
    size_t count;        /* expect: how many bytes */
    struct strbuf bytes; /* send, type, expect: the data, expanded */
    uint64_t activity;   /* peers and programs' output */
    uint64_t output_bytes;
    const struct network *network; /* NULL: one host and its loopback */
    struct place places[NETWORK_HOSTS];
    unsigned nplaces;  /* 1 or more */
    unsigned npackets; /* recorded */
    uint64_t packets_missed, packets_left_out;
    struct net_switch *wire; /* between the hosts; NULL: one host */
    struct packet_flows *wire_flows;
    struct dns *dns;       /* NULL: no host answers DNS */
    struct on_way *on_way; /* frames whose arrival is still to be told, from first_on_way on */
    size_t first_on_way, non_way;
    struct loop_fd *marker_watch;
    int marker;             /* a UDP socket that sends to itself, or -1 */
    unsigned marker_number; /* of the last one that was sent */
    uint16_t marker_port;
    bool begun; /* the current action has begun */
    bool over;  /* EVENT_END is there: nothing is recorded any more */
    bool lossy; /* the wire has kept a frame back: the kernels will try again, later */
    enum settle settle;
    uint64_t settle_seen; /* activity when the marker was sent */
    const char *limit;    /* set when a limit was reached */
    int64_t next_limit_check;
    uint64_t hidden;    /* limits.c: what it found where no process shows it */
    uint64_t sent_seen; /* … what programs had sent by then */
    int64_t
        quiet_since; /* since when nothing has moved, but something is under way in the kernel */
    uint64_t quiet_seen;
    uint64_t quiet_waited; /* for a processor, by then */
    uint64_t rows_hash;
    int64_t action_began;
    const struct action *before; /* the action before it, or NULL */
    uint64_t received_before;    /* by its peer, when it was done */
    struct calm_times {
        int64_t at, ran, waited; /* settle.c */
    } calm_since;                /* since when it is waited for; at 0: it is not */
    uint64_t calm_seen;
    uint64_t sockets_returned, sockets_activity; /* when sockets were waited for and last listed */
    enum progress held;   /* what became of the current action, when that is told once it is calm */
    unsigned looks;       /* … how often memory was looked at */
    unsigned calm_missed; /* how often it was not waited for any longer */
    bool hurries;         /* the next action does not wait for calm */
    bool restless;        /* programs that never rest are not waited for any more */
};

/* scene/run.c. Begin, open the sandbox (-1 and run->err), end: always, also after a failure. */
void run_begin(struct run *run, struct loop *loop, const struct scene_setup *setup,
               struct timeline *tl, struct error *err);
int run_open_sandbox(struct run *run);
void run_end(struct run *run);

/* scene/limits.c. "limit" (run->limit says which), "internal" (run->err says why), or NULL. */
const char *run_check_limits(struct run *run);

/* scene/turns.c: carries the current action on when it is the script's turn, and tells what became
 * of it when it is again: as action_step does. */
enum progress turn_step(struct run *run, const struct action *action);
/* It does something to the programs or to the wire, and does not only wait for them. */
bool turn_acts(const struct action *action);

/* scene/actions.c: carries the current action on; fills run->failure when it failed. */
enum progress action_step(struct run *run, const struct action *action);
/* An action that cannot go on, since nothing moves any more: fills run->failure. `alive`: some
 * program is. */
void action_give_up(struct run *run, const struct action *action, bool alive, const char *kind);

/* scene/record.c: packets and states into the recording, while it runs and, the last of them, at
 * its end. Where the kernel does not allow it the recording has none. */
void record_open(struct run *run);
void record_close(struct run *run);
/* Once it is closed: what the recording lacks. */
void record_missing(const struct run *run, struct end_event *end);
/* Looks at the sockets now: something was done that may have changed them. */
void record_look(struct run *run);
/* A frame may be recorded: there are not too many yet, and it is none of ours. */
bool record_wanted(struct run *run, const void *frame, size_t kept, size_t wire_len);

/* scene/script_record.c: the recording's first event; an action that was carried out, or failed:
 * what the script does stands where it began (t), before its effects, and what it waited for where
 * that was seen; the sockets that there are; the end. */
void script_record_scene(struct run *run);
void script_record_action(struct run *run, const struct action *action, bool ok, int64_t t);
void script_record_sockets(struct run *run);
void script_record_end(struct run *run, const char *why);

/* scene/wire.c: the switch between the hosts of a network, what it does to frames, and all that
 * into the recording. -1 and run->err. */
int wire_open(struct run *run);
void wire_close(struct run *run);
int wire_add_rule(struct run *run, const char *text); /* ${…} is expanded */
void wire_clear(struct run *run);                     /* no rule any more */
/* What hold rules of that beginning (NULL: all) keep is handed on. */
int wire_release(struct run *run, const char *text);
/* A rule; "clear"; "release all"; "release RULE". */
int wire_say(struct run *run, const char *text);
/* Hands on what has come and what is due. True when something moved. */
bool wire_pump(struct run *run);
/* Frames are on their way, or a kernel still asks who has an address. */
bool wire_busy(const struct run *run);

/* scene/dns.c: the server on the host that answers DNS, if there is one. -1 and run->err. */
int dns_open(struct run *run);
void dns_close(struct run *run);

/* The place of a host; NULL: the first. A name that is no host's gives NULL. */
struct place *run_place(struct run *run, const char *host);

/* scene/settle.c: true when everything sent so far has arrived and every thread of the actor's
 * program (NULL: of all) is asleep or gone. Advances by being asked again. */
bool settled(struct run *run, const struct actor *actor);
/* For a script to go on: what was done has arrived as far as the wire lets it, and all programs
 * rest; or they did not for so long that they are not waited for. Advances by being asked again. */
bool calm(struct run *run);
/* Settled, and the kernels have nothing on hand that they may still send; or have kept it for long.
 */
bool undisturbed(struct run *run);
/* True when nothing will move any more by itself. */
bool stalled(struct run *run);
/* Everything that moves, counted. */
uint64_t run_activity(const struct run *run);
void settle_open(struct run *run);
void settle_close(struct run *run);

/* scene/programs.c */
enum progress program_start(struct run *run, const struct action *action);
char *program_file(const struct scene_program *program); /* its name inside; the caller frees */
/* Starts argv under that name; a former program of the name is killed. NULL and run->err. */
struct actor *program_launch(struct run *run, struct place *place, const char *name,
                             const char *const *argv, enum stdio_kind kind);
struct actor *find_actor(struct run *run, const char *name);
void actor_free(struct actor *actor);
bool actor_alive(const struct actor *actor);

struct peer *find_peer(struct run *run, const char *name);

/* Expands a text with ${…}; NULL and run->err on failure. The caller frees. */
char *run_expand(struct run *run, const char *text);
bool run_lookup(void *run, const char *name, const char **data, size_t *len);

#endif
