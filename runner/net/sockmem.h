/*
 * net/sockmem - the memory that a network's sockets hold in their buffers, over NETLINK_SOCK_DIAG.
 *
 * No process has these pages in its resident set: what is sent and not read yet lies in the kernel.
 */
#ifndef SOCKLINGS_NET_SOCKMEM_H
#define SOCKLINGS_NET_SOCKMEM_H

#include <stdint.h>

/* Bytes in all buffers of TCP, UDP, Unix, netlink and packet sockets of the network namespace that
 * `fd`, a NETLINK_SOCK_DIAG socket, was made in. Kinds that this kernel does not list count as
 * nothing. Does not block; takes about a millisecond, since the kernel keeps the connections of all
 * namespaces in one table. */
uint64_t sockmem_sum(int fd);

#endif
