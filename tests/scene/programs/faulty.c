/*
 * faulty - talks to a peer and tells what each call gave, so that a test can spoil some of them.
 *
 *     faulty MODE PORT       waits for a line of input, connects to 127.0.0.1:PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

static char buffer[64];
static char lines[4096];
static size_t used;

/* Printed at the end: a write() in between could be spoiled itself. */
static void tell(const char *name, long result)
{
    const char *error = result < 0 ? strerrorname_np(errno) : "ok";
    used += (size_t)snprintf(lines + used, sizeof lines - used, "%s %ld %s\n", name, result, error);
}

static void word(const char *text)
{
    used += (size_t)snprintf(lines + used, sizeof lines - used, "%s\n", text);
}

static int dialled(int port)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(s, (struct sockaddr *)&peer, sizeof peer) != 0)
        _exit(6);
    return s;
}

static void is_clean(size_t from)
{
    for (size_t i = from; i < sizeof buffer; i++)
        if (buffer[i] != '#') {
            word("dirty");
            return;
        }
    word("clean");
}

static void receives(int s)
{
    for (int i = 0; i < 5; i++) {
        memset(buffer, '#', sizeof buffer);
        ssize_t n = recv(s, buffer, 16, MSG_DONTWAIT);
        tell("recv", n);
        is_clean(n > 0 ? (size_t)n : 0);
    }
}

static void sends(int s)
{
    for (int i = 0; i < 4; i++)
        tell("send", send(s, "0123456789", 10, MSG_NOSIGNAL));
}

/* A file is no socket: a fault of recv() or send() passes it over. */
static void reads_file(int s)
{
    int fd = open("/proc/self/status", O_RDONLY), null = open("/dev/null", O_WRONLY);
    tell("file", read(fd, buffer, 20));
    tell("file", write(null, buffer, 20));
    tell("read", read(s, buffer, 20));
    tell("write", write(s, buffer, 20));
}

/* Out of a socket it is a recv(), into one a send(), and from the pipe to a file neither. */
static void splices(int s)
{
    int ends[2], null = open("/dev/null", O_WRONLY);
    if (pipe(ends) != 0)
        _exit(7);
    tell("take", splice(s, NULL, ends[1], NULL, 16, 0));
    tell("give", splice(ends[0], NULL, s, NULL, 2, 0));
    tell("file", splice(ends[0], NULL, null, NULL, 64, 0));
    tell("take", splice(s, NULL, ends[1], NULL, 16, 0));
    tell("give", splice(ends[0], NULL, s, NULL, 12, 0));
}

static void accepts(int s)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    socklen_t len = sizeof own;
    int l = socket(AF_INET, SOCK_STREAM, 0);
    (void)s;
    bind(l, (struct sockaddr *)&own, sizeof own);
    listen(l, 4);
    getsockname(l, (struct sockaddr *)&own, &len);
    dialled(ntohs(own.sin_port));
    tell("accept", accept(l, NULL, NULL) < 0 ? -1 : 0);
    tell("accept", accept(l, NULL, NULL) < 0 ? -1 : 0);
}

/* The call itself, to see the register that holds the length. */
static long raw_recv(int fd, void *data, size_t len, size_t *after)
{
#if defined(__x86_64__)
    register long flags __asm__("r10") = 0;
    register long addr __asm__("r8") = 0;
    register long addrlen __asm__("r9") = 0;
    long result = SYS_recvfrom;
    __asm__ volatile("syscall"
                     : "+a"(result), "+d"(len)
                     : "D"((long)fd), "S"(data), "r"(flags), "r"(addr), "r"(addrlen)
                     : "rcx", "r11", "memory");
    *after = len;
    return result;
#elif defined(__aarch64__)
    register long x0 __asm__("x0") = fd;
    register void *x1 __asm__("x1") = data;
    register size_t x2 __asm__("x2") = len;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;
    register long x5 __asm__("x5") = 0;
    register long x8 __asm__("x8") = SYS_recvfrom;
    __asm__ volatile("svc #0"
                     : "+r"(x0), "+r"(x2)
                     : "r"(x1), "r"(x3), "r"(x4), "r"(x5), "r"(x8)
                     : "memory");
    *after = x2;
    return x0;
#endif
}

static void registers(int s)
{
    size_t after = 0;
    long n = raw_recv(s, buffer, 16, &after);
    tell("recv", n);
    word(after == 16 ? "restored" : "changed");
}

static volatile sig_atomic_t ticks;

static void on_tick(int number)
{
    (void)number;
    if (++ticks == 3)
        kill(getpid(), SIGUSR1); /* the script sends its bytes when it sees that */
}

static void ignore(int number)
{
    (void)number;
}

/* The shortened call is restarted several times before anything comes. */
static void restarted(int s)
{
    struct itimerval every = {{0, 3000}, {0, 3000}}, off = {{0, 0}, {0, 0}};
    struct sigaction tick = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    struct sigaction user = {.sa_handler = ignore, .sa_flags = SA_RESTART};
    size_t after = 0;
    sigaction(SIGALRM, &tick, NULL);
    sigaction(SIGUSR1, &user, NULL);
    setitimer(ITIMER_REAL, &every, NULL);
    long n = raw_recv(s, buffer, 16, &after);
    setitimer(ITIMER_REAL, &off, NULL);
    tell("recv", n);
    word(after == 16 ? "restored" : "changed");
    word(ticks > 0 ? "interrupted" : "quiet");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(int s);
    } modes[] = {
        {"receives", receives},   {"sends", sends},     {"reads_file", reads_file},
        {"splices", splices},     {"accepts", accepts}, {"registers", registers},
        {"restarted", restarted},
    };
    int s = argc == 3 ? dialled(atoi(argv[2])) : -1;
    if (s < 0 || read(0, buffer, sizeof buffer) <= 0)
        return 2;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            modes[i].run(s);
    word("done");
    return write(1, lines, used) == (ssize_t)used ? 0 : 3;
}
