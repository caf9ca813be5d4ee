/*
 * wire - how much the wire of a scene carries: two hosts in namespaces of their own, joined by the
 * switch, and nothing else running.
 *
 *     wire [ROUNDS]     the best of so many [3]
 *
 * TCP: one blocking sender, one blocking receiver, with the frames only handed on, and recorded as
 * a scene does. UDP: 50,000 datagrams a second offered, how many arrive; and how long it takes to
 * ask and be answered. "CPU a frame" is what the process of the switch uses for one, the kernel's
 * part of handing it to the receiver included. "alone" is the core without sockets: deciding about
 * frames in memory.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/loop.h"
#include "net/capture.h"
#include "net/hosts.h"
#include "net/switch.h"
#include "timeline/packet.h"

enum {
    PORT = 7000,
    BULK = 64 * 1024 * 1024,
    PIECE = 64 * 1024,
    OFFERED = 50000, /* datagrams, in a second */
    DATAGRAM = 64,
    QUESTIONS = 5000,
    ALONE = 1000000,
    RECORDED_MOST = 100000, /* events, as in a scene */
};
#define DEADLINE (60 * CLOCK_S)

struct wire {
    struct network net;
    struct hosts_built built;
    struct loop *loop;
    struct net_switch *sw;
    bool records;
    struct timeline tl;
    struct packet_flows *flows;
    uint64_t frames;
    int64_t start;
};

static _Noreturn void give_up(const char *what)
{
    fprintf(stderr, "wire: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double cpu_seconds(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

/* --- the hosts' programs --- */

static struct sockaddr_in bob(void)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, "10.0.0.2", &addr.sin_addr);
    return addr;
}

/* A socket on a host; bob's are bound. */
static int socket_on(const struct wire *w, int host, int type)
{
    struct sockaddr_in addr = bob();
    int room = 4 * 1024 * 1024;
    if (hosts_enter(&w->built, host) != 0)
        give_up("cannot enter a host");
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    if (type == SOCK_DGRAM)
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (fd < 0 || (host == 1 && bind(fd, (struct sockaddr *)&addr, sizeof addr) != 0) ||
        (host == 1 && type == SOCK_STREAM && listen(fd, 1) != 0))
        give_up("cannot make a socket");
    if (hosts_enter(&w->built, -1) != 0)
        give_up("cannot come back from a host");
    return fd;
}

static void connect_to_bob(int fd)
{
    struct sockaddr_in addr = bob();
    if (connect(fd, (struct sockaddr *)&addr, sizeof addr) != 0)
        give_up("cannot connect");
}

static int send_bulk(int fd)
{
    static char bytes[PIECE];
    connect_to_bob(fd);
    for (size_t sent = 0; sent < BULK;) {
        ssize_t n = send(fd, bytes, sizeof bytes, MSG_NOSIGNAL);
        if (n <= 0)
            return 1;
        sent += (size_t)n;
    }
    shutdown(fd, SHUT_WR);
    return recv(fd, bytes, 1, 0) == 0 ? 0 : 1;
}

static int receive_bulk(int listener)
{
    static char bytes[PIECE];
    size_t got = 0;
    ssize_t n;
    int fd = accept(listener, NULL, NULL);
    while ((n = recv(fd, bytes, sizeof bytes, 0)) > 0)
        got += (size_t)n;
    close(fd);
    return got == BULK ? 0 : 1;
}

static int ask_and_wait(int fd)
{
    char byte = '?';
    connect_to_bob(fd);
    for (int i = 0; i < QUESTIONS; i++)
        if (send(fd, &byte, 1, 0) != 1 || recv(fd, &byte, 1, 0) != 1)
            return 1;
    return 0;
}

static int answer(int fd)
{
    struct sockaddr_in from;
    for (int i = 0; i < QUESTIONS; i++) {
        char byte;
        socklen_t len = sizeof from;
        if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) != 1 ||
            sendto(fd, &byte, 1, 0, (struct sockaddr *)&from, len) != 1)
            return 1;
    }
    return 0;
}

/* As many as are due at each moment, so that a sender that had to wait makes up for it. */
static int send_datagrams(int fd)
{
    char bytes[DATAGRAM] = "";
    connect_to_bob(fd);
    int64_t start = clock_now();
    for (int sent = 0; sent < OFFERED;) {
        int64_t due = (clock_now() - start) * OFFERED / CLOCK_S;
        for (; sent < due && sent < OFFERED; sent++)
            if (send(fd, bytes, sizeof bytes, 0) < 0)
                return 1;
        sched_yield();
    }
    return send(fd, "", 0, 0) == 0 ? 0 : 1; /* the end */
}

