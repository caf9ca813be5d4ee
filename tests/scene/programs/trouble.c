/*
 * trouble - programs that are in trouble, or make some, one a mode.
 *
 *     trouble MODE [PORT]
 *
 * A comment "HERE name" marks a line that a verdict must tell.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *program;
static int port;
static char buffer[512];

static void say(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0)
        _exit(8);
}

static void said(const char *what, const char *error)
{
    char line[200];
    snprintf(line, sizeof line, "%s: %s\n", what, error);
    say(line);
}

/* --- sockets --- */

static struct sockaddr_in address(const char *ip, int number)
{
    struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons((uint16_t)number)};
    inet_pton(AF_INET, ip, &addr.sin_addr);
    return addr;
}

static int listening(const char *ip, int number)
{
    struct sockaddr_in own = address(ip, number);
    int one = 1, s = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(s, (struct sockaddr *)&own, sizeof own) != 0 || listen(s, 8) != 0)
        _exit(7);
    return s;
}

static int datagrams(void)
{
    struct sockaddr_in own = address("0.0.0.0", port);
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(s, (struct sockaddr *)&own, sizeof own) != 0)
        _exit(7);
    return s;
}

static int dialled(int number)
{
    struct sockaddr_in peer = address("127.0.0.1", number);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, (struct sockaddr *)&peer, sizeof peer) != 0) /* HERE connect */
        _exit(6);
    return s;
}

static void echo_once(int s)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    ssize_t n = recvfrom(s, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &len);
    if (n >= 0)
        sendto(s, buffer, (size_t)n, 0, (struct sockaddr *)&from, len);
}

static void echo(void)
{
    int s = datagrams();
    for (;;)
        echo_once(s);
}

/* --- crashes --- */

static int *volatile nowhere;
static volatile int zero;

static void segv(void)
{
    *nowhere = 1; /* HERE segv */
}

static void *segv_in_thread(void *arg)
{
    *nowhere = 1; /* HERE segv_thread */
    return arg;
}

static void segv_thread(void)
{
    pthread_t id;
    pthread_create(&id, NULL, segv_in_thread, NULL);
    pthread_join(id, NULL);
}

static void segv_child(void)
{
    pid_t pid = fork();
    if (pid == 0)
        *nowhere = 1; /* HERE segv_child */
    waitpid(pid, NULL, 0);
}

static void give_up(void)
{
    abort(); /* HERE abort */
}

static void wrong_assertion(void)
{
    assert(zero == 1); /* HERE assert */
}

static void divide(void)
{
    zero = 7 / zero; /* HERE divide */
}

static int deeper(volatile int n)
{
    volatile char room[4096];
    room[0] = (char)n;
    return n < 0 ? 0 : deeper(n + 1) + room[0];
}

static void overflow(void)
{
    zero = deeper(0);
}

static void pipe_death(void)
{
    int p[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, p) == 0) {
        close(p[1]);
        send(p[0], "x", 1, 0); /* HERE pipe */
    }
}

static void three(void)
{
    exit(3);
}

/* --- without end --- */

static void spin(void)
{
    for (;;)
        zero = 0; /* HERE spin */
}

/* A quarter of a second of work, then an orderly end. */
static void work(void)
{
    while (clock() < CLOCKS_PER_SEC / 4)
        zero = 0;
}

static void spin_in_library(void)
{
    for (;;)
        zero = strstr(buffer, "a") != NULL; /* HERE library */
}

static void *spin_in_thread(void *arg)
{
    spin();
    return arg;
}

static void spin_threads(void)
{
    pthread_t id;
    for (int i = 0; i < 3; i++)
        pthread_create(&id, NULL, spin_in_thread, NULL);
    pthread_join(id, NULL);
}

static void answers_beside_threads_that_spin(void)
{
    pthread_t id;
    for (int i = 0; i < 3; i++)
        pthread_create(&id, NULL, spin_in_thread, NULL);
    for (;;) {
        ssize_t n = read(0, buffer, sizeof buffer);
        if (n <= 0 || write(1, buffer, (size_t)n) != n)
            _exit(0);
    }
}

static void bomb(void)
{
    for (;;)
        fork();
}

static void *sit(void *arg)
{
    pause();
    return arg;
}

static void thread_bomb(void)
{
    pthread_t id;
    int failed = 0;
    while (failed == 0)
        failed = pthread_create(&id, NULL, sit, NULL);
    said("pthread_create", strerrorname_np(failed));
    _exit(5);
}

