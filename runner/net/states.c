/*
 * net/states: see states.h. sock_diag(7).
 *
 *  - A question is one message without NLM_F_DUMP, the answer one socket or ENOENT. The kernel
 *    answers before send(2) returns.
 *  - Asked about a connection that is gone, the kernel answers with the socket that listens there:
 *    such an answer counts as none.
 *  - A packet is seen a moment before it has had its effect. So a pair is asked about until some
 * time has passed since its last packet.
 */
#include "net/states.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/address.h"
#include "base/mem.h"
#include "net/sockdiag.h"
#include "net/transitions.h"
#include "timeline/order.h"

enum {
    ASKED_MOST = 64,      /* pairs at one boundary */
    SETTLES_IN = 1000000, /* ns from a packet to its effect, generously */
    EXPECTED_MAX = 12,
    GONE = TRANSITION_GONE,
};

/* A state that should be passed, and the time of the packet that says so. */
struct expected {
    int state;
    int64_t t;
    bool sent; /* it was the socket itself that sent the packet */
};

struct endpoint {
    uint8_t family; /* 0: any address, of either family */
    uint8_t ip[16];
    uint16_t port;
};

struct pair {
    struct endpoint local, remote; /* remote all zeros: listens */
    char *local_text, *remote_text;
    int state;       /* as told last: TCP_ESTABLISHED, …, GONE */
    bool told;       /* it was, at least once */
    bool hot;        /* on the list of those to be asked about */
    bool doubtful;   /* the packets have not told it all */
    int64_t touched; /* time of its last packet */
    struct transition_end end;
    struct expected expected[EXPECTED_MAX];
    unsigned nexpected;
    struct pair *next, *next_hot;
};

/* An event to be told, when all answers are there. */
struct change {
    const struct pair *pair;
    int64_t t;
    bool sent, implied;
    const char *from, *to;
    uint32_t rqueue, wqueue;
    unsigned place;
};

struct states {
    int fd;
    states_drain_fn *drain; /* or NULL */
    void *drain_arg;
    uint32_t sequence;
    void *tree; /* tsearch(3) of struct pair, by its ends */
    struct pair *all, *hot;
    struct change *changes;
    unsigned nchanges, changes_cap;
};

struct states *states_new(int diag_fd)
{
    struct states *states = mem_alloc(sizeof *states);
    states->fd = diag_fd;
    return states;
}

void states_follow(struct states *states, states_drain_fn *drain, void *arg)
{
    states->drain = drain;
    states->drain_arg = arg;
}

static void keep(void *pair)
{
    (void)pair; /* freed by the list */
}

void states_free(struct states *states)
{
    if (states == NULL)
        return;
    tdestroy(states->tree, keep);
    for (struct pair *pair = states->all, *next; pair != NULL; pair = next) {
        next = pair->next;
        free(pair->local_text);
        free(pair->remote_text);
        free(pair);
    }
    free(states->changes);
    free(states);
}

/* --- which sockets --- */

static bool read_endpoint(const char *text, struct endpoint *end)
{
    struct sockaddr_storage addr;
    socklen_t len;
    char any[ADDRESS_TEXT] = "0.0.0.0";
    *end = (struct endpoint){0};
    bool star = text[0] == '*';
    if (star) {
        strncat(any, text + 1, sizeof any - strlen(any) - 1);
        text = any;
    }
    if (address_parse(text, &addr, &len, NULL) != 0)
        return false;
    const struct sockaddr *generic = (const void *)&addr;
    end->family = star ? 0 : (uint8_t)addr.ss_family;
    end->port = (uint16_t)address_port(generic);
    if (addr.ss_family == AF_INET6)
        memcpy(end->ip, &((const struct sockaddr_in6 *)(const void *)&addr)->sin6_addr, 16);
    else
        memcpy(end->ip, &((const struct sockaddr_in *)(const void *)&addr)->sin_addr, 4);
    return true;
}

static int compare_endpoints(const struct endpoint *a, const struct endpoint *b)
{
    if (a->port != b->port)
        return (int)a->port - (int)b->port;
    if (a->family != b->family)
        return (int)a->family - (int)b->family;
    return memcmp(a->ip, b->ip, sizeof a->ip);
}

