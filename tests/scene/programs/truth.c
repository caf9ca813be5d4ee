/*
 * truth - makes calls and tells what they were: a tracer must have seen the same.
 *
 *     truth MODE     one of the table at the end
 *
 * At its end, and in one piece, it prints a line for each call that it made:
 *
 *     TID|NAME|RESULT|ERRNO|LINE|FUNCTION|ARG=VALUE;ARG=VALUE…
 *
 * The notes lie in memory that children share, and making them makes no call.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "truth.h"

struct notes {
    size_t len;
    char text[200000];
};

static struct notes *notes;

void note(int line, const char *function, const char *name, long result, const char *format, ...)
{
    char text[4096];
    int error = errno;
    int n = snprintf(text, sizeof text, "%d|%s|%ld|%d|%d|%s|", (int)syscall(SYS_gettid), name,
                     result, result < 0 ? error : 0, line, function);
    va_list args;
    va_start(args, format);
    n += vsnprintf(text + n, sizeof text - (size_t)n, format, args);
    va_end(args);
    text[n++] = '\n';
    size_t at = __atomic_fetch_add(&notes->len, (size_t)n, __ATOMIC_SEQ_CST);
    if (at + (size_t)n > sizeof notes->text)
        abort();
    memcpy(notes->text + at, text, (size_t)n);
    errno = error;
}

static __attribute__((noinline)) void report(void)
{
    size_t at = 0, len = notes->len;
    while (at < len) {
        ssize_t n = write(STDOUT_FILENO, notes->text + at, len - at);
        if (n <= 0)
            _exit(9);
        at += (size_t)n;
    }
}

/* A call on a line of its own, so that the line is known. clang-format would break them. */
/* clang-format off */

static struct sockaddr_in v4(const char *ip, int port)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, ip, &addr.sin_addr);
    return addr;
}

static struct sockaddr_in6 v6(int port)
{
    struct sockaddr_in6 addr = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    addr.sin6_addr = in6addr_loopback;
    return addr;
}

/* No memory is there. */
static void *volatile nowhere = (void *)8;

#define A(addr) ((struct sockaddr *)&(addr))

static void tcp4(void)
{
    struct sockaddr_in own = v4("127.0.0.1", 0), peer, back;
    socklen_t len = sizeof own, plen = sizeof peer, blen = sizeof back, small = 4;
    char in[64], tiny[16];
    int s = CALL("socket", socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "domain=AF_INET;type=SOCK_STREAM|SOCK_CLOEXEC;protocol=0");
    CALL("bind", bind(s, A(own), sizeof own), "fd=%d;addr=127.0.0.1:0;family=AF_INET;ip=127.0.0.1;port=0;addrlen=16", s);
    CALL("listen", listen(s, 5), "fd=%d;backlog=5", s);
    CALL("getsockname", getsockname(s, A(own), &len), "fd=%d;addr=127.0.0.1:%d;addrlen_in=16;addrlen_out=16", s, ntohs(own.sin_port));
    int c = CALL("socket", socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), "type=SOCK_STREAM;protocol=6");
    CALL("connect", connect(c, A(own), sizeof own), "fd=%d;addr=127.0.0.1:%d;port=%d", c, ntohs(own.sin_port), ntohs(own.sin_port));
    getsockname(c, A(back), &blen); NOTED("getsockname", 0, "fd=%d;port=%d", c, ntohs(back.sin_port));
    int a = CALL("accept", accept(s, A(peer), &plen), "fd=%d;addr=127.0.0.1:%d;addrlen_in=16;addrlen_out=16", s, ntohs(back.sin_port));
    CALL("send", send(c, "hello", 5, MSG_NOSIGNAL), "fd=%d;data=hello;len=5;flags=MSG_NOSIGNAL", c);
    CALL("recv", recv(a, in, sizeof in, 0), "fd=%d;data=hello;len=64;flags=0", a);
    CALL("write", write(a, "answer", 6), "fd=%d;data=answer;len=6", a);
    CALL("read", read(c, tiny, 4), "fd=%d;data=answ;len=4", c);
    CALL("recv", recv(c, tiny, sizeof tiny, MSG_PEEK), "fd=%d;data=er;len=16;flags=MSG_PEEK", c);
    CALL("recv", recv(c, tiny, sizeof tiny, 0), "fd=%d;data=er", c);
    CALL("getpeername", getpeername(c, A(peer), &small), "fd=%d;addrlen_in=4;addrlen_out=16;addr=!", c);
    CALL("shutdown", shutdown(c, SHUT_WR), "fd=%d;how=SHUT_WR", c);
    CALL("recv", recv(a, in, sizeof in, 0), "fd=%d;len=64;data=", a);
    CALL("close", close(a), "fd=%d", a);
    CALL("close", close(c), "fd=%d", c);
    int c2 = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
    CALL("connect", connect(c2, A(own), sizeof own), "fd=%d", c2);
    int a2 = CALL("accept4", accept4(s, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), "fd=%d;flags=SOCK_CLOEXEC|SOCK_NONBLOCK", s);
    CALL("recv", recv(a2, in, sizeof in, 0), "fd=%d", a2);
    CALL("close", close(c2), "fd=%d", c2);
    CALL("close", close(s), "fd=%d", s);
    CALL("connect", connect(a2, A(own), sizeof own), "fd=%d", a2);
    struct sockaddr_in nobody = v4("127.0.0.1", ntohs(own.sin_port));
    int c3 = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
    CALL("connect", connect(c3, A(nobody), sizeof nobody), "fd=%d;port=%d", c3, ntohs(nobody.sin_port));
}