static void flood(void)
{
    for (;;)
        say("all work and no play makes Jack a dull boy\n");
}

static void big_file(void)
{
    int fd = open("/tmp/big", O_WRONLY | O_CREAT, 0644);
    static char block[65536];
    for (;;)
        if (write(fd, block, sizeof block) < 0) /* HERE big */
            _exit(5);
}

/* The calls of perror() stand between two that fail. */
static void complains(void)
{
    int fd = datagrams();
    close(fd);
    for (;;) {
        if (recv(fd, buffer, sizeof buffer, 0) < 0) /* HERE complains */
            perror("recv");
    }
}

static void recv_spin(void)
{
    int s = listening("0.0.0.0", port), c = accept(s, NULL, NULL);
    for (;;)
        recv(c, buffer, sizeof buffer, 0); /* HERE recv_spin */
}

static void poll_spin(void)
{
    int s = listening("0.0.0.0", port), c = accept(s, NULL, NULL);
    struct pollfd what = {.fd = c, .events = POLLIN};
    for (;;)
        if (poll(&what, 1, -1) == 1)
            recv(c, buffer, sizeof buffer, 0); /* HERE poll_spin */
}

static void again_spin(void)
{
    int s = datagrams();
    fcntl(s, F_SETFL, O_NONBLOCK);
    while (recv(s, buffer, sizeof buffer, 0) < 0 && errno == EAGAIN) { /* HERE again_spin */
    }
}

static void calls(void)
{
    for (;;)
        close(dup(0));
}

/* --- waiting for what never comes --- */

static void mute(void)
{
    int s = datagrams();
    for (;;)
        recv(s, buffer, sizeof buffer, 0); /* HERE mute */
}

static void liar(void)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    int s = datagrams();
    recvfrom(s, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &len);
    sendto(s, "hallo", 5, 0, (struct sockaddr *)&from, len);
    recv(s, buffer, sizeof buffer, 0);
}

static void elsewhere(void)
{
    accept(listening("0.0.0.0", port + 1), NULL, NULL); /* HERE elsewhere */
}

static void loopback_only(void)
{
    accept(listening("127.0.0.1", port), NULL, NULL);
}

static void waits_for_eof(void)
{
    int c = accept(listening("0.0.0.0", port), NULL, NULL);
    size_t have = 0;
    ssize_t n;
    while ((n = recv(c, buffer + have, sizeof buffer - have, 0)) > 0) /* HERE eof */
        have += (size_t)n;
    send(c, buffer, have, 0);
}

static void deadlock_server(void)
{
    int c = accept(listening("0.0.0.0", port), NULL, NULL);
    recv(c, buffer, sizeof buffer, 0); /* HERE deadlock_server */
}

static void deadlock_client(void)
{
    int s = dialled(port);
    recv(s, buffer, sizeof buffer, 0); /* HERE deadlock_client */
}

/* Both send more than the other one reads. */
static void stuffed(int fd)
{
    static char block[65536];
    for (;;)
        if (send(fd, block, sizeof block, 0) < 0) /* HERE stuffed */
            _exit(5);
}

static void stuffed_server(void)
{
    stuffed(accept(listening("0.0.0.0", port), NULL, NULL));
}

static void stuffed_client(void)
{
    stuffed(dialled(port));
}

static void stop(void)
{
    raise(SIGSTOP);
    say("awake\n");
}

static void stubborn(void)
{
    signal(SIGTERM, SIG_IGN);
    mute();
}

static void main_thread_ends(void)
{
    pthread_t id;
    pthread_create(&id, NULL, sit, NULL);
    pthread_exit(NULL);
}

static void idle_poll(void)
{
    struct pollfd pfd = {.fd = datagrams(), .events = POLLIN};
    while (poll(&pfd, 1, 10) == 0) { /* HERE idle_poll */
    }
}

static void poll_late(void)
{
    struct pollfd pfd = {.fd = datagrams(), .events = POLLIN};
    poll(&pfd, 1, 3600000); /* HERE poll_late */
}

/* Two seconds, in slices: it gives up by itself. */
static void slices(void)
{
    struct pollfd pfd = {.fd = datagrams(), .events = POLLIN};
    for (int i = 0; i < 20; i++)
        if (poll(&pfd, 1, 100) != 0)
            exit(1);
    exit(0);
}

static void idle_timeout(void)
{
    struct timeval tv = {0, 10000};
    int s = datagrams();
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof tv);
    while (recv(s, buffer, sizeof buffer, 0) < 0 && errno == EAGAIN) { /* HERE idle_timeout */
    }
}