static int compare_pairs(const void *one, const void *other)
{
    const struct pair *a = one, *b = other;
    int order = compare_endpoints(&a->remote, &b->remote);
    return order != 0 ? order : compare_endpoints(&a->local, &b->local);
}

static struct pair *find_pair(struct states *states, const char *local, const char *remote)
{
    struct pair wanted = {0};
    if (local == NULL || !read_endpoint(local, &wanted.local) ||
        (remote != NULL && !read_endpoint(remote, &wanted.remote)))
        return NULL;
    struct pair *const *found = tfind(&wanted, &states->tree, compare_pairs);
    if (found != NULL)
        return *found;
    struct pair *pair = mem_alloc(sizeof *pair);
    *pair = wanted;
    pair->local_text = mem_string(local);
    pair->remote_text = mem_string(remote);
    pair->next = states->all;
    states->all = pair;
    if (tsearch(pair, &states->tree, compare_pairs) == NULL)
        abort(); /* out of memory, as in base/mem */
    return pair;
}

static void heat(struct states *states, struct pair *pair)
{
    if (pair->hot)
        return;
    pair->hot = true;
    pair->next_hot = states->hot;
    states->hot = pair;
}

void states_track(struct states *states, const char *local, const char *remote, int64_t t)
{
    struct pair *pair = find_pair(states, local, remote);
    if (pair == NULL)
        return;
    pair->touched = t;
    heat(states, pair);
}

void states_listeners(struct states *states)
{
    for (struct pair *pair = states->all; pair != NULL; pair = pair->next)
        if (pair->state == TCP_LISTEN)
            heat(states, pair);
}

/* --- packets --- */

static void expect(struct pair *pair, int state, int64_t t, bool sent)
{
    if (pair->nexpected == EXPECTED_MAX) { /* the oldest is given up */
        memmove(pair->expected, pair->expected + 1, (EXPECTED_MAX - 1) * sizeof *pair->expected);
        pair->nexpected--;
    }
    pair->expected[pair->nexpected++] = (struct expected){state, t, sent};
}

/* One end of a connection sent or received the segment. */
static void segment(struct states *states, const char *local, const char *remote,
                    const struct event *ev, bool sent, int64_t t)
{
    struct pair *pair = find_pair(states, local, remote);
    if (pair == NULL)
        return;
    int before = pair->end.state, after = transition_step(&pair->end, &ev->packet, sent);
    bool fresh = !pair->told && pair->nexpected == 0;
    pair->touched = t;
    if (after != before)
        expect(pair, after, t, sent);
    if (after != before || fresh || pair->doubtful)
        heat(states, pair);
}

static bool is_segment(const struct event *ev)
{
    return ev->kind == EVENT_PACKET && ev->packet.flags != NULL &&
           strcmp(ev->packet.proto, "tcp") == 0;
}

void states_sent(struct states *states, const struct event *ev)
{
    if (is_segment(ev))
        segment(states, ev->packet.from, ev->packet.to, ev, true, ev->t);
}

void states_received(struct states *states, const struct event *ev, int64_t t)
{
    if (!is_segment(ev))
        return;
    segment(states, ev->packet.to, ev->packet.from, ev, false, t);
    if (strcmp(ev->packet.flags, "S") == 0)
        states_track(states, ev->packet.to, NULL, t);
}

void states_packet(struct states *states, const struct event *ev)
{
    states_sent(states, ev);
    states_received(states, ev, ev->t);
}

/* --- asking --- */

struct answer {
    bool found;
    struct inet_diag_msg msg;
};