static void tcp6(void)
{
    struct sockaddr_in6 own = v6(0), peer;
    socklen_t len = sizeof own, plen = sizeof peer;
    char in[8];
    int s = CALL("socket", socket(AF_INET6, SOCK_STREAM, 0), "domain=AF_INET6;type=SOCK_STREAM");
    CALL("bind", bind(s, A(own), sizeof own), "fd=%d;addr=[::1]:0;family=AF_INET6;ip=::1;addrlen=28", s);
    CALL("listen", listen(s, 1), "fd=%d;backlog=1", s);
    CALL("getsockname", getsockname(s, A(own), &len), "addr=[::1]:%d;addrlen_out=28", ntohs(own.sin6_port));
    int c = CALL("socket", socket(AF_INET6, SOCK_STREAM, 0), "domain=AF_INET6");
    CALL("connect", connect(c, A(own), sizeof own), "fd=%d;addr=[::1]:%d", c, ntohs(own.sin6_port));
    int a = CALL("accept", accept(s, A(peer), &plen), "fd=%d;ip=::1;addrlen_in=28;addrlen_out=28", s);
    CALL("send", send(a, "six", 3, 0), "fd=%d;data=six", a);
    CALL("recv", recv(c, in, sizeof in, 0), "fd=%d;data=six;len=8", c);
}