static void reads_input(void)
{
    while (read(0, buffer, sizeof buffer) > 0) { /* HERE input */
    }
}

static void silent_connect(void)
{
    /* The queue of the listener is full, and the kernel tries again and again. */
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in own = address("127.0.0.1", port);
    bind(s, (struct sockaddr *)&own, sizeof own);
    listen(s, 0);
    for (;;)
        dialled(port);
}

/* --- takes its time, and is right --- */

static volatile sig_atomic_t ticks;

static void on_tick(int number)
{
    (void)number;
    ticks++;
}

static void by_timer(void)
{
    struct itimerval every = {{0, 60000}, {0, 60000}}, off = {{0, 0}, {0, 0}};
    sigset_t set, old;
    signal(SIGALRM, on_tick);
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &old);
    setitimer(ITIMER_REAL, &every, NULL);
    while (ticks < 6)
        sigsuspend(&old);
    setitimer(ITIMER_REAL, &off, NULL);
    say("six\n");
}

static void by_alarm(void)
{
    signal(SIGALRM, on_tick);
    alarm(1);
    pause();
    say("rang\n");
}

static void timer_off(void)
{
    struct itimerval later = {{0, 0}, {5, 0}}, off = {{0, 0}, {0, 0}};
    setitimer(ITIMER_REAL, &later, NULL);
    setitimer(ITIMER_REAL, &off, NULL);
    mute();
}

static void timer_late(void)
{
    alarm(3600);
    mute();
}

static void sleeper(void)
{
    struct timespec long_nap = {0, 400000000};
    nanosleep(&long_nap, NULL);
    say("rested\n");
}

static void very_long_nap(void)
{
    sleep(50);
}

static void naps(void)
{
    struct timespec nap = {0, 20000000};
    for (int i = 0; i < 12; i++)
        nanosleep(&nap, NULL);
    say("twelve\n");
}

static void retries(void)
{
    struct sockaddr_in peer = address("127.0.0.1", port);
    struct pollfd pfd = {.fd = socket(AF_INET, SOCK_DGRAM, 0), .events = POLLIN};
    connect(pfd.fd, (struct sockaddr *)&peer, sizeof peer);
    for (int i = 0; i < 6; i++) {
        send(pfd.fd, "hello?", 6, 0);
        if (poll(&pfd, 1, 30) > 0 && recv(pfd.fd, buffer, sizeof buffer, 0) >= 0)
            break;
    }
    say("gave up\n");
}

static void *tick_in_thread(void *arg)
{
    struct timespec nap = {0, 40000000};
    for (int i = 0; i < 5; i++)
        nanosleep(&nap, NULL);
    int fd = *(int *)arg;
    if (write(fd, "t", 1) != 1)
        _exit(5);
    return NULL;
}

static void woken_by_thread(void)
{
    int p[2];
    pthread_t id;
    if (pipe(p) != 0)
        _exit(5);
    pthread_create(&id, NULL, tick_in_thread, &p[1]);
    if (read(p[0], buffer, 1) == 1)
        say("woken\n");
    pthread_join(id, NULL);
}

static void computes(void)
{
    struct timespec now, end;
    clock_gettime(CLOCK_MONOTONIC, &end);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - end.tv_sec) * 1000 + (now.tv_nsec - end.tv_nsec) / 1000000 < 400);
    say("computed\n");
}

/* --- unusual, and right --- */

static void closes_input(void)
{
    close(STDIN_FILENO);
    say("closed\n");
    echo();
}

static void closes_stdio(void)
{
    close(0);
    close(1);
    close(2);
    echo();
}

static void *nothing(void *arg)
{
    return arg;
}

/* One thread after the other: at any moment one is just being born. */
static void makes_threads(void)
{
    pthread_t id;
    say("begun\n");
    for (int i = 0; i < 1000; i++)
        if (pthread_create(&id, NULL, nothing, NULL) == 0)
            pthread_join(id, NULL);
    pause();
}

static void daemonises(void)
{
    signal(SIGHUP,
           SIG_IGN); /* it comes when the first process ends, which may be before setsid() */
    if (fork() != 0)
        exit(0);
    setsid();
    if (fork() != 0)
        exit(0);
    echo();
}

static void kills_all(void)
{
    if (fork() == 0)
        for (;;)
            pause();
    kill(-1, SIGKILL);
    kill(1, SIGKILL);
    say("alone\n");
}

static void kills_all_refused(void)
{
    said("kill", kill(-1, 0) == 0 ? "allowed" : strerrorname_np(errno));
}