/* Tells through the pipe how many came. */
static int receive_datagrams(int fd, int tell)
{
    char bytes[DATAGRAM];
    uint32_t count = 0;
    struct timeval patience = {.tv_sec = 5};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    while (recv(fd, bytes, sizeof bytes, 0) > 0)
        count++;
    return write(tell, &count, sizeof count) == sizeof count ? 0 : 1;
}

static pid_t start(int (*run)(int), int fd)
{
    pid_t pid = fork();
    if (pid == 0) {
        loop_child_signals();
        _exit(run(fd));
    }
    return pid;
}

/* --- the switch --- */

static void on_report(void *arg, const struct switch_report *report)
{
    struct wire *w = arg;
    w->frames++;
    if (w->records && w->tl.count < RECORDED_MOST)
        packet_record(&w->tl, w->flows, report->frame, report->len, report->len,
                      report->t - w->start, w->net.hosts[report->from].name);
}

static void begin(struct wire *w, bool records, const char *rule)
{
    struct error err = {""};
    struct wire_rule parsed;
    *w = (struct wire){.records = records, .start = clock_now()};
    if (unshare(CLONE_NEWNET) != 0)
        give_up("no network namespace");
    w->loop = loop_new(&err);
    timeline_init(&w->tl);
    w->flows = packet_flows_new();
    network_parse(&w->net, "alice,bob", &err);
    w->sw = switch_new(&w->net, 4711, NULL, on_report, w);
    if (w->loop == NULL || hosts_build(&w->net, &w->built, &err) != 0 ||
        switch_attach(w->sw, w->loop, w->built.ports, w->built.nports, &err) != 0 ||
        (rule != NULL && wire_rule_parse(&parsed, rule, &w->net, &err) != 0)) {
        fprintf(stderr, "wire: %s\n", err.text);
        exit(1);
    }
    if (rule != NULL)
        switch_rule(w->sw, &parsed);
}

static void end(struct wire *w)
{
    switch_free(w->sw);
    hosts_close(&w->built);
    loop_free(w->loop);
    packet_flows_free(w->flows);
    timeline_free(&w->tl);
}

static void on_exit_of(void *arg, pid_t pid, int status)
{
    int *running = arg;
    (void)pid;
    if (status != 0)
        give_up("a host's program failed");
    --*running;
}

/* Until both programs have ended. */
static void carry(struct wire *w, pid_t sender, pid_t receiver)
{
    int running = 2;
    loop_child_add(w->loop, sender, on_exit_of, &running);
    loop_child_add(w->loop, receiver, on_exit_of, &running);
    int64_t deadline = clock_now() + DEADLINE;
    while (running > 0) {
        loop_step(w->loop, deadline);
        if (clock_now() > deadline) {
            kill(sender, SIGKILL);
            kill(receiver, SIGKILL);
            give_up("the exchange does not end");
        }
    }
}

/* --- what is measured --- */

struct result {
    double mbit, cpu_ns;
    uint64_t frames, lost;
};

static struct result tcp(bool records, const char *rule)
{
    struct wire w;
    begin(&w, records, rule);
    int listener = socket_on(&w, 1, SOCK_STREAM), client = socket_on(&w, 0, SOCK_STREAM);
    pid_t receiver = start(receive_bulk, listener), sender = start(send_bulk, client);
    double cpu = cpu_seconds();
    int64_t began = clock_now();
    carry(&w, sender, receiver);
    double seconds = (double)(clock_now() - began) / (double)CLOCK_S;
    struct result r = {.mbit = (double)BULK * 8 / seconds / 1e6,
                       .cpu_ns = (cpu_seconds() - cpu) * 1e9 / (double)w.frames,
                       .frames = w.frames,
                       .lost = switch_lost(w.sw)};
    close(listener);
    close(client);
    end(&w);
    return r;
}

static void row_tcp(const char *what, int rounds, bool records, const char *rule)
{
    struct result best = {0};
    for (int i = 0; i < rounds; i++) {
        struct result r = tcp(records, rule);
        if (r.mbit > best.mbit)
            best = r;
    }
    printf("TCP, %-26s %6.0f Mbit/s, %5.0f ns CPU a frame, %llu of %llu lost\n", what, best.mbit,
           best.cpu_ns, (unsigned long long)best.lost, (unsigned long long)best.frames);
    fflush(stdout);
}