static void udp(void)
{
    struct sockaddr_in one = v4("0.0.0.0", 0), two = v4("127.0.0.1", 0), from;
    socklen_t len = sizeof one, flen = sizeof from, none = 0;
    char in[16];
    int a = CALL("socket", socket(AF_INET, SOCK_DGRAM, 0), "type=SOCK_DGRAM");
    CALL("bind", bind(a, A(one), sizeof one), "fd=%d;addr=0.0.0.0:0", a);
    CALL("getsockname", getsockname(a, A(one), &len), "fd=%d", a);
    two.sin_port = one.sin_port;
    int b = CALL("socket", socket(AF_INET, SOCK_DGRAM, 0), "type=SOCK_DGRAM");
    CALL("sendto", sendto(b, "AB\0C", 4, 0, A(two), sizeof two), "fd=%d;addr=127.0.0.1:%d;len=4;addrlen=16;data=AB\\0C", b, ntohs(two.sin_port));
    CALL("recvfrom", recvfrom(a, in, 3, MSG_TRUNC, A(from), &flen), "fd=%d;len=3;flags=MSG_TRUNC;data=AB\\0;ip=127.0.0.1;addrlen_in=16;addrlen_out=16", a);
    CALL("sendto", sendto(a, "", 0, 0, A(from), flen), "fd=%d;len=0;ip=127.0.0.1", a);
    CALL("recvfrom", recvfrom(b, in, sizeof in, 0, A(from), &none), "fd=%d;addrlen_in=0;addrlen_out=16;addr=!;data=", b);
    CALL("sendto", sendto(b, "again", 5, 0, A(two), sizeof two), "fd=%d;data=again", b);
    CALL("recvfrom", recvfrom(a, in, sizeof in, 0, NULL, NULL), "fd=%d;data=again;len=16", a);
    struct sockaddr_in unset = {0};
    CALL("sendto", sendto(b, "x", 1, 0, A(unset), sizeof unset), "fd=%d;family=AF_UNSPEC", b);
    CALL("sendto", sendto(b, "x", 1, 0, A(two), 3), "fd=%d;addrlen=3", b);
    CALL("sendto", sendto(b, in, 70000, 0, A(two), sizeof two), "fd=%d;len=70000", b);
    CALL("connect", connect(b, A(two), sizeof two), "fd=%d", b);
    CALL("send", send(b, "short", 5, 0), "fd=%d;data=short", b);
    CALL("recv", recv(a, in, 2, 0), "fd=%d;len=2;data=sh", a);
    CALL("recv", recv(a, in, 2, MSG_DONTWAIT), "fd=%d;flags=MSG_DONTWAIT", a);
}

static void local(void)
{
    struct sockaddr_un own = {.sun_family = AF_UNIX, .sun_path = "/work/socket"}, hidden = {.sun_family = AF_UNIX};
    memcpy(hidden.sun_path, "\0name", 5);
    socklen_t len = offsetof(struct sockaddr_un, sun_path) + 5;
    int pair[2];
    char in[8];
    int s = CALL("socket", socket(AF_UNIX, SOCK_STREAM, 0), "domain=AF_UNIX");
    CALL("bind", bind(s, A(own), sizeof own), "fd=%d;addr=unix:/work/socket;addrlen=110", s);
    CALL("listen", listen(s, 1), "fd=%d", s);
    int c = CALL("socket", socket(AF_UNIX, SOCK_STREAM, 0), "domain=AF_UNIX");
    CALL("connect", connect(c, A(own), sizeof own), "fd=%d;addr=unix:/work/socket", c);
    int a = CALL("accept", accept(s, NULL, NULL), "fd=%d", s);
    CALL("write", write(a, "u", 1), "fd=%d;data=u", a);
    CALL("read", read(c, in, sizeof in), "fd=%d;data=u", c);
    int h = CALL("socket", socket(AF_UNIX, SOCK_DGRAM, 0), "type=SOCK_DGRAM");
    CALL("bind", bind(h, A(hidden), len), "fd=%d;addr=unix:@name;addrlen=7", h);
    CALL("socketpair", socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), "type=SOCK_SEQPACKET;fds=%d %d", pair[0], pair[1]);
    CALL("send", send(pair[0], "p", 1, 0), "fd=%d", pair[0]);
    CALL("recv", recv(pair[1], in, 8, 0), "fd=%d;data=p", pair[1]);
}

