/*
 * net/sockdiag - the kernel's sockets and their states, over NETLINK_SOCK_DIAG (sock_diag(7)).
 *
 * This is what ss(8) shows. TIME_WAIT is visible only here: no process has such a socket any more.
 */
#ifndef SOCKLINGS_NET_SOCKDIAG_H
#define SOCKLINGS_NET_SOCKDIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct socket_row {
    bool tcp; /* else UDP */
    bool ipv6;
    int state; /* TCP_ESTABLISHED, TCP_LISTEN, … of <netinet/tcp.h> */
    uint16_t local_port, remote_port;
    char local[64], remote[64]; /* "127.0.0.1:7000"; "*:7000" for any address; remote "*" if none */
    uint32_t rqueue;            /* bytes not yet read; LISTEN: connections not yet accepted */
    uint32_t wqueue;            /* bytes not yet acknowledged; LISTEN: the backlog */
    uint32_t uid, inode;
    uint32_t resends_in; /* ms until the kernel sends again what was not acknowledged (1 or more);
                            0: it does not mean to */
};

/* Which sockets. The kernel keeps the connections of all namespaces in one large table, so that a
 * list of connections costs most of a millisecond; listening TCP sockets and UDP sockets cost
 * microseconds. */
enum sockdiag_what { SOCKDIAG_LISTENING = 1, SOCKDIAG_CONNECTIONS = 2, SOCKDIAG_UDP = 4 };
#define SOCKDIAG_ALL (SOCKDIAG_LISTENING | SOCKDIAG_CONNECTIONS | SOCKDIAG_UDP)

/* Sockets of the network namespace that `fd`, a NETLINK_SOCK_DIAG socket, was made in. The caller
 * frees *rows. Does not block. -1 and *err when the kernel refuses. */
int sockdiag_list(int fd, unsigned what, struct socket_row **rows, unsigned *count,
                  struct error *err);

/* "LISTEN", "SYN_SENT", "CLOSE_WAIT", …; a UDP socket is "UNCONNECTED" or "ESTABLISHED". */
const char *sockdiag_state_name(const struct socket_row *row);

#endif
