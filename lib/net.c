/*
 * net - sockets by name: see net.h.
 *
 * - open_bound and dial_one open a socket; whoever fails closes it, and *fd is set only at the end.
 * - A text about an address is made while errno still says what was wrong with it.
 */
#include "net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "io.h"

static const char *name_v4(const struct in_addr *address, in_port_t port, char *text)
{
    char addr[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, address, addr, sizeof addr);
    snprintf(text, NET_NAME_SIZE, "%s(%u)", addr, (unsigned)ntohs(port));
    return text;
}

static const char *name_v6(const struct sockaddr_in6 *in6, char *text)
{
    if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
        struct in_addr v4;
        memcpy(&v4, in6->sin6_addr.s6_addr + 12, sizeof v4);
        return name_v4(&v4, in6->sin6_port, text);
    }
    char addr[INET6_ADDRSTRLEN], interface[IF_NAMESIZE] = "";
    inet_ntop(AF_INET6, &in6->sin6_addr, addr, sizeof addr);
    /* A link-local address means nothing without the link. */
    if (in6->sin6_scope_id != 0 && if_indextoname(in6->sin6_scope_id, interface) == NULL)
        snprintf(interface, sizeof interface, "%u", (unsigned)in6->sin6_scope_id);
    snprintf(text, NET_NAME_SIZE, "%s%s%s(%u)", addr, interface[0] != '\0' ? "%" : "", interface,
             (unsigned)ntohs(in6->sin6_port));
    return text;
}

const char *net_name(const struct sockaddr *address, char text[NET_NAME_SIZE])
{
    if (address != NULL && address->sa_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        return name_v4(&in->sin_addr, in->sin_port, text);
    }
    if (address != NULL && address->sa_family == AF_INET6)
        return name_v6((const struct sockaddr_in6 *)address, text);
    snprintf(text, NET_NAME_SIZE, "unknown address");
    return text;
}

const char *net_local_name(int fd, char text[NET_NAME_SIZE])
{
    struct sockaddr_storage own;
    socklen_t size = sizeof own;
    if (getsockname(fd, (struct sockaddr *)&own, &size) < 0)
        own.ss_family = AF_UNSPEC;
    return net_name((struct sockaddr *)&own, text);
}

const char *net_peer_name(int fd, char text[NET_NAME_SIZE])
{
    struct sockaddr_storage peer;
    socklen_t size = sizeof peer;
    if (getpeername(fd, (struct sockaddr *)&peer, &size) < 0)
        peer.ss_family = AF_UNSPEC;
    return net_name((struct sockaddr *)&peer, text);
}

bool net_parse_port(const char *text, uint16_t *port)
{
    /* strtol() alone would also take " +80", "080" and, with care for its end forgotten, "80x". */
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 5 || text[digits] != '\0' || text[0] == '0')
        return false;
    long number = strtol(text, NULL, 10);
    if (number > UINT16_MAX)
        return false;
    *port = (uint16_t)number;
    return true;
}

/* The addresses of a host as sockaddrs with this port. OK: the caller frees *list. */
static enum status look_up(const char *host, uint16_t port, int type, struct addrinfo **list,
                           struct err *err)
{
    const struct addrinfo wanted = {.ai_family = AF_UNSPEC,
                                    .ai_socktype = type,
                                    .ai_flags = AI_NUMERICSERV};
    char service[sizeof "65535"];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    int failure = getaddrinfo(host, service, &wanted, list);
    if (failure == EAI_SYSTEM)
        return err_call(err, "getaddrinfo", host);
    if (failure != 0)
        return err_set(err, "getaddrinfo %s: %s", host, gai_strerror(failure));
    return STATUS_OK;
}

static enum status set_on(int fd, int level, int option, int value)
{
    return setsockopt(fd, level, option, &value, sizeof value) < 0 ? STATUS_ERROR : STATUS_OK;
}

/* A socket bound to this address. ERROR leaves the reason in errno too. */
static enum status open_bound(int *fd, int type, const struct sockaddr *address, socklen_t size,
                              struct err *err)
{
    int s = socket(address->sa_family, type | SOCK_CLOEXEC, 0);
    if (s < 0)
        return err_call(err, "socket", NULL);
    const char *call = "setsockopt";
    enum status status = STATUS_OK;
    /* For TCP it lets a server come back while old connections are in TIME_WAIT. For UDP it would
     * let a second program take the port, and the datagrams, of the first. */
    if (type == SOCK_STREAM)
        status = set_on(s, SOL_SOCKET, SO_REUSEADDR, 1);
    if (status == STATUS_OK && address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        status = set_on(s, IPPROTO_IPV6, IPV6_V6ONLY, !IN6_IS_ADDR_UNSPECIFIED(&in6->sin6_addr));
    }
    if (status == STATUS_OK) {
        call = "bind";
        if (bind(s, address, size) == 0) {
            *fd = s;
            return STATUS_OK;
        }
    }
    char name[NET_NAME_SIZE];
    err_call(err, call, net_name(address, name));
    int saved = errno;
    close(s);
    errno = saved;
    return STATUS_ERROR;
}

/* Every address of this machine: `::` takes IPv4 as well, unless this machine has no IPv6. */
static enum status open_bound_any(int *fd, int type, uint16_t port, struct err *err)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(port),
                               .sin6_addr = IN6ADDR_ANY_INIT};
    enum status status = open_bound(fd, type, (struct sockaddr *)&in6, sizeof in6, err);
    if (status == STATUS_OK || (errno != EAFNOSUPPORT && errno != EADDRNOTAVAIL))
        return status;
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr = {htonl(INADDR_ANY)}};
    return open_bound(fd, type, (struct sockaddr *)&in, sizeof in, err);
}