static void vectors(void)
{
    int p[2];
    char one[3], two[8];
    struct iovec out[2] = {{"abc", 3}, {"defg", 4}}, in[2] = {{one, 3}, {two, 8}};
    struct msghdr mo = {.msg_iov = out, .msg_iovlen = 2}, mi = {.msg_iov = in, .msg_iovlen = 2};
    struct sockaddr_in own = v4("127.0.0.1", 0), from;
    socklen_t len = sizeof own;
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p), "fds=%d %d", p[0], p[1]);
    CALL("writev", writev(p[0], out, 2), "fd=%d;data=abcdefg;len=7", p[0]);
    CALL("readv", readv(p[1], in, 2), "fd=%d;data=abcdefg;len=11", p[1]);
    CALL("sendmsg", sendmsg(p[0], &mo, MSG_NOSIGNAL), "fd=%d;data=abcdefg;len=7;flags=MSG_NOSIGNAL", p[0]);
    CALL("recvmsg", recvmsg(p[1], &mi, 0), "fd=%d;data=abcdefg;len=11;flags=0", p[1]);
    int u = CALL("socket", socket(AF_INET, SOCK_DGRAM, 0), "type=SOCK_DGRAM");
    CALL("bind", bind(u, A(own), sizeof own), "fd=%d", u);
    CALL("getsockname", getsockname(u, A(own), &len), "fd=%d", u);
    mo.msg_name = &own; mo.msg_namelen = sizeof own;
    mi.msg_name = &from; mi.msg_namelen = sizeof from;
    CALL("sendmsg", sendmsg(u, &mo, 0), "fd=%d;addr=127.0.0.1:%d;data=abcdefg", u, ntohs(own.sin_port));
    CALL("recvmsg", recvmsg(u, &mi, 0), "fd=%d;addr=127.0.0.1:%d;data=abcdefg", u, ntohs(own.sin_port));
    CALL("recvmsg", recvmsg(u, &mi, MSG_DONTWAIT), "fd=%d;flags=MSG_DONTWAIT", u);
}

static void ready(void)
{
    int p[2];
    struct timespec soon = {0, 1000000};
    struct timeval tv = {0, 1000};
    struct epoll_event ev = {.events = EPOLLIN | EPOLLET}, got[4];
    fd_set set;
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p), "fds=%d %d", p[0], p[1]);
    struct pollfd fds[2] = {{.fd = p[0], .events = POLLIN}, {.fd = p[1], .events = POLLIN | POLLOUT}};
    CALL("poll", poll(fds, 1, 0), "fds=%d:POLLIN;nfds=1;timeout=0", p[0]);
    CALL("poll", poll(fds, 2, -1), "fds=%d:POLLIN %d:POLLIN|POLLOUT;nfds=2;timeout=-1;ready=%d:POLLOUT", p[0], p[1], p[1]);
    CALL("ppoll", ppoll(fds, 1, &soon, NULL), "fds=%d:POLLIN;timeout=1", p[0]);
    FD_ZERO(&set); FD_SET(p[0], &set);
    CALL("select", select(p[0] + 1, &set, NULL, NULL, &tv), "nfds=%d;fds=%d:POLLIN;timeout=1", p[0] + 1, p[0]);
    FD_ZERO(&set); FD_SET(p[1], &set);
    CALL("select", select(p[1] + 1, NULL, &set, NULL, NULL), "nfds=%d;fds=%d:POLLOUT;timeout=-1;ready=%d:POLLOUT", p[1] + 1, p[1], p[1]);
    FD_ZERO(&set); FD_SET(p[0], &set);
    CALL("pselect", pselect(p[0] + 1, &set, NULL, NULL, &soon, NULL), "nfds=%d;fds=%d:POLLIN;timeout=1", p[0] + 1, p[0]);
    int e = CALL("epoll_create1", epoll_create1(EPOLL_CLOEXEC), "flags=%d", EPOLL_CLOEXEC);
    CALL("epoll_ctl", epoll_ctl(e, EPOLL_CTL_ADD, p[0], &ev), "fd=%d;op=EPOLL_CTL_ADD;target=%d;events=EPOLLIN|EPOLLET", e, p[0]);
    CALL("epoll_wait", epoll_wait(e, got, 4, 1), "fd=%d;timeout=1", e);
    CALL("write", write(p[1], "x", 1), "fd=%d", p[1]);
    CALL("epoll_wait", epoll_wait(e, got, 4, -1), "fd=%d;timeout=-1", e);
    CALL("epoll_ctl", epoll_ctl(e, EPOLL_CTL_DEL, p[0], NULL), "fd=%d;op=EPOLL_CTL_DEL;target=%d", e, p[0]);
    CALL("nanosleep", nanosleep(&soon, NULL), "ns=1000000");
    CALL("usleep", usleep(2000), "ns=2000000");
}