static void *stay(void *arg)
{
    pthread_barrier_wait(arg);
    return NULL;
}

static void many_threads(void)
{
    static pthread_t ids[200];
    pthread_barrier_t barrier;
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);
    pthread_barrier_init(&barrier, NULL, 201);
    for (int i = 0; i < 200; i++) {
        int rc = pthread_create(&ids[i], &attr, stay, &barrier);
        if (rc != 0) {
            said("pthread_create", strerrorname_np(rc));
            _exit(5);
        }
    }
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 200; i++)
        pthread_join(ids[i], NULL);
    say("two hundred\n");
}

static void roams(void)
{
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
    echo();
}

static void roaming_calls(void)
{
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
    fork();
    fork();
    calls();
}

static void becomes_another(void)
{
    execl("/bin/echo", "echo", "another", NULL);
}

static void *becomes(void *arg)
{
    becomes_another();
    return arg;
}

static void thread_becomes_another(void)
{
    pthread_t id;
    pthread_create(&id, NULL, becomes, NULL);
    pthread_join(id, NULL);
    say("still here\n");
}

static void spawns(void)
{
    char *argv[] = {"sh", "-c", "echo spawned; exit 4", NULL}, *envp[] = {NULL};
    pid_t pid;
    int status = 0;
    if (posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, envp) != 0 ||
        waitpid(pid, &status, 0) != pid)
        _exit(5);
    snprintf(buffer, sizeof buffer, "status %d\n", WEXITSTATUS(status));
    say(buffer);
}

/* A copy of itself that it may execute and not read. */
static void unreadable(void)
{
    char copy[] = "/work/copy";
    int from = open(program, O_RDONLY), to = open(copy, O_WRONLY | O_CREAT, 0755);
    ssize_t n;
    while ((n = read(from, buffer, sizeof buffer)) > 0)
        if (write(to, buffer, (size_t)n) != n)
            _exit(5);
    fchmod(to, 0111);
    close(to);
    execl(copy, "copy", "says_socket", NULL);
    _exit(5);
}

static void says_socket(void)
{
    int s = socket(AF_INET, SOCK_DGRAM, 0);
    said("socket", s >= 0 ? "made" : "failed");
}

/* --- what is around it --- */

static void looks_around(void)
{
    char line[300];
    DIR *dir = opendir("/proc/self/fd");
    int own = dirfd(dir), fds = 0, processes = 0;
    struct dirent *entry;
    while ((entry = readdir(dir)) != NULL)
        fds += entry->d_name[0] != '.' && atoi(entry->d_name) != own;
    closedir(dir);
    dir = opendir("/proc");
    while ((entry = readdir(dir)) != NULL)
        processes += entry->d_name[0] >= '1' && entry->d_name[0] <= '9';
    closedir(dir);
    snprintf(line, sizeof line, "fds %d, processes %d, uid %s, root %s, cwd %s\n", fds, processes,
             getuid() != 0 && geteuid() != 0 ? "ordinary" : "root",
             access("/root", F_OK) == 0 || access("/home", F_OK) == 0 ? "seen" : "hidden",
             getcwd(buffer, sizeof buffer));
    say(line);
    said("/usr", open("/usr/x", O_WRONLY | O_CREAT, 0644) < 0 ? "refused" : "written");
    said("/proc/1/mem", open("/proc/1/mem", O_RDONLY) < 0 ? "refused" : "open");
    said("/etc/shadow", open("/etc/shadow", O_RDONLY) < 0 ? "refused" : "open");
    said("priority", setpriority(PRIO_PROCESS, 0, -5) < 0 ? "refused" : "raised");
}

static void tried(const char *what, long result)
{
    said(what, result < 0 ? strerrorname_np(errno) : "allowed");
}