/* The first address of the host that is one of ours. */
static enum status open_bound_host(int *fd, int type, const char *host, uint16_t port,
                                   struct err *err)
{
    if (host == NULL)
        return open_bound_any(fd, type, port, err);
    struct addrinfo *list;
    enum status status = look_up(host, port, type, &list, err);
    if (status != STATUS_OK)
        return status;
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        status = open_bound(fd, type, a->ai_addr, a->ai_addrlen, err);
        if (status == STATUS_OK)
            break;
    }
    freeaddrinfo(list);
    return status;
}

enum status net_bind_udp(int *fd, const char *host, uint16_t port, struct err *err)
{
    return open_bound_host(fd, SOCK_DGRAM, host, port, err);
}

static enum status set_blocking(int fd, bool blocking)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0)
        return STATUS_ERROR;
    flags = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    return fcntl(fd, F_SETFL, flags) < 0 ? STATUS_ERROR : STATUS_OK;
}

enum status net_listen(int *fd, const char *host, uint16_t port, int backlog, struct err *err)
{
    int s;
    enum status status = open_bound_host(&s, SOCK_STREAM, host, port, err);
    if (status != STATUS_OK)
        return status;
    /* Non-blocking, because a connection may be gone, or taken by another process, between the
     * poll() that saw it and the accept(), which would then wait beyond its deadline. */
    if (set_blocking(s, false) != STATUS_OK || listen(s, backlog) < 0) {
        char name[NET_NAME_SIZE];
        err_call(err, "listen", net_local_name(s, name));
        close(s);
        return STATUS_ERROR;
    }
    *fd = s;
    return STATUS_OK;
}

/* Failures of one connection, not of the listening socket. Linux gives the new connection's own
 * troubles on the wire to accept() as well (man 2 accept, "Error handling"). */
static bool only_this_connection(void)
{
    return errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED ||
           errno == EPROTO || errno == ENETDOWN || errno == ENETUNREACH || errno == EHOSTUNREACH;
}

enum status net_accept(int listener, int *fd, struct sockaddr_storage *peer, int64_t deadline,
                       struct err *err)
{
    for (;;) {
        enum status status = io_wait(listener, POLLIN, deadline, err);
        if (status == STATUS_TIMEOUT)
            err_set(err, "nobody connected in time");
        if (status != STATUS_OK)
            return status;
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        int s = accept(listener, (struct sockaddr *)&from, &size);
        if (s < 0 && only_this_connection())
            continue;
        if (s < 0)
            return err_call(err, "accept", NULL);
        /* Not every system gives the new socket the same flags as Linux does. */
        if (fcntl(s, F_SETFD, FD_CLOEXEC) < 0 || set_blocking(s, true) != STATUS_OK) {
            err_call(err, "fcntl", NULL);
            close(s);
            return STATUS_ERROR;
        }
        if (peer != NULL)
            *peer = from;
        *fd = s;
        return STATUS_OK;
    }
}

/* Waits for the end of a connect() that has begun. ERROR leaves the reason in errno. */
static enum status connect_wait(int s, int64_t deadline)
{
    enum status status = io_wait(s, POLLOUT, deadline, NULL);
    if (status != STATUS_OK)
        return status;
    int failure = 0;
    socklen_t size = sizeof failure;
    if (getsockopt(s, SOL_SOCKET, SO_ERROR, &failure, &size) < 0)
        return STATUS_ERROR;
    errno = failure;
    return failure == 0 ? STATUS_OK : STATUS_ERROR;
}

static enum status dial_one(int *fd, const struct addrinfo *a, int64_t deadline, struct err *err)
{
    int s = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (s < 0)
        return err_call(err, "socket", NULL);
    enum status status = STATUS_OK;
    if (connect(s, a->ai_addr, a->ai_addrlen) < 0) {
        status = STATUS_ERROR;
        /* Interrupted is not cancelled: the connection goes on being made. */
        if (errno == EINPROGRESS || errno == EINTR)
            status = connect_wait(s, deadline);
    }
    if (status == STATUS_OK)
        status = set_blocking(s, true);
    if (status == STATUS_OK) {
        *fd = s;
        return STATUS_OK;
    }
    char name[NET_NAME_SIZE];
    net_name(a->ai_addr, name);
    if (status == STATUS_TIMEOUT)
        err_set(err, "connect %s: no answer in time", name);
    else
        err_call(err, "connect", name);
    close(s);
    return status;
}

/* Adds a reason; what does not fit is left out. */
static void append(struct err *all, const char *reason)
{
    size_t used = strlen(all->text);
    size_t room = sizeof all->text - used;
    int n = snprintf(all->text + used, room, "%s%s", used > 0 ? "; " : "", reason);
    if (n < 0 || (size_t)n >= room)
        all->text[used] = '\0';
}

enum status net_dial(int *fd, const char *host, uint16_t port, int64_t deadline, struct err *err)
{
    struct addrinfo *list;
    enum status status = look_up(host, port, SOCK_STREAM, &list, err);
    if (status != STATUS_OK)
        return status;
    struct err all = {""}; /* "connect ::1(7): Connection refused; connect 127.0.0.1(7): …" */
    for (const struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        struct err one;
        status = dial_one(fd, a, deadline, &one);
        if (status == STATUS_OK)
            break;
        append(&all, one.text);
        if (status == STATUS_TIMEOUT)
            break;
    }
    freeaddrinfo(list);
    if (status != STATUS_OK)
        err_set(err, "%s", all.text);
    return status;
}