static void options(void)
{
    int one = 1, got = 0;
    socklen_t len = sizeof got;
    struct timeval tv = {1, 500000};
    int s = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
    CALL("setsockopt", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one), "fd=%d;level=SOL_SOCKET;option=SO_REUSEADDR;value=1;len=4", s);
    CALL("getsockopt", getsockopt(s, SOL_SOCKET, SO_REUSEADDR, &got, &len), "fd=%d;level=SOL_SOCKET;option=SO_REUSEADDR;value=1", s);
    CALL("setsockopt", setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one), "level=IPPROTO_TCP;option=TCP_NODELAY;value=1");
    CALL("setsockopt", setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv), "option=SO_RCVTIMEO;value=1500");
    CALL("setsockopt", setsockopt(s, SOL_SOCKET, 9999, &one, sizeof one), "fd=%d;option=9999", s);
    CALL("setsockopt", setsockopt(s, SOL_SOCKET, SO_REUSEADDR, nowhere, sizeof one), "fd=%d;option=SO_REUSEADDR", s);
    CALL("fcntl", fcntl(s, F_SETFL, O_NONBLOCK), "fd=%d;command=F_SETFL;value=%d", s, O_NONBLOCK);
    CALL("fcntl", fcntl(s, F_GETFL), "fd=%d;command=F_GETFL", s);
}

static void files(void)
{
    int p[2];
    char in[8];
    CALL("pipe", pipe(p), "fds=%d %d", p[0], p[1]);
    int d = CALL("dup", dup(p[1]), "fd=%d", p[1]);
    CALL("dup2", dup2(d, 77), "fd=%d;to=77", d);
    CALL("dup3", dup3(d, 78, O_CLOEXEC), "fd=%d;to=78", d);
    CALL("write", write(77, "via", 3), "fd=77;data=via");
    CALL("read", read(p[0], in, sizeof in), "fd=%d;data=via;len=8", p[0]);
    CALL("close", close(77), "fd=77");
    CALL("close", close(77), "fd=77");
    CALL("send", send(p[1], "x", 1, 0), "fd=%d", p[1]);
    CALL("recv", recv(-1, in, 1, 0), "fd=-1");
    CALL("read", read(p[0], nowhere, 0), "fd=%d;len=0", p[0]);
    CALL("write", write(p[1], "e", 1), "fd=%d", p[1]);
    CALL("read", read(p[0], nowhere, 4), "fd=%d;len=4", p[0]);
    CALL("write", write(p[1], nowhere, 4), "fd=%d;len=4", p[1]);
    CALL("bind", bind(p[0], nowhere, 16), "fd=%d;addrlen=16", p[0]);
    CALL("open", open("/no/such", O_RDONLY), "path=/no/such;flags=O_RDONLY");
    CALL("pipe2", pipe2(p, O_NONBLOCK), "fds=%d %d;flags=%d", p[0], p[1], O_NONBLOCK);
    CALL("read", read(p[0], in, 1), "fd=%d", p[0]);
    int z = CALL("open", open("/dev/zero", O_RDONLY | O_CLOEXEC), "path=/dev/zero;flags=O_RDONLY|O_CLOEXEC");
    CALL("pread", pread(z, in, 3, 5), "fd=%d;len=3;offset=5;data=\\0\\0\\0", z);
}