static void forbidden(void)
{
    struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    struct iovec iov = {buffer, 1};
    tried("mount", mount("none", "/tmp", "tmpfs", 0, NULL));
    tried("umount", umount2("/proc", MNT_DETACH));
    tried("unshare", unshare(CLONE_NEWUSER));
    tried("setns", setns(0, CLONE_NEWNET));
    tried("chroot", chroot("/tmp"));
    tried("ptrace", ptrace(PTRACE_TRACEME, 0, 0, 0));
    tried("process_vm_writev", process_vm_writev(getpid(), &iov, 1, &iov, 1, 0));
    tried("keyctl", syscall(SYS_keyctl, 0, 0, 0, 0, 0));
    tried("bpf", syscall(SYS_bpf, 0, NULL, 0));
    tried("io_uring_setup", syscall(SYS_io_uring_setup, 1, NULL));
    tried("userfaultfd", syscall(SYS_userfaultfd, 0));
    tried("perf_event_open", syscall(SYS_perf_event_open, NULL, 0, 0, 0, 0));
    tried("vsock", socket(AF_VSOCK, SOCK_STREAM, 0));
    tried("tiocsti", ioctl(0, TIOCSTI, "x"));
    tried("tiocsti_high", syscall(SYS_ioctl, 0, 0x100000000UL | TIOCSTI, "x"));
    tried("vsock_high", syscall(SYS_socket, 0x100000000UL | AF_VSOCK, SOCK_STREAM, 0));
    tried("seccomp_high", syscall(SYS_prctl, 0x100000000UL | PR_SET_SECCOMP, 2, NULL, 0, 0));
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        _exit(0);
    tried("clone3", pid);
    pid = syscall(SYS_clone, CLONE_NEWNET | SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    tried("clone", pid);
    say("done\n");
}

static void far_away(void)
{
    struct sockaddr_in peer = address("10.0.0.1", 80);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    tried("connect", connect(s, (struct sockaddr *)&peer, sizeof peer));
}

/* --- leftovers --- */

static void *opens(void *arg)
{
    *(int *)arg = dup(0);
    for (;;)
        pause();
    return NULL;
}

static void leaves_descriptors(void)
{
    pthread_t id;
    volatile int fd = -1;
    dup2(0, 50);
    pthread_create(&id, NULL, opens, (void *)(uintptr_t)&fd);
    while (fd < 0) {
    }
    exit(0);
}

static void interrupted_reader(void)
{
    while (read(0, buffer, sizeof buffer) > 0)
        say("got it\n");
    say("end\n");
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {
        {"echo", echo},
        {"segv", segv},
        {"segv_thread", segv_thread},
        {"segv_child", segv_child},
        {"abort", give_up},
        {"assert", wrong_assertion},
        {"divide", divide},
        {"overflow", overflow},
        {"pipe", pipe_death},
        {"three", three},
        {"spin", spin},
        {"spin_threads", spin_threads},
        {"bomb", bomb},
        {"thread_bomb", thread_bomb},
        {"flood", flood},
        {"big_file", big_file},
        {"work", work},
        {"answers_beside_spin", answers_beside_threads_that_spin},
        {"recv_spin", recv_spin},
        {"poll_spin", poll_spin},
        {"again_spin", again_spin},
        {"calls", calls},
        {"mute", mute},
        {"liar", liar},
        {"elsewhere", elsewhere},
        {"loopback_only", loopback_only},
        {"waits_for_eof", waits_for_eof},
        {"deadlock_server", deadlock_server},
        {"deadlock_client", deadlock_client},
        {"stuffed_server", stuffed_server},
        {"stuffed_client", stuffed_client},
        {"stop", stop},
        {"stubborn", stubborn},
        {"main_thread_ends", main_thread_ends},
        {"idle_poll", idle_poll},
        {"slices", slices},
        {"idle_timeout", idle_timeout},
        {"reads_input", reads_input},
        {"silent_connect", silent_connect},
        {"by_timer", by_timer},
        {"by_alarm", by_alarm},
        {"timer_off", timer_off},
        {"complains", complains},
        {"timer_late", timer_late},
        {"poll_late", poll_late},
        {"sleeper", sleeper},
        {"long_nap", very_long_nap},
        {"naps", naps},
        {"retries", retries},
        {"woken_by_thread", woken_by_thread},
        {"computes", computes},
        {"closes_input", closes_input},
        {"spin_in_library", spin_in_library},
        {"closes_stdio", closes_stdio},
        {"makes_threads", makes_threads},
        {"daemonises", daemonises},
        {"kills_all", kills_all},
        {"kills_all_refused", kills_all_refused},
        {"many_threads", many_threads},
        {"roams", roams},
        {"roaming_calls", roaming_calls},
        {"becomes_another", becomes_another},
        {"thread_becomes_another", thread_becomes_another},
        {"spawns", spawns},
        {"unreadable", unreadable},
        {"says_socket", says_socket},
        {"looks_around", looks_around},
        {"forbidden", forbidden},
        {"far_away", far_away},
        {"leaves_descriptors", leaves_descriptors},
        {"interrupted_reader", interrupted_reader},
    };
    program = argv[0];
    port = argc > 2 ? atoi(argv[2]) : 0;
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            modes[i].run();
            return 0;
        }
    }
    return 2;
}
