/*
 * net - sockets by name: who is it, listen, accept, dial, bind.
 *
 * - Ports are in host byte order here (7000 is 7000); sockaddrs are as the kernel wants them.
 * - HOST is a name or an address, IPv4 or IPv6. NULL is every address of this machine: one socket
 *   serves IPv6 and IPv4 where the machine has both, else IPv4 alone.
 * - Every socket is close-on-exec, and belongs to the caller, who closes it.
 * - A function that does not return STATUS_OK has closed whatever it had opened, left *fd alone,
 * and says in err what happened. EINTR is never seen.
 */
#ifndef SOCKLINGS_NET_H
#define SOCKLINGS_NET_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "err.h"

/* Room for any name, the zero byte included. */
enum { NET_NAME_SIZE = 80 };

/* Writes "ADDR(PORT)", such as "127.0.0.1(7000)" or "fe80::1%eth0(7000)", to text and returns text.
 * An IPv4 peer of an IPv6 socket (::ffff:127.0.0.1) is shown as the IPv4 address that it is.
 * An address of another kind is shown as "unknown address". Never fails.
 *
 *     char name[NET_NAME_SIZE];
 *     printf("%s\n", net_name((struct sockaddr *)&peer, name));
 */
const char *net_name(const struct sockaddr *address, char text[NET_NAME_SIZE]);

/* The same for the two ends of a socket: its own address, and its peer's. A socket that has none,
 * or is none, gives "unknown address". */
const char *net_local_name(int fd, char text[NET_NAME_SIZE]);
const char *net_peer_name(int fd, char text[NET_NAME_SIZE]);

/* True, and *port in host byte order, if text is a decimal number from 1 to 65535 and nothing else:
 * no sign, no blank, no leading zero. False, and *port untouched, otherwise. */
bool net_parse_port(const char *text, uint16_t *port);

/* A TCP socket that listens. Port 0 lets the kernel choose (net_local_name tells). backlog: how
 * many finished connections may wait to be accepted; SOMAXCONN if in doubt. SO_REUSEADDR is set.
 * The socket is non-blocking: take connections from it with net_accept. OK or ERROR. Does not
 * block, except to look up a name. */
enum status net_listen(int *fd, const char *host, uint16_t port, int backlog, struct err *err);

/* Waits for a connection and takes it: a blocking socket. *peer (may be NULL) is whose it is. A
 * connection that died while it waited in the queue is passed over. OK, TIMEOUT or ERROR. */
enum status net_accept(int listener, int *fd, struct sockaddr_storage *peer, int64_t deadline,
                       struct err *err);

/* A TCP connection to host (never NULL): a blocking socket. A name may have several addresses; they
 * are tried in the order of the resolver until one answers. err tells of each that did not. OK,
 * TIMEOUT or ERROR. The deadline (io.h) is for connecting; looking up a name takes as long as the
 * resolver takes. */
enum status net_dial(int *fd, const char *host, uint16_t port, int64_t deadline, struct err *err);

/* A UDP socket with a local address; blocking. Port 0 lets the kernel choose. OK or ERROR. */
enum status net_bind_udp(int *fd, const char *host, uint16_t port, struct err *err);

#endif