/* False when the kernel does not answer at all. */
static bool ask(struct states *states, const struct pair *pair, uint8_t family,
                struct answer *answer)
{
    _Alignas(struct nlmsghdr) char buffer[1024];
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
    nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    nlh->nlmsg_flags = NLM_F_REQUEST;
    nlh->nlmsg_seq = ++states->sequence;
    struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
    req->sdiag_family = family;
    req->sdiag_protocol = IPPROTO_TCP;
    req->idiag_states = ~0U;
    req->id.idiag_sport = htons(pair->local.port);
    req->id.idiag_dport = htons(pair->remote.port);
    memcpy(req->id.idiag_src, pair->local.ip, 16);
    memcpy(req->id.idiag_dst, pair->remote.ip, 16);
    req->id.idiag_cookie[0] = req->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    answer->found = false;
    if (send(states->fd, nlh, nlh->nlmsg_len, 0) < 0)
        return false;
    for (;;) {
        ssize_t n = recv(states->fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n < (ssize_t)sizeof *nlh)
            return false;
        nlh = (struct nlmsghdr *)(void *)buffer;
        if (nlh->nlmsg_seq != states->sequence)
            continue; /* of an earlier question that was given up */
        if (nlh->nlmsg_type == NLMSG_ERROR)
            return true;
        if (mnl_nlmsg_get_payload_len(nlh) < sizeof answer->msg)
            return false;
        memcpy(&answer->msg, mnl_nlmsg_get_payload(nlh), sizeof answer->msg);
        answer->found = true;
        return true;
    }
}

static bool is_listener(const struct pair *pair)
{
    return pair->remote_text == NULL;
}

/* Whether the answer is the socket that was asked about. */
static bool fits(const struct pair *pair, const struct answer *answer)
{
    if (!answer->found)
        return false;
    bool listens = answer->msg.idiag_state == TCP_LISTEN;
    return listens == is_listener(pair) &&
           (listens || ntohs(answer->msg.id.idiag_dport) == pair->remote.port);
}

static bool look_up(struct states *states, const struct pair *pair, struct answer *answer)
{
    uint8_t family = pair->local.family != 0 ? pair->local.family : AF_INET6;
    if (!ask(states, pair, family, answer))
        return false;
    /* A socket for any address may be of either family. */
    if (!fits(pair, answer) && pair->local.family == 0 && !ask(states, pair, AF_INET, answer))
        return false;
    answer->found = fits(pair, answer);
    return true;
}

/* --- telling --- */

static const char *state_name(int state)
{
    struct socket_row row = {.tcp = true, .state = state};
    return state == GONE ? "CLOSED" : sockdiag_state_name(&row);
}

/* A packet names the address it went to; the socket that listens there may do so for any address,
 * and is told once, under its own. True when it is another than `pair`, which is asked about then.
 */
static bool has_other_name(struct states *states, const struct pair *pair,
                           const struct answer *answer)
{
    char text[ADDRESS_TEXT], ip[INET6_ADDRSTRLEN];
    static const __be32 any[4];
    bool v6 = answer->msg.idiag_family == AF_INET6;
    if (!answer->found || !is_listener(pair))
        return false;
    inet_ntop(answer->msg.idiag_family, answer->msg.id.idiag_src, ip, sizeof ip);
    bool every = memcmp(answer->msg.id.idiag_src, any, v6 ? 16 : 4) == 0;
    snprintf(text, sizeof text, v6 && !every ? "[%s]:%u" : "%s:%u", every ? "*" : ip,
             pair->local.port);
    struct pair *other = find_pair(states, text, NULL);
    if (other == NULL || other == pair)
        return false;
    if (other->state == GONE)
        heat(states, other);
    return true;
}

/* `answer` NULL: implied. */
static void note(struct states *states, struct pair *pair, struct expected change,
                 const struct answer *answer)
{
    if (states->nchanges == states->changes_cap) {
        states->changes_cap = states->changes_cap != 0 ? 2 * states->changes_cap : 16;
        states->changes = mem_resize(states->changes, states->changes_cap, sizeof *states->changes);
    }
    struct change *noted = &states->changes[states->nchanges];
    /* A half-open connection comes of the socket that listens (RFC 9293). */
    int from = change.state == TCP_SYN_RECV && pair->state == GONE ? TCP_LISTEN : pair->state;
    *noted = (struct change){
        .pair = pair,
        .t = change.t,
        .sent = change.sent,
        .implied = answer == NULL,
        .from = state_name(from),
        .to = state_name(change.state),
        .place = states->nchanges++,
    };
    if (answer != NULL && answer->found) {
        noted->rqueue = answer->msg.idiag_rqueue;
        noted->wqueue = answer->msg.idiag_wqueue;
    }
    pair->state = change.state;
    pair->told = true;
}

