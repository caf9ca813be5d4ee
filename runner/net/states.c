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
#include "timeline/order.h"

enum {
    SETTLES_IN = 1000000, /* ns from a packet to its effect, generously */
    GONE = 0,             /* no TCP state has this number */
};

struct endpoint {
    uint8_t family; /* 0: any address, of either family */
    uint8_t ip[16];
    uint16_t port;
};

struct pair {
    struct endpoint local, remote; /* remote all zeros: listens */
    char *local_text, *remote_text;
    int state;       /* TCP_ESTABLISHED, …, GONE */
    bool seen;       /* has been there before */
    bool hot;        /* on the list of those to be asked about */
    bool moved;      /* a packet of it passed since it was asked about */
    int64_t touched; /* time of its last packet */
    struct pair *next, *next_hot;
};

struct states {
    int fd;
    uint32_t sequence;
    void *tree; /* tsearch(3) of struct pair, by its ends */
    struct pair *all, *hot;
};

struct states *states_new(int diag_fd)
{
    struct states *states = mem_alloc(sizeof *states);
    states->fd = diag_fd;
    return states;
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

static struct pair *heat(struct states *states, struct pair *pair)
{
    if (pair != NULL && !pair->hot) {
        pair->hot = true;
        pair->next_hot = states->hot;
        states->hot = pair;
    }
    return pair;
}

void states_track(struct states *states, const char *local, const char *remote, int64_t t)
{
    struct pair *pair = heat(states, find_pair(states, local, remote));
    if (pair == NULL)
        return;
    pair->touched = t;
    pair->moved = pair->moved || remote != NULL;
}

void states_packet(struct states *states, const struct event *ev)
{
    const struct packet_event *packet = &ev->packet;
    if (ev->kind != EVENT_PACKET || packet->flags == NULL || packet->proto == NULL ||
        strcmp(packet->proto, "tcp") != 0)
        return;
    states_track(states, packet->from, packet->to, ev->t);
    states_track(states, packet->to, packet->from, ev->t);
    if (strcmp(packet->flags, "S") == 0)
        states_track(states, packet->to, NULL, ev->t);
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

/* 1 when there was a change. */
static unsigned examine(struct states *states, struct pair *pair, struct timeline *tl, int64_t t,
                        const char *host)
{
    struct answer answer;
    if (!look_up(states, pair, &answer) || has_other_name(states, pair, &answer))
        return 0;
    int state = answer.found ? answer.msg.idiag_state : GONE;
    int64_t when = pair->moved ? pair->touched : t;
    if (state == pair->state)
        return 0;
    pair->moved = false;
    struct event *ev = timeline_append_late(tl, EVENT_STATE, when);
    ev->host = timeline_string(tl, host);
    ev->state.proto = timeline_string(tl, "tcp");
    ev->state.local = timeline_string(tl, pair->local_text);
    ev->state.remote = timeline_string(tl, pair->remote_text);
    ev->state.from = timeline_string(tl, pair->seen ? state_name(pair->state) : "CLOSED");
    ev->state.to = timeline_string(tl, state_name(state));
    if (answer.found) {
        ev->state.rqueue = answer.msg.idiag_rqueue;
        ev->state.wqueue = answer.msg.idiag_wqueue;
    }
    pair->state = state;
    pair->seen = true;
    return 1;
}

unsigned states_poll(struct states *states, struct timeline *tl, int64_t t, const char *host)
{
    unsigned changes = 0;
    struct pair *again = NULL;
    while (states->hot != NULL) { /* asking about one may add another */
        struct pair *pair = states->hot;
        states->hot = pair->next_hot;
        changes += examine(states, pair, tl, t, host);
        pair->hot = t < pair->touched + SETTLES_IN;
        if (pair->hot) {
            pair->next_hot = again;
            again = pair;
        } else {
            pair->moved = false;
        }
    }
    states->hot = again;
    return changes;
}

unsigned states_poll_all(struct states *states, struct timeline *tl, int64_t t, const char *host)
{
    for (struct pair *pair = states->all; pair != NULL; pair = pair->next)
        heat(states, pair);
    return states_poll(states, tl, t, host);
}