/* Each on its own line, and what an open led to. */
static void paths(void)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    CALL("mkdir", mkdir("d", 0755), "path=d");
    int made = CALL("creat", creat("d/a", 0644), "path=d/a;opened=d/a");
    CALL("symlink", symlink("../d/a", "d/l"), "to=../d/a;path=d/l");
    CALL("open", open("d/../d/l", O_RDONLY), "path=d/../d/l;flags=O_RDONLY;opened=d/a");
    int dir = CALL("open", open("d", O_RDONLY | O_DIRECTORY), "path=d;flags=O_RDONLY|O_DIRECTORY;opened=d");
    CALL("openat", openat(dir, "a", O_WRONLY | O_CREAT, 0644), "dir=%d;path=a;flags=O_WRONLY|O_CREAT;opened=d/a", dir);
    CALL("openat", openat(dir, "none", O_RDONLY), "dir=%d;path=none;flags=O_RDONLY", dir);
    CALL("openat2", syscall(SYS_openat2, dir, "a", &how, sizeof how), "dir=%d;path=a;flags=O_RDONLY|O_CLOEXEC;resolve=RESOLVE_NO_SYMLINKS|RESOLVE_BENEATH;opened=d/a", dir);
    CALL("openat2", syscall(SYS_openat2, dir, "l", &how, sizeof how), "dir=%d;path=l", dir);
    CALL("openat2", syscall(SYS_openat2, dir, "../x", nowhere, sizeof how), "dir=%d;path=../x", dir);
    CALL("open", open("/etc/passwd", O_RDONLY), "path=/etc/passwd;flags=O_RDONLY;opened=/etc/passwd");
    CALL("open", open(nowhere, O_RDONLY), "flags=O_RDONLY");
    CALL("link", link("d/a", "b"), "path=d/a;to=b");
    CALL("rename", rename("b", "c"), "path=b;to=c");
    CALL("renameat", renameat(dir, "l", AT_FDCWD, "l"), "dir=%d;path=l;to_dir=-100;to=l", dir);
    CALL("truncate", truncate("c", 7), "path=c;len=7");
    CALL("unlink", unlink("c"), "path=c");
    CALL("unlinkat", unlinkat(dir, "a", 0), "dir=%d;path=a;flags=0", dir);
    CALL("chdir", chdir("d"), "path=d");
    CALL("rmdir", rmdir("../d"), "path=../d");
    CALL("close", close(made), "fd=%d", made);
}

/* --- interrupted calls --- */

static int wake[2];
static char buffer[8];
static volatile sig_atomic_t ticks;

static void on_tick(int number)
{
    (void)number;
    ticks++;
}

/* Writes at the third: by then the call below has been interrupted and restarted. */
static void on_third(int number)
{
    (void)number;
    int error = errno;
    if (++ticks == 3)
        CALL("write", write(wake[1], "third", 5), "fd=%d;data=third", wake[1]);
    errno = error;
}

static void handle(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigaction(number, &action, NULL);
}

static void tick_every(int us)
{
    struct itimerval every = {{0, us}, {0, us}};
    CALL("setitimer", setitimer(ITIMER_REAL, &every, NULL), "which=0");
}

static void intr(void)
{
    char in[8];
    socketpair(AF_UNIX, SOCK_STREAM, 0, wake); NOTED("socketpair", 0, "fds=%d %d", wake[0], wake[1]);
    handle(SIGALRM, on_tick, 0);
    tick_every(3000);
    CALL("recv", recv(wake[0], in, sizeof in, 0), "fd=%d;len=8", wake[0]);
    tick_every(0);
    CALL("send", send(wake[1], "after", 5, 0), "fd=%d", wake[1]);
    CALL("recv", recv(wake[0], in, sizeof in, 0), "fd=%d;data=after", wake[0]);
}

static void restart(void)
{
    char in[8];
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, wake), "fds=%d %d", wake[0], wake[1]);
    handle(SIGALRM, on_third, SA_RESTART);
    tick_every(3000);
    recv(wake[0], in, sizeof in, 0); NOTED("recv", 5, "fd=%d;len=8;data=third", wake[0]);
    tick_every(0);
}

/* The classic: a server in accept(), a handler that reaps its children. */
static void on_child(int number)
{
    (void)number;
    int error = errno;
    while (CALL("waitpid", waitpid(-1, NULL, WNOHANG), "pid=-1;options=1") > 0) {
    }
    errno = error;
    ticks++;
}

