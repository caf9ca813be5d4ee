/* trace/names: see names.h. One table a kind of constant; flags are written with "|". */
#include "trace/names.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

struct name {
    unsigned long long value;
    const char *text;
};

#define NAME(constant)                            \
    {                                             \
        (unsigned long long)(constant), #constant \
    }
#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static void one(struct strbuf *out, const struct name *table, size_t count, int value)
{
    for (size_t i = 0; i < count; i++) {
        if (table[i].value == (unsigned long long)value) {
            strbuf_puts(out, table[i].text);
            return;
        }
    }
    strbuf_printf(out, "%d", value);
}

static void flags(struct strbuf *out, const struct name *table, size_t count,
                  unsigned long long value)
{
    size_t start = out->len;
    for (size_t i = 0; i < count; i++) {
        if ((value & table[i].value) == table[i].value && table[i].value != 0) {
            if (out->len > start)
                strbuf_putc(out, '|');
            strbuf_puts(out, table[i].text);
            value &= ~table[i].value;
        }
    }
    if (value != 0)
        strbuf_printf(out, "%s0x%llx", out->len > start ? "|" : "", value);
    else if (out->len == start)
        strbuf_putc(out, '0');
}

void names_family(struct strbuf *out, int family)
{
    static const struct name table[] = {NAME(AF_UNSPEC), NAME(AF_UNIX),    NAME(AF_INET),
                                        NAME(AF_INET6),  NAME(AF_NETLINK), NAME(AF_PACKET)};
    one(out, table, COUNT(table), family);
}

void names_socket_type(struct strbuf *out, int type)
{
    static const struct name types[] = {NAME(SOCK_STREAM), NAME(SOCK_DGRAM), NAME(SOCK_RAW),
                                        NAME(SOCK_SEQPACKET)};
    static const struct name more[] = {NAME(SOCK_CLOEXEC), NAME(SOCK_NONBLOCK)};
    int kind = type & 0xf, rest = type & ~0xf;
    if (kind != 0)
        one(out, types, COUNT(types), kind);
    if (kind != 0 && rest != 0)
        strbuf_putc(out, '|');
    if (kind == 0 || rest != 0)
        flags(out, more, COUNT(more), (unsigned)rest);
}

void names_level(struct strbuf *out, int level)
{
    static const struct name table[] = {NAME(SOL_SOCKET), NAME(IPPROTO_IP), NAME(IPPROTO_TCP),
                                        NAME(IPPROTO_IPV6), NAME(IPPROTO_UDP)};
    one(out, table, COUNT(table), level);
}

void names_option(struct strbuf *out, int level, int option)
{
    static const struct name socket_options[] = {
        NAME(SO_REUSEADDR), NAME(SO_REUSEPORT), NAME(SO_BROADCAST), NAME(SO_KEEPALIVE),
        NAME(SO_LINGER),    NAME(SO_RCVBUF),    NAME(SO_SNDBUF),    NAME(SO_RCVTIMEO),
        NAME(SO_SNDTIMEO),  NAME(SO_ERROR),     NAME(SO_TYPE),      NAME(SO_ACCEPTCONN),
        NAME(SO_DOMAIN),    NAME(SO_PROTOCOL),  NAME(SO_PEERCRED),  NAME(SO_BINDTODEVICE),
        NAME(SO_DONTROUTE), NAME(SO_OOBINLINE), NAME(SO_TIMESTAMP)};
    static const struct name tcp[] = {NAME(TCP_NODELAY),      NAME(TCP_CORK),
                                      NAME(TCP_INFO),         NAME(TCP_MAXSEG),
                                      NAME(TCP_QUICKACK),     NAME(TCP_KEEPIDLE),
                                      NAME(TCP_DEFER_ACCEPT), NAME(TCP_USER_TIMEOUT)};
    static const struct name ip[] = {NAME(IP_TTL),           NAME(IP_TOS),
                                     NAME(IP_RECVERR),       NAME(IP_PKTINFO),
                                     NAME(IP_MULTICAST_TTL), NAME(IP_ADD_MEMBERSHIP)};
    static const struct name ip6[] = {NAME(IPV6_V6ONLY), NAME(IPV6_RECVPKTINFO)};
    if (level == SOL_SOCKET)
        one(out, socket_options, COUNT(socket_options), option);
    else if (level == IPPROTO_TCP)
        one(out, tcp, COUNT(tcp), option);
    else if (level == IPPROTO_IP)
        one(out, ip, COUNT(ip), option);
    else if (level == IPPROTO_IPV6)
        one(out, ip6, COUNT(ip6), option);
    else
        strbuf_printf(out, "%d", option);
}