/* Who sends changes before who receives. */
static int compare_changes(const void *one, const void *other)
{
    const struct change *a = one, *b = other;
    if (a->t != b->t)
        return a->t < b->t ? -1 : 1;
    if (a->sent != b->sent)
        return a->sent ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

static unsigned tell_changes(struct states *states, struct timeline *tl, const char *host)
{
    unsigned count = states->nchanges;
    if (count > 1)
        qsort(states->changes, count, sizeof *states->changes, compare_changes);
    for (unsigned i = 0; i < count; i++) {
        const struct change *change = &states->changes[i];
        struct event *ev = timeline_append_late(tl, EVENT_STATE, change->t);
        ev->host = timeline_string(tl, host);
        ev->state = (struct state_event){
            .proto = timeline_string(tl, "tcp"),
            .local = timeline_string(tl, change->pair->local_text),
            .remote = timeline_string(tl, change->pair->remote_text),
            .from = timeline_string(tl, change->from),
            .to = timeline_string(tl, change->to),
            .rqueue = change->rqueue,
            .wqueue = change->wqueue,
            .implied = change->implied,
        };
    }
    states->nchanges = 0;
    return count;
}

/* How many expectations the answer confirms: up to the last one of that state. */
static unsigned confirmed(const struct pair *pair, int state)
{
    unsigned n = pair->nexpected;
    while (n > 0 && pair->expected[n - 1].state != state)
        n--;
    return n;
}

/* Notes what the kernel's answer means. */
static void examine(struct states *states, struct pair *pair, int64_t t)
{
    struct answer answer;
    if (!look_up(states, pair, &answer) || has_other_name(states, pair, &answer))
        return;
    int state = answer.found ? answer.msg.idiag_state : GONE;
    unsigned known = confirmed(pair, state);
    if (known == 0 && state != pair->state && states->drain != NULL) {
        states->drain(states->drain_arg); /* which may come back to states_packet */
        known = confirmed(pair, state);
    }
    for (unsigned i = 0; i < known; i++)
        note(states, pair, pair->expected[i], i + 1 == known ? &answer : NULL);
    pair->nexpected -= known;
    memmove(pair->expected, pair->expected + known, pair->nexpected * sizeof *pair->expected);
    if (state != pair->state) { /* the packets do not tell why: too late, or none caused it */
        struct expected change = {state, t, false};
        if (is_listener(pair) && state != GONE) { /* it listened when it was heard of */
            change.t = pair->touched < t ? pair->touched : t;
            change.sent = true;
        } else if (pair->nexpected > 0) {
            change.t = pair->expected[0].t;
        }
        note(states, pair, change, &answer);
        pair->nexpected = 0;
        pair->end.state = state;
    }
}

static void give_up_expectations(struct pair *pair)
{
    pair->doubtful = pair->nexpected > 0;
    pair->nexpected = 0;
    pair->end.state = pair->state;
}

/* Each pair is a question to the kernel: of a program that keeps thousands of connections busy,
 * some are asked about at a time, or all its time would go there. */
static unsigned poll_some(struct states *states, struct timeline *tl, int64_t t, const char *host,
                          unsigned most)
{
    struct pair *again = NULL;
    for (unsigned n = 0; states->hot != NULL && n < most; n++) { /* one may add another */
        struct pair *pair = states->hot;
        states->hot = pair->next_hot;
        pair->hot = false;
        examine(states, pair, t);
        if (pair->hot) /* a packet has come meanwhile: it is on the list again */
            continue;
        if (pair->nexpected > 0 && t < pair->touched + SETTLES_IN) {
            pair->hot = true;
            pair->next_hot = again;
            again = pair;
        } else {
            give_up_expectations(pair);
        }
    }
    struct pair **end = &again;
    while (*end != NULL)
        end = &(*end)->next_hot;
    *end = states->hot;
    states->hot = again;
    return tell_changes(states, tl, host);
}

unsigned states_poll(struct states *states, struct timeline *tl, int64_t t, const char *host)
{
    return poll_some(states, tl, t, host, ASKED_MOST);
}

unsigned states_poll_all(struct states *states, struct timeline *tl, int64_t t, const char *host)
{
    for (struct pair *pair = states->all; pair != NULL; pair = pair->next)
        heat(states, pair);
    return poll_some(states, tl, t, host, UINT_MAX);
}