static void reaper(void)
{
    struct sockaddr_in own = v4("127.0.0.1", 0);
    socklen_t len = sizeof own;
    int gate[2];
    handle(SIGCHLD, on_child, SA_RESTART);
    CALL("pipe", pipe(gate), "fds=%d %d", gate[0], gate[1]);
    int s = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
    CALL("bind", bind(s, A(own), sizeof own), "fd=%d", s);
    CALL("listen", listen(s, 5), "fd=%d", s);
    CALL("getsockname", getsockname(s, A(own), &len), "fd=%d", s);
    pid_t pid = FORKED(fork);
    if (pid == 0) {
        /* A grandchild connects when its parent is gone and the handler has seen that. */
        char byte;
        pid_t second = FORKED(fork);
        if (second == 0) {
            CALL("close", close(gate[1]), "fd=%d", gate[1]);
            CALL("read", read(gate[0], &byte, 1), "fd=%d;data=", gate[0]);
            int c = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
            CALL("connect", connect(c, A(own), sizeof own), "fd=%d", c);
            _exit(0);
        }
        _exit(0);
    }
    CALL("close", close(gate[0]), "fd=%d", gate[0]);
    /* The grandchild goes on when the handler has run. */
    while (ticks == 0) {
    }
    CALL("close", close(gate[1]), "fd=%d", gate[1]);
    int a = CALL("accept", accept(s, NULL, NULL), "fd=%d", s);
    CALL("recv", recv(a, buffer, sizeof buffer, 0), "fd=%d;data=", a); /* the grandchild is done */
}

/* As reaper, but the child ends while the parent sleeps in the call: accept is restarted. */
static void reaper_asleep(void)
{
    struct sockaddr_in own = v4("127.0.0.1", 0);
    socklen_t len = sizeof own;
    struct timespec moment = {0, 20000000};
    handle(SIGCHLD, on_child, SA_RESTART);
    int s = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
    CALL("bind", bind(s, A(own), sizeof own), "fd=%d", s);
    CALL("listen", listen(s, 5), "fd=%d", s);
    CALL("getsockname", getsockname(s, A(own), &len), "fd=%d", s);
    pid_t pid = FORKED(fork);
    if (pid == 0) {
        pid_t second = FORKED(fork);
        if (second == 0) {
            CALL("nanosleep", nanosleep(&moment, NULL), "ns=20000000");
            CALL("nanosleep", nanosleep(&moment, NULL), "ns=20000000");
            int c = CALL("socket", socket(AF_INET, SOCK_STREAM, 0), "domain=AF_INET");
            CALL("connect", connect(c, A(own), sizeof own), "fd=%d", c);
            _exit(0);
        }
        CALL("nanosleep", nanosleep(&moment, NULL), "ns=20000000");
        _exit(0);
    }
    int a = accept(s, NULL, NULL); NOTED("accept", a, "fd=%d", s);
    CALL("recv", recv(a, buffer, sizeof buffer, 0), "fd=%d;data=", a); /* the grandchild is done */
}

/* Nobody handles SIGCHLD, and the kernel restarts the call by itself (restart_syscall). */
static void child_ignored(void)
{
    struct timespec moment = {0, 10000000}, longer = {0, 60000000};
    for (int round = 0; round < 2; round++) {
        pid_t pid = FORKED(fork);
        if (pid == 0) {
            CALL("nanosleep", nanosleep(&moment, NULL), "ns=10000000");
            _exit(0);
        }
        if (round == 0)
            CALL("nanosleep", nanosleep(&longer, NULL), "ns=60000000");
        else
            CALL("poll", poll(NULL, 0, 60), "timeout=60");
        CALL("waitpid", waitpid(pid, NULL, 0), "pid=%d", pid);
    }
}

