/* net/switch_parts - private to the switch: switch.c, switch_addresses.c, switch_rules.c,
 * switch_queue.c, switch_questions.c, switch_ports.c. */
#ifndef SOCKLINGS_NET_SWITCH_PARTS_H
#define SOCKLINGS_NET_SWITCH_PARTS_H

#include "net/hosts.h"
#include "net/switch.h"
#include "timeline/packet.h"

enum {
    SWITCH_HEADER = 14,
    SWITCH_TAG = 4, /* IEEE 802.1Q */
    SWITCH_ADDRESSES = 256,
    SWITCH_QUESTIONS = 64,
};

/* A set of ports: a bit each. */
typedef uint64_t switch_ports;
_Static_assert(HOSTS_PORTS <= 64, "a set of ports is one number");

struct switch_rule;

/* --- frames: switch_queue.c --- */

/* A frame, or those of its copies that meet the same fate. */
struct parcel {
    uint64_t id;
    int64_t t;
    unsigned port;         /* where it came in */
    switch_ports to;       /* where it goes out */
    enum switch_fate fate; /* DELAYED or HELD while it is kept */
    struct switch_rule *rule;
    const unsigned char *frame;
    size_t len;
    /* Only of one that is kept: */
    int64_t due;
    uint64_t order; /* among those that are due at the same time */
    size_t place;   /* in the heap */
};

/* What is on its way: a heap, the first that is due on top. */
struct parcel_heap {
    struct parcel **at;
    size_t count, cap;
};

/* A copy that owns its bytes; parcel_free. */
struct parcel *parcel_keep(const struct parcel *parcel);
void parcel_free(struct parcel *parcel);

void parcel_push(struct parcel_heap *heap, struct parcel *parcel);
struct parcel *parcel_first(const struct parcel_heap *heap); /* NULL: none */
void parcel_remove(struct parcel_heap *heap, struct parcel *parcel);
void parcel_heap_free(struct parcel_heap *heap); /* and what is in it */

/* --- rules: switch_rules.c --- */

/* A rule, and what it has seen. */
struct switch_rule {
    struct wire_rule rule;
    unsigned number; /* counts the rules of this switch */
    bool ended;
    uint64_t matched;                      /* frames, of all hosts */
    uint64_t matched_of[NETWORK_HOSTS];    /* … of each */
    int64_t last_due;                      /* DELAY: of the last that was delayed */
    int64_t busy_until;                    /* LIMIT: when the link has sent what it has */
    struct parcel *waiting[NETWORK_HOSTS]; /* REORDER: of each sender; in the heap as well */
    unsigned to_overtake[NETWORK_HOSTS];   /* … how many are yet to overtake it */
    uint64_t overtakes;                    /* … id of the frame that may be doing so */
};

/* Whether it is such a frame; not looking at which host it goes to, nor at WHICH. */
bool switch_rule_matches(const struct wire_rule *rule, const struct packet *p, unsigned from);
/* Counts a frame of that host, and says whether WHICH picks it. */
bool switch_rule_picks(struct switch_rule *rule, uint64_t seed, unsigned from);
/* A number that depends on the seed, the rule, the host and how many of its frames matched. */
uint64_t switch_rule_draw(const struct switch_rule *rule, uint64_t seed, unsigned from);
/* Flips one bit that a checksum covers. false: there is none. */
bool switch_corrupt(unsigned char *frame, size_t len, uint64_t draw);

/* --- questions: switch_questions.c --- */

struct switch_question {
    unsigned version; /* 4, 6 */
    uint8_t about[16];
    unsigned port; /* who asked */
    int64_t t;     /* last */
};

struct switch_questions {
    struct switch_question list[SWITCH_QUESTIONS];
    unsigned count;
};

/* Of a frame that came in: perhaps it asks. */
void switch_asked(struct switch_questions *questions, const void *frame, size_t len, unsigned port,
                  int64_t t);
/* Of a frame that goes out: perhaps it answers. */
void switch_answered(struct switch_questions *questions, const void *frame, size_t len,
                     switch_ports to);
/* Whether one of them still waits (net/switch.h, switch_unanswered). */
bool switch_waits_for_answer(const struct switch_questions *questions, int64_t now);

/* --- the switch: switch.c --- */

/* IEEE 802.1D calls it the filtering database. */
struct switch_address {
    uint8_t mac[6];
    uint8_t port;
};

struct switch_port {
    unsigned host, segment;
    size_t longest; /* frame */
};

/* On packet sockets: switch_ports.c. */
struct switch_sockets;

struct net_switch {
    uint64_t seed;
    switch_send_fn *send;
    switch_report_fn *report;
    void *arg;
    struct switch_port ports[HOSTS_PORTS];
    unsigned nports;
    struct switch_address addresses[SWITCH_ADDRESSES];
    unsigned naddresses, next_address; /* the next to be forgotten when all are taken */
    struct switch_rule **rules;
    unsigned nrules;
    bool ruled; /* a rule has not ended */
    struct parcel_heap heap;
    struct parcel **held; /* in the order in which they came */
    size_t nheld, held_cap;
    size_t kept_bytes; /* on its way or held */
    uint64_t nframes, nkept;
    struct switch_questions questions;
    struct switch_sockets *sockets; /* NULL: not attached */
};

/* --- where frames go: switch_addresses.c --- */

/* The address is behind that port; or has moved there. */
void switch_learn(struct net_switch *sw, const uint8_t *mac, unsigned port);
/* The ports where a frame for that address goes out: not where it came from, nor into other
 * segments. */
switch_ports switch_way(const struct net_switch *sw, unsigned port, const uint8_t *mac);
/* Those of them whose link takes a frame of that length. */
switch_ports switch_wide_enough(const struct net_switch *sw, switch_ports ports, size_t len);
/* Frames that no switch hands on: what is no frame; what nobody can have sent (the source is a
 * group, or nothing); what is for the switch itself (802.1D, 7.12.6: 01:80:c2:00:00:00 to 0f). */
bool switch_is_foul(const struct net_switch *sw, unsigned port, const uint8_t *frame, size_t len);
/* Whether the address is known to be where the frame came from. */
bool switch_is_for_sender(const struct net_switch *sw, unsigned port, const uint8_t *mac);

/* --- sockets: switch_ports.c --- */

/* Sends what has been collected for the sockets, and sets the timer. Does nothing without. */
void switch_sockets_settle(struct net_switch *sw);
/* Gives a frame to the socket of a port, now or as soon as it takes it. */
void switch_sockets_send(struct switch_sockets *sockets, unsigned port, const void *frame,
                         size_t len);
/* Frames that no socket has taken yet. */
unsigned switch_sockets_waiting(const struct switch_sockets *sockets);

#endif