void names_shutdown(struct strbuf *out, int how)
{
    static const struct name table[] = {NAME(SHUT_RD), NAME(SHUT_WR), NAME(SHUT_RDWR)};
    one(out, table, COUNT(table), how);
}

void names_message_flags(struct strbuf *out, int value)
{
    static const struct name table[] = {
        NAME(MSG_OOB),     NAME(MSG_PEEK),     NAME(MSG_DONTROUTE), NAME(MSG_CTRUNC),
        NAME(MSG_TRUNC),   NAME(MSG_DONTWAIT), NAME(MSG_EOR),       NAME(MSG_WAITALL),
        NAME(MSG_CONFIRM), NAME(MSG_NOSIGNAL), NAME(MSG_MORE),      NAME(MSG_CMSG_CLOEXEC)};
    flags(out, table, COUNT(table), (unsigned)value);
}

void names_open_flags(struct strbuf *out, int value)
{
    static const struct name table[] = {NAME(O_CREAT),    NAME(O_EXCL),      NAME(O_TRUNC),
                                        NAME(O_APPEND),   NAME(O_NONBLOCK),  NAME(O_CLOEXEC),
                                        NAME(O_NOFOLLOW), NAME(O_DIRECTORY), NAME(O_PATH),
                                        NAME(O_NOCTTY)};
    static const struct name access[] = {NAME(O_RDONLY), NAME(O_WRONLY), NAME(O_RDWR)};
    one(out, access, COUNT(access), value & O_ACCMODE);
    if ((value & ~O_ACCMODE) != 0) {
        strbuf_putc(out, '|');
        flags(out, table, COUNT(table), (unsigned)(value & ~O_ACCMODE));
    }
}

void names_resolve_flags(struct strbuf *out, unsigned long long value)
{
    static const struct name table[] = {NAME(RESOLVE_NO_XDEV),     NAME(RESOLVE_NO_MAGICLINKS),
                                        NAME(RESOLVE_NO_SYMLINKS), NAME(RESOLVE_BENEATH),
                                        NAME(RESOLVE_IN_ROOT),     NAME(RESOLVE_CACHED)};
    flags(out, table, COUNT(table), value);
}

void names_poll_events(struct strbuf *out, unsigned events)
{
    static const struct name table[] = {NAME(POLLIN),   NAME(POLLOUT), NAME(POLLPRI),
                                        NAME(POLLERR),  NAME(POLLHUP), NAME(POLLNVAL),
                                        NAME(POLLRDHUP)};
    flags(out, table, COUNT(table), events);
}

void names_epoll_events(struct strbuf *out, unsigned events)
{
    static const struct name table[] = {
        NAME(EPOLLIN),      NAME(EPOLLOUT),          NAME(EPOLLPRI),
        NAME(EPOLLERR),     NAME(EPOLLHUP),          NAME(EPOLLRDHUP),
        NAME(EPOLLONESHOT), {1ULL << 31, "EPOLLET"}, {1ULL << 28, "EPOLLEXCLUSIVE"}};
    flags(out, table, COUNT(table), events);
}

void names_epoll_op(struct strbuf *out, int op)
{
    static const struct name table[] = {NAME(EPOLL_CTL_ADD), NAME(EPOLL_CTL_MOD),
                                        NAME(EPOLL_CTL_DEL)};
    one(out, table, COUNT(table), op);
}

void names_clone_flags(struct strbuf *out, unsigned long long value)
{
    static const struct name table[] = {NAME(CLONE_VM),
                                        NAME(CLONE_FS),
                                        NAME(CLONE_FILES),
                                        NAME(CLONE_SIGHAND),
                                        NAME(CLONE_VFORK),
                                        NAME(CLONE_THREAD),
                                        NAME(CLONE_SYSVSEM),
                                        NAME(CLONE_SETTLS),
                                        NAME(CLONE_PARENT_SETTID),
                                        NAME(CLONE_CHILD_CLEARTID),
                                        NAME(CLONE_CHILD_SETTID)};
    flags(out, table, COUNT(table), value & ~0xffULL); /* the low byte is the exit signal */
}

void names_fcntl(struct strbuf *out, int command)
{
    static const struct name table[] = {NAME(F_DUPFD), NAME(F_GETFD), NAME(F_SETFD),
                                        NAME(F_GETFL), NAME(F_SETFL), NAME(F_DUPFD_CLOEXEC)};
    one(out, table, COUNT(table), command);
}

void names_signal(struct strbuf *out, int number)
{
    const char *abbreviation = sigabbrev_np(number);
    if (abbreviation != NULL)
        strbuf_printf(out, "SIG%s", abbreviation);
    else
        strbuf_printf(out, "SIG%d", number);
}