static int datagram_pipe[2];

static int receive_and_tell(int fd)
{
    return receive_datagrams(fd, datagram_pipe[1]);
}

static void row_udp(void)
{
    struct wire w;
    uint32_t came = 0;
    begin(&w, true, NULL);
    if (pipe(datagram_pipe) != 0)
        give_up("no pipe");
    int receiving = socket_on(&w, 1, SOCK_DGRAM), sending = socket_on(&w, 0, SOCK_DGRAM);
    pid_t receiver = start(receive_and_tell, receiving), sender = start(send_datagrams, sending);
    double cpu = cpu_seconds();
    int64_t began = clock_now();
    carry(&w, sender, receiver);
    double seconds = (double)(clock_now() - began) / (double)CLOCK_S;
    if (read(datagram_pipe[0], &came, sizeof came) != sizeof came)
        give_up("nobody told how many datagrams came");
    printf(
        "UDP, 50,000 a second offered     %5.0f came in %.2f s, %.0f ns CPU a frame, %llu lost\n",
        (double)came, seconds, (cpu_seconds() - cpu) * 1e9 / (double)w.frames,
        (unsigned long long)switch_lost(w.sw));
    close(datagram_pipe[0]);
    close(datagram_pipe[1]);
    close(receiving);
    close(sending);
    end(&w);
}

static void row_round_trips(void)
{
    struct wire w;
    begin(&w, true, NULL);
    int answering = socket_on(&w, 1, SOCK_DGRAM), asking = socket_on(&w, 0, SOCK_DGRAM);
    pid_t answers = start(answer, answering), asks = start(ask_and_wait, asking);
    int64_t began = clock_now();
    carry(&w, asks, answers);
    printf("UDP, a question and its answer   %5.0f us\n",
           (double)(clock_now() - began) / 1e3 / QUESTIONS);
    close(answering);
    close(asking);
    end(&w);
}

static void send_nowhere(void *arg, unsigned port, const void *frame, size_t len)
{
    (void)arg, (void)port, (void)frame, (void)len;
}

/* The core with frames of full length, whose addresses it has learned. */
static void row_alone(const char *what, const char *const *rules)
{
    static unsigned char frames[2][1514];
    struct network net;
    struct error err = {""};
    network_parse(&net, "alice,bob", &err);
    struct net_switch *sw = switch_new(&net, 1, send_nowhere, NULL, NULL);
    static const unsigned char ip[] = {0x45, 0, 1500 >> 8, 1500 & 255, 0,    1,    0x40, 0,   64,
                                       17,   0, 0,         10,         0,    0,    1,    10,  0,
                                       0,    2, 0x9c,      1,          0x1b, 0x58, 5,    0xc8};
    for (unsigned i = 0; i < 2; i++) {
        memcpy(frames[i], net.hosts[1 - i].interfaces[0].mac, 6);
        memcpy(frames[i] + 6, net.hosts[i].interfaces[0].mac, 6);
        frames[i][12] = 8;
        memcpy(frames[i] + 14, ip, sizeof ip);
    }
    for (; *rules != NULL; rules++) {
        struct wire_rule rule;
        if (wire_rule_parse(&rule, *rules, &net, &err) != 0)
            give_up(err.text);
        switch_rule(sw, &rule);
    }
    double cpu = cpu_seconds();
    for (int64_t i = 0; i < ALONE; i++)
        switch_frame(sw, i & 1, frames[i & 1], sizeof frames[0], i, i);
    printf("alone, %-24s %21.0f ns CPU a frame\n", what, (cpu_seconds() - cpu) * 1e9 / ALONE);
    switch_free(sw);
}

int main(int argc, char **argv)
{
    static const char *const none[] = {NULL};
    static const char *const five[] = {"drop tcp syn 1",      "drop icmp from bob 30%",
                                       "hold arp reply",      "delay 10ms containing \"WHO?\"",
                                       "corrupt udp port 99", NULL};
    int rounds = argc > 1 ? atoi(argv[1]) : 3;
    row_alone("no rules", none);
    row_alone("five rules", five);
    if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
        printf("wire: skipped, user namespaces are refused here\n");
        return 0;
    }
    capture_prepare();
    row_tcp("handed on", rounds, false, NULL);
    row_tcp("handed on and recorded", rounds, true, NULL);
    row_tcp("recorded, a rule looked at", rounds, true, "drop udp");
    row_udp();
    row_round_trips();
    return 0;
}
