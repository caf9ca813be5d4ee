/*
 * net/diag - one list asked of the kernel over NETLINK_SOCK_DIAG (sock_diag(7)).
 */
#ifndef SOCKLINGS_NET_DIAG_H
#define SOCKLINGS_NET_DIAG_H

#include <libmnl/libmnl.h>

/* Sends the request that `nlh` holds, and calls `on_message` for each row. `fd` is a
 * NETLINK_SOCK_DIAG socket. Does not block: the kernel answers while it is asked. 0, or -1 and
 * errno when it refuses. */
int diag_dump(int fd, struct nlmsghdr *nlh, mnl_cb_t on_message, void *arg);

#endif
