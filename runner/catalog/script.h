/*
 * catalog/script - a scene as data: who is started, what is sent, what is expected, and what must
 * hold of the recording afterwards. runner/catalog/README.md shows the same as JSON.
 *
 * Texts may hold ${name}: a variable of the scene, or `${peer.port}`, `${peer.addr}` (the peer's
 * own end), `${i}` (the round of a repeat), `${alice.addr}` (a host's; catalog/network.h), or what
 * an expect has saved. They are
 * expanded when the action is carried out.
 */
#ifndef SOCKLINGS_CATALOG_SCRIPT_H
#define SOCKLINGS_CATALOG_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct network; /* catalog/network.h */

enum var_kind {
    VAR_PORT,  /* a port the program must use: random from 20000–29999, its two bytes differ */
    VAR_WORD,  /* a random word of `size` lower-case letters and digits */
    VAR_BYTES, /* `size` random bytes, all 256 values possible */
    VAR_TEXT,  /* the text given */
};

struct var_spec {
    const char *name;
    enum var_kind kind;
    size_t size;      /* VAR_WORD, VAR_BYTES */
    const char *text; /* VAR_TEXT */
};

/* Bytes to send, to type or to expect: the parts one after another. */
enum data_kind { DATA_TEXT, DATA_HEX, DATA_VAR, DATA_FILL };

struct data_part {
    enum data_kind kind;
    const char *text; /* DATA_TEXT: with ${…}; DATA_VAR: the variable's name */
    const char *raw;  /* DATA_HEX: decoded bytes */
    size_t size;      /* DATA_HEX: how many; DATA_FILL: how many times `fill` */
    char fill;
    size_t from, to; /* DATA_VAR: only its bytes from … to before `to`; … */
    bool has_to;     /* … or to its end */
};

struct data {
    const struct data_part *parts;
    unsigned nparts;
};

enum action_kind {
    ACTION_START,          /* start a program */
    ACTION_WAIT,           /* until a program is blocked, listening, bound or exited */
    ACTION_TYPE,           /* bytes to its standard input */
    ACTION_END_INPUT,      /* end of its standard input */
    ACTION_OUTPUT,         /* expect something in what it printed */
    ACTION_SIGNAL,         /* send it a signal */
    ACTION_UDP,            /* a peer opens a UDP socket */
    ACTION_CONNECT,        /* a peer connects by TCP */
    ACTION_LISTEN,         /* a peer listens on TCP */
    ACTION_ACCEPT,         /* a listening peer takes a connection */
    ACTION_SEND,           /* a peer sends */
    ACTION_EXPECT,         /* a peer must receive exactly these bytes (UDP: one datagram) */
    ACTION_EXPECT_END,     /* a TCP peer must see the end of the stream, and nothing before it */
    ACTION_EXPECT_RESET,   /* a TCP peer must see a reset */
    ACTION_EXPECT_NOTHING, /* nothing arrives: all programs are blocked and the wire is quiet */
    ACTION_HALF_CLOSE,     /* a TCP peer sends FIN and goes on reading */
    ACTION_CLOSE,
    ACTION_RESET,   /* a TCP peer sends RST (SO_LINGER 0) */
    ACTION_FAULT,   /* arm a fault rule for a program's calls */
    ACTION_REPEAT,  /* do a list of actions `count` times */
    ACTION_WIRE,    /* add a rule of the wire, or end all */
    ACTION_PAUSE,   /* a TCP peer stops reading: its receive buffer fills, its window closes */
    ACTION_RESUME,  /* it reads again */
    ACTION_RELEASE, /* hand on what the wire holds */
    ACTION_FILE,    /* look at a file that a program should have made, once everything sleeps */
    ACTION_KINDS
};

enum expect_how { EXPECT_DATA, EXPECT_UNTIL, EXPECT_COUNT };
enum file_check { FILE_HOLDS, FILE_HAS_SIZE, FILE_ABSENT };
enum wait_for { WAIT_BLOCKED, WAIT_LISTENING, WAIT_BOUND, WAIT_EXIT };
enum stdio_kind {
    STDIO_DEFAULT,
    STDIO_PTY, /* a terminal; stderr apart, so that a recording can tell it from stdout */
    STDIO_PIPE,
    STDIO_CLOSED,
    STDIO_OWN,      /* the caller's own; not for lab.json */
    STDIO_TERMINAL, /* a terminal for all three, as in a lesson's session; not for lab.json */
};