/* A sleep that a handler ends. */
static void nap_cut(void)
{
    struct timespec minute = {60, 0};
    handle(SIGALRM, on_tick, SA_RESTART);
    tick_every(5000);
    CALL("nanosleep", nanosleep(&minute, NULL), "ns=60000000000");
    CALL("poll", poll(NULL, 0, 60000), "timeout=60000");
    CALL("pause", pause(), "-");
    tick_every(0);
}

/* --- threads, children, other objects --- */

static int pairs[4][2];

static void *talk(void *arg)
{
    int (*p)[2] = arg;
    char in[8];
    for (int i = 0; i < 20; i++) {
        CALL("send", send((*p)[0], "ping", 4, 0), "fd=%d;data=ping", (*p)[0]);
        CALL("recv", recv((*p)[1], in, sizeof in, 0), "fd=%d;data=ping", (*p)[1]);
    }
    return NULL;
}

static void threads(void)
{
    pthread_t ids[4];
    for (int i = 0; i < 4; i++)
        CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), "fds=%d %d", pairs[i][0], pairs[i][1]);
    for (int i = 0; i < 4; i++) {
        pthread_create(&ids[i], NULL, talk, &pairs[i]); NOTED("pthread_create", ANY_RESULT, "-");
    }
    for (int i = 0; i < 4; i++)
        pthread_join(ids[i], NULL);
    CALL("close", close(pairs[0][0]), "fd=%d", pairs[0][0]);
}

static void children(void)
{
    int p[2], status;
    char in[8];
    CALL("pipe", pipe(p), "fds=%d %d", p[0], p[1]);
    for (int i = 0; i < 3; i++) {
        pid_t pid = FORKED(fork);
        if (pid == 0) {
            CALL("write", write(p[1], "kid", 3), "fd=%d;data=kid", p[1]);
            CALL("close", close(p[1]), "fd=%d", p[1]);
            _exit(i);
        }
        CALL("read", read(p[0], in, 3), "fd=%d;data=kid", p[0]);
        CALL("wait", wait(&status), "pid=-1");
    }
    CALL("wait", wait(&status), "pid=-1");
    pid_t pid = FORKED(vfork);
    if (pid == 0)
        _exit(3);
    CALL("waitpid", waitpid(pid, &status, 0), "pid=%d", pid);
}

static void helper(void)
{
    int p[2];
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p), "fds=%d %d", p[0], p[1]);
    helper_send(p[0]); NOTED("send", 6, "fd=%d;data=helper", p[0]);
    helper_deeper(p[1]); NOTED("recv", 6, "fd=%d;data=helper", p[1]);
}

static void *through_helper(void *arg)
{
    int *p = arg;
    helper_send(p[0]); NOTED("send", 6, "fd=%d", p[0]);
    helper_deeper(p[1]); NOTED("recv", 6, "fd=%d", p[1]);
    return NULL;
}

static void helper_everywhere(void)
{
    int p[2];
    pthread_t id;
    CALL("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, p), "fds=%d %d", p[0], p[1]);
    pthread_create(&id, NULL, through_helper, p); NOTED("pthread_create", ANY_RESULT, "-");
    pthread_join(id, NULL);
    pid_t pid = FORKED(fork);
    if (pid == 0) {
        through_helper(p);
        _exit(0);
    }
    CALL("waitpid", waitpid(pid, NULL, 0), "pid=%d", pid);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {
        {"tcp4", tcp4}, {"tcp6", tcp6}, {"udp", udp}, {"local", local}, {"vectors", vectors},
        {"ready", ready}, {"options", options}, {"files", files}, {"paths", paths}, {"intr", intr},
        {"restart", restart}, {"reaper", reaper}, {"reaper_asleep", reaper_asleep},
        {"child_ignored", child_ignored}, {"nap_cut", nap_cut}, {"threads", threads},
        {"children", children}, {"helper", helper}, {"helper_everywhere", helper_everywhere},
    };
    notes = mmap(NULL, sizeof *notes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    for (size_t i = 0; argc == 2 && notes != MAP_FAILED && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            modes[i].run();
            report();
            return 0;
        }
    }
    return 2;
}
