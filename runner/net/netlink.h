/*
 * net/netlink - requests to rtnetlink(7), many in one send.
 *
 * A socket belongs to the network namespace in which it was opened, wherever its process is later:
 * who holds one of each network can work in all of them without going there.
 */
#ifndef SOCKLINGS_NET_NETLINK_H
#define SOCKLINGS_NET_NETLINK_H

#include <libmnl/libmnl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { NETLINK_BYTES = 8192, NETLINK_REQUESTS = 40, NETLINK_WHAT = 48 };

/* A socket and the requests that are not sent yet: at most NETLINK_REQUESTS, and NETLINK_BYTES in
 * all, each of less than 512 bytes. Set fd to -1 before the first netlink_open. */
struct netlink {
    int fd; /* close-on-exec; any ioctl(2) on network devices works on it too (netdevice(7)) */
    uint32_t sequence;
    size_t used;
    unsigned count;
    struct {
        char what[NETLINK_WHAT]; /* "" when it may fail */
    } requests[NETLINK_REQUESTS];
    _Alignas(struct nlmsghdr) char bytes[NETLINK_BYTES];
};

/* In the network of the caller. -1 and *err. */
int netlink_open(struct netlink *nl, struct error *err);
void netlink_close(struct netlink *nl); /* one that is not open is fine */

/* Begins the next request, of RTM_NEWLINK and the like. The caller puts in the rest with
 * mnl_nlmsg_put_extra_header and mnl_attr_put, before the next call. `what` is what it does, for
 * the error: "cannot " is put in front of it. NULL: nobody cares whether it succeeds. */
struct nlmsghdr *netlink_request(struct netlink *nl, uint16_t type, uint16_t flags,
                                 const char *what);

/* Sends the requests that were begun and takes the kernel's answers. The kernel goes on after one
 * that fails; the first that did, and was to succeed, is told. Waits for the answers, which the
 * kernel has ready when send(2) returns. 0; or -1 and *err. No request is left either way. */
int netlink_send(struct netlink *nl, struct error *err);

/* A descriptor of the network namespace that the socket belongs to, close-on-exec. -1 and errno. */
int netlink_namespace(int fd);

#endif