struct action {
    enum action_kind kind;
    const char *actor; /* program's name in the scene, or peer; NULL for repeat, wire, release,
                          file */
    const char *host; /* START, UDP, CONNECT, LISTEN: where, in a scene with a network; else NULL */
    const char *path; /* where it stands in lab.json: "$.steps[2].checks[0].scene[4]" */
    const char *why;  /* said when it fails, or NULL: "an empty datagram is a datagram too" */
    union {
        struct {
            const char *role;  /* which program of the lab; default: the actor's name */
            bool solution;     /* the lab's solution instead of the learner's file */
            const char **args; /* without argv[0] */
            unsigned nargs;
            enum stdio_kind stdio;
        } start;
        struct {
            enum wait_for what;
            const char **calls; /* WAIT_BLOCKED: in one of these (any name of the call that
                                   the learner may know it by); ncalls 0: any that blocks */
            unsigned ncalls;
            const char *port;   /* WAIT_LISTENING, WAIT_BOUND: on this port; NULL: any */
            int status;         /* WAIT_EXIT: exit status wanted; -1: any exit, but no crash */
            const char *signal; /* WAIT_EXIT: ended by this signal instead; NULL */
        } wait;
        struct data type;
        struct {
            const char *stream;   /* "stdout", "stderr" or NULL for either */
            const char *contains; /* exactly one of these three is set; each with ${…} */
            const char *matches;  /* POSIX extended regular expression; ${…} is quoted for it */
            const char *lacks;    /* must not have been printed so far */
        } output;
        struct {
            const char *name; /* "SIGTERM" */
            int number;
        } signal;
        struct {
            const char *at; /* UDP and LISTEN; "0.0.0.0:0" by default in a scene with a network,
                               else "127.0.0.1:0" */
            int backlog;    /* LISTEN */
            int buffer;     /* LISTEN: SO_RCVBUF of its connections; 0: the kernel's choice */
        } open;
        struct {
            const char *to;   /* "127.0.0.1:${port}" */
            const char *from; /* local address to bind, NULL: the kernel chooses */
            bool refused;     /* the connection must be refused */
            int buffer;       /* SO_RCVBUF; 0: the kernel's choice */
            bool delayed_ack; /* it acknowledges late from its first byte on */
        } connect;
        struct {
            const char *as; /* name of the new peer; default: the listening peer's own */
            bool delayed_ack;
        } accept;
        struct {
            struct data data;
            const char *to;      /* UDP: "127.0.0.1:${port}"; NULL: whom it last heard from, or
                                    sent to */
            const size_t *split; /* TCP: lengths of the pieces; the rest is the last piece */
            unsigned nsplit;
            bool bytewise; /* TCP: one byte at a time */
            bool at_once;  /* with split: do not wait for the program between pieces */
        } send;
        struct {
            enum expect_how how;
            struct data data;    /* DATA: exactly these bytes */
            const char *from;    /* UDP: the datagram must come from this address, or NULL */
            bool or_reset;       /* EXPECT_END: a reset is right as well */
            const char *until;   /* UNTIL: everything up to and including this text, with ${…} */
            const char *matches; /* … in which this regular expression is found, or NULL */
            const char *lacks;   /* … in which this one is not, or NULL */
            const char *save;    /* the first group of `matches` becomes this variable, or NULL */
            const char *count;   /* COUNT: so many bytes, with ${…} */
            struct data starts;  /* … which begin with these; nparts 0: with any */
        } expect;
        struct {
            const char *call;     /* kernel's or learner's name: "recv" covers recvfrom */
            unsigned from, count; /* the from-th such call (1 is the first), and count of them */
            size_t shorten;       /* 0, or: length argument is cut down to this */
            const char *errname;  /* NULL, or: fails with this ("EINTR"), without running */
            int errnum;
        } fault;
        struct {
            unsigned count;
            const struct action *actions;
            unsigned nactions;
        } repeat;
        struct {
            const char *rule; /* catalog/wire_rule.h, with ${…}; NULL: all rules end ("clear") */
        } wire;
        struct {
            const char *rule; /* the beginning of the hold rule's text; NULL: all ("all") */
        } release;
        struct {
            const char
                *name; /* below the programs' folder, with ${…}; only a regular file is one */
            enum file_check what;
            struct data data; /* HOLDS: exactly these bytes */
            size_t size;      /* HAS_SIZE */
        } file;
    };
};

/* Which calls an assertion speaks of. */
struct call_pattern {
    const char *program; /* NULL: any */
    const char *name;    /* kernel's or learner's name */
    const struct arg_match {
        const char *name;
        const char *text; /* with ${…}; compared with the argument's text, or number in decimal;
                             "A|B" names flags that must all be set, others may be */
    } * args;
    unsigned nargs;
    enum { RESULT_ANY, RESULT_OK, RESULT_FAILS, RESULT_VALUE } result;
    int64_t value;       /* RESULT_VALUE */
    const char *errname; /* RESULT_FAILS with this errno, or NULL */
};

