/*
 * net/sockdiag: see sockdiag.h.
 *
 *  - UDP is one dump for each family. TCP of both is one: the kernel walks a table that all
 *    namespaces share, and only the older request (TCPDIAG_GETSOCK, inet_diag_req) names no family.
 */
#include "net/sockdiag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/mem.h"
#include "net/diag.h"

struct list {
    struct socket_row *rows;
    unsigned count, cap;
    bool tcp;
};

enum { TIMER_RETRANSMIT = 1 }; /* idiag_timer, as inet_diag_msg_common_fill in the kernel sets it */

static void address(char *out, size_t size, int family, const __be32 *bytes, __be16 port,
                    bool local)
{
    static const __be32 any[4];
    char ip[INET6_ADDRSTRLEN];
    size_t len = family == AF_INET6 ? 16 : 4;
    if (memcmp(bytes, any, len) == 0) {
        if (!local && port == 0)
            snprintf(out, size, "*");
        else
            snprintf(out, size, "*:%u", (unsigned)ntohs(port));
        return;
    }
    inet_ntop(family, bytes, ip, sizeof ip);
    snprintf(out, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", ip, (unsigned)ntohs(port));
}

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
    struct list *list = arg;
    const struct inet_diag_msg *msg = mnl_nlmsg_get_payload(nlh);
    if (mnl_nlmsg_get_payload_len(nlh) < sizeof *msg)
        return MNL_CB_OK;
    if (list->count == list->cap) {
        list->cap = list->cap != 0 ? 2 * list->cap : 16;
        list->rows = mem_resize(list->rows, list->cap, sizeof *list->rows);
    }
    struct socket_row *row = &list->rows[list->count++];
    *row = (struct socket_row){
        .tcp = list->tcp,
        .ipv6 = msg->idiag_family == AF_INET6,
        .state = msg->idiag_state,
        .local_port = ntohs(msg->id.idiag_sport),
        .remote_port = ntohs(msg->id.idiag_dport),
        .rqueue = msg->idiag_rqueue,
        .wqueue = msg->idiag_wqueue,
        .resends_in = msg->idiag_timer == TIMER_RETRANSMIT ? msg->idiag_expires + 1 : 0,
        .uid = msg->idiag_uid,
        .inode = msg->idiag_inode,
    };
    address(row->local, sizeof row->local, msg->idiag_family, msg->id.idiag_src,
            msg->id.idiag_sport, true);
    address(row->remote, sizeof row->remote, msg->idiag_family, msg->id.idiag_dst,
            msg->id.idiag_dport, false);
    return MNL_CB_OK;
}

static int dump_tcp(int fd, unsigned states, struct list *list)
{
    _Alignas(struct nlmsghdr) char buffer[128];
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
    nlh->nlmsg_type = TCPDIAG_GETSOCK;
    struct inet_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
    req->idiag_states = states;
    list->tcp = true;
    return diag_dump(fd, nlh, on_message, list);
}

static int dump_udp(int fd, unsigned char family, struct list *list)
{
    _Alignas(struct nlmsghdr) char buffer[128];
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
    nlh->nlmsg_type = SOCK_DIAG_BY_FAMILY;
    struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
    req->sdiag_family = family;
    req->sdiag_protocol = IPPROTO_UDP;
    req->idiag_states = ~0U;
    list->tcp = false;
    return diag_dump(fd, nlh, on_message, list);
}

/* Sockets that are bound and no more are in another large table (TCP_BOUND_INACTIVE, Linux 6.8):
 * they belong to the list of all, and are no connections. */
static unsigned tcp_states(unsigned what)
{
    const unsigned listening = 1U << TCP_LISTEN, connections = 0x1fff & ~listening;
    if (what == SOCKDIAG_ALL)
        return ~0U;
    return ((what & SOCKDIAG_LISTENING) != 0 ? listening : 0) |
           ((what & SOCKDIAG_CONNECTIONS) != 0 ? connections : 0);
}

int sockdiag_list(int fd, unsigned what, struct socket_row **rows, unsigned *count,
                  struct error *err)
{
    static const unsigned char families[] = {AF_INET, AF_INET6};
    unsigned tcp = tcp_states(what);
    struct list list = {0};
    int rc = tcp != 0 ? dump_tcp(fd, tcp, &list) : 0;
    for (int f = 0; f < 2 && rc == 0 && (what & SOCKDIAG_UDP) != 0; f++)
        rc = dump_udp(fd, families[f], &list);
    if (rc != 0) {
        free(list.rows);
        return error_errno(err, "cannot list the sockets (sock_diag)");
    }
    *rows = list.rows;
    *count = list.count;
    return 0;
}

const char *sockdiag_state_name(const struct socket_row *row)
{
    static const char *const names[] = {
        [TCP_ESTABLISHED] = "ESTABLISHED",
        [TCP_SYN_SENT] = "SYN_SENT",
        [TCP_SYN_RECV] = "SYN_RECV",
        [TCP_FIN_WAIT1] = "FIN_WAIT1",
        [TCP_FIN_WAIT2] = "FIN_WAIT2",
        [TCP_TIME_WAIT] = "TIME_WAIT",
        [TCP_CLOSE] = "CLOSED",
        [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
        [TCP_LAST_ACK] = "LAST_ACK",
        [TCP_LISTEN] = "LISTEN",
        [TCP_CLOSING] = "CLOSING",
    };
    if (!row->tcp)
        return row->state == TCP_ESTABLISHED ? "ESTABLISHED" : "UNCONNECTED";
    if (row->state == 12) /* TCP_NEW_SYN_RECV: the kernel's own name for a half-open connection */
        return "SYN_RECV";
    if (row->state < 1 || row->state >= (int)(sizeof names / sizeof names[0]))
        return "UNKNOWN";
    return names[row->state];
}