enum assertion_kind {
    ASSERT_CALL,        /* at least one such call (count_min … count_max) */
    ASSERT_ORDER,       /* such calls in this order, others may stand between */
    ASSERT_NEVER,       /* no such call */
    ASSERT_NO_LEFTOVER, /* the program's exit left no child, and before that at most max_fds were
                           open at a time (max_fds 0: not checked) */
    ASSERT_SANITIZERS,  /* nothing reported by ASan or UBSan */
    ASSERT_NO_MISTAKE,  /* none of these mistakes is certain in the recording */
    ASSERT_PACKETS,     /* these packets, one after the other, and no other between them */
    ASSERT_STATES,      /* these socket states, one after the other */
    ASSERT_STATE,       /* a socket state was reached, or was not */
};

/* One packet of a pattern. What is not given may be anything. */
struct packet_pattern {
    bool gap;              /* "…": any packets, or none; the rest is unused */
    const char *from, *to; /* "${port}" or "127.0.0.1:${port}" */
    const char *flags;     /* "S", "S.", "F.", ".", "R." as tcpdump writes them; a P of the packet
                              counts only when it stands here too */
    bool has_seq, has_ack;
    uint32_t seq, ack; /* relative */
    bool has_len;
    uint32_t len_min, len_max; /* bytes of payload */
    const char *options;       /* this is among them: "mss", "ws 7" */
    const char *fate;
};

struct assertion {
    enum assertion_kind kind;
    const char *path;
    const char *why;                  /* or NULL */
    const struct call_pattern *calls; /* CALL, NEVER: one; ORDER: ncalls */
    unsigned ncalls;
    unsigned count_min, count_max; /* CALL; count_max 0: no limit */
    const char *program;           /* NO_LEFTOVER */
    const char **mistakes;         /* NO_MISTAKE; nmistakes 0: any that the rules know */
    unsigned max_fds;              /* NO_LEFTOVER */
    unsigned nmistakes;
    const struct packet_pattern *packets; /* PACKETS */
    const char *proto;                    /* PACKETS: "tcp", "udp", "icmp", "icmp6", "arp" */
    const char *const *between; /* PACKETS: only packets whose both ends are among these count (of
                                   one: whose one end it is); nbetween 0: the ends that the patterns
                                   name */
    unsigned npackets, nbetween;
    const char *host;          /* PACKETS: sent by this host; STATES, STATE: its sockets; or NULL */
    const char *const *states; /* STATES, STATE; a NULL among them is "…" */
    unsigned nstates;
    const char *local, *remote; /* STATES, STATE: the socket's ends; NULL: any */
    bool reached;               /* STATE */
    unsigned held_for; /* STATE: only a stay that lasted for so many packets between its ends, or
                          until the recording ends, counts */
    bool held_to_end;  /* STATE: only one that lasted until the recording ends */
};

/* What lies in the programs' folder before anything is started. It belongs to their user; folders
 * on the way to it are made. */
enum scene_file_kind {
    SCENE_FILE_CONTENT, /* of host_path or data: exactly one is given */
    SCENE_FILE_SPARSE,  /* `size` zero bytes that take no room */
    SCENE_FILE_FOLDER,
    SCENE_FILE_LINK, /* a symbolic link to `link` */
    SCENE_FILE_FIFO,
};

struct scene_file {
    const char *name; /* "share/a.bin", with ${…} */
    enum scene_file_kind kind;
    const char *from;      /* below the lab's folder: "data/handshake.pcap"; or NULL */
    const char *host_path; /* the same as a path of this machine; or NULL */
    struct data data;      /* nparts 0: host_path is given */
    size_t size;
    const char *link; /* any text, with ${…} */
    bool has_mode;    /* else 644, a folder 755 */
    unsigned mode;    /* permission bits */
};

struct scene_script {
    const char *title; /* a sentence, or NULL: "a datagram with a zero byte" */
    bool sanitized;    /* run the build with ASan and UBSan */
    bool capture;      /* packets are recorded; also when an assertion asks for them */
    bool states;       /* socket states are recorded; also when an assertion asks for them */
    const struct network *network; /* its hosts; NULL: one host and its loopback */
    const char *const *wire;       /* rules from the start (catalog/wire_rule.h), with ${…} */
    unsigned nwire;
    const struct scene_file *files;
    unsigned nfiles;
    enum stdio_kind stdio; /* PTY by default */
    const struct var_spec *vars;
    unsigned nvars;
    const struct action *actions;
    unsigned nactions;
    const struct assertion *then;
    unsigned nthen;
};

/* One table for the loader, the schema test and the messages: the verb of each kind. */
const char *action_verb(enum action_kind kind);

#endif
