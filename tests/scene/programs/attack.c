/*
 * attack - programs that attack the machine they run on, or the scene, one a mode.
 *
 *     attack MODE [PORT]
 *
 * Each ends with status 0 if it got through, and says what it found.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MIB = 1 << 20 };
static const char *program;
static int port;
static char block[MIB];

static void say(const char *text)
{
    if (write(STDOUT_FILENO, text, strlen(text)) < 0)
        _exit(8);
}

static void said(const char *what, long result)
{
    char line[300];
    snprintf(line, sizeof line, "%s: %s\n", what, result < 0 ? strerrorname_np(errno) : "done");
    say(line);
}

/* So that nothing but the limit ends what follows. */
static void stay(void)
{
    for (;;)
        pause();
}

/* --- memory --- */

static void take_heap(void)
{
    for (;;) {
        char *p = malloc(16 * MIB);
        if (p == NULL)
            _exit(5);
        memset(p, 1, 16 * MIB);
    }
}

static void *take_in_thread(void *arg)
{
    take_heap();
    return arg;
}

static void heap_threads(void)
{
    pthread_t id;
    for (int i = 0; i < 4; i++)
        pthread_create(&id, NULL, take_in_thread, NULL);
    stay();
}

/* Each is small; all are large. */
static void heap_children(void)
{
    for (int i = 0; i < 30; i++) {
        if (fork() == 0) {
            memset(malloc(8 * MIB), 1, 8 * MIB);
            stay();
        }
    }
    stay();
}

/* A server's children that share what their parent has: not large at all. */
static void shared_children(void)
{
    char *p = malloc(16 * MIB);
    memset(p, 1, 16 * MIB);
    for (int i = 0; i < 30; i++)
        if (fork() == 0)
            stay();
    sleep(1); /* so that they are looked at, which happens every 20 ms */
    say(p[5] == 1 ? "shared\n" : "lost\n");
    kill(0, SIGKILL);
}

/* Pages that are in no process any more, and yet there. */
static void shared_dropped(void)
{
    for (;;) {
        char *p = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            _exit(5);
        memset(p, 1, 16 * MIB);
        madvise(p, 16 * MIB, MADV_DONTNEED);
    }
}

static void shared_zero(void)
{
    int fd = open("/dev/zero", O_RDWR);
    for (;;) {
        char *p = mmap(NULL, 16 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        if (p == MAP_FAILED)
            _exit(5);
        memset(p, 1, 16 * MIB);
        madvise(p, 16 * MIB, MADV_DONTNEED);
    }
}

static void memfds(void)
{
    for (;;) {
        int fd = memfd_create("hidden", 0);
        for (int i = 0; fd >= 0 && i < 16; i++)
            if (write(fd, block, MIB) != MIB)
                _exit(5);
    }
}

static void system_v_shared(void)
{
    for (;;) {
        int id = shmget(IPC_PRIVATE, 8 * MIB, 0600 | IPC_CREAT);
        char *p = id >= 0 ? shmat(id, NULL, 0) : (char *)-1;
        if (p == (char *)-1)
            _exit(5);
        memset(p, 1, 8 * MIB);
        shmdt(p);
    }
}

static void semaphores(void)
{
    while (semget(IPC_PRIVATE, 32000, 0600 | IPC_CREAT) >= 0) {
    }
    stay();
}

/* One byte read in every 2 MiB: nothing but page tables. */
static void page_tables(void)
{
    const size_t size = (size_t)1 << 40;
    volatile char *p =
        mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        _exit(5);
    madvise((void *)(uintptr_t)p, size, MADV_NOHUGEPAGE);
    for (size_t at = 0; at < size; at += 2 * MIB)
        (void)p[at];
    stay();
}

static void enlarge(int fd)
{
    int most = 64 * MIB;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &most, sizeof most);
}

static void fill(int fd)
{
    while (send(fd, block, 65536, MSG_DONTWAIT) > 0) {
    }
}

static void unix_buffers(void)
{
    int pair[2];
    while (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0) {
        enlarge(pair[0]);
        enlarge(pair[1]);
        fill(pair[0]);
        fill(pair[1]);
    }
    stay();
}

static void tcp_buffers(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof own;
    int s = socket(AF_INET, SOCK_STREAM, 0), out, in;
    bind(s, (struct sockaddr *)&own, sizeof own);
    getsockname(s, (struct sockaddr *)&own, &len);
    enlarge(s);
    listen(s, 8);
    while ((out = socket(AF_INET, SOCK_STREAM, 0)) >= 0) {
        enlarge(out);
        if (connect(out, (struct sockaddr *)&own, sizeof own) != 0 ||
            (in = accept(s, NULL, NULL)) < 0)
            break;
        fill(out);
        fill(in);
    }
    stay();
}

static void udp_buffers(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof own;
    int s;
    while ((s = socket(AF_INET, SOCK_DGRAM, 0)) >= 0) {
        enlarge(s);
        own.sin_port = 0;
        bind(s, (struct sockaddr *)&own, sizeof own);
        getsockname(s, (struct sockaddr *)&own, &len);
        for (int i = 0; i < 200; i++)
            sendto(s, block, 60000, MSG_DONTWAIT, (struct sockaddr *)&own, sizeof own);
    }
    stay();
}

/* --- disk --- */

static void fill_files(const char *folder)
{
    char name[64];
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "%s/%d", folder, i);
        int fd = open(name, O_WRONLY | O_CREAT, 0644);
        for (int k = 0; k < 4; k++)
            if (write(fd, block, MIB) < 0)
                _exit(5);
        close(fd);
    }
}

static void fill_work(void)
{
    fill_files("/work");
}

static void fill_tmp(void)
{
    fill_files("/tmp");
}

static void fill_shm(void)
{
    fill_files("/dev/shm");
}

/* It never asks whether it worked. */
static void fill_quietly(void)
{
    char name[64];
    for (int i = 0; i < 40; i++) {
        snprintf(name, sizeof name, "/tmp/%d", i);
        int fd = open(name, O_RDWR | O_CREAT, 0644);
        posix_fallocate(fd, 0, MIB);
        close(fd);
    }
    stay();
}

static void fill_mapped(void)
{
    int fd = open("/tmp/mapped", O_RDWR | O_CREAT, 0644);
    ftruncate(fd, 48 * MIB);
    char *p = mmap(NULL, 48 * MIB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    for (int i = 0; i < 48 * MIB; i += 4096)
        p[i] = 1;
    say("got through\n");
}

static void empty_files(void)
{
    char name[64];
    for (int i = 0;; i++) {
        snprintf(name, sizeof name, "/work/empty%d", i);
        int fd = open(name, O_WRONLY | O_CREAT, 0644);
        if (fd < 0)
            _exit(5);
        close(fd);
    }
}

static void deep_folders(void)
{
    for (;;)
        if (mkdir("deeper", 0755) != 0 || chdir("deeper") != 0)
            _exit(5);
}

static void writes_to_full(void)
{
    said("/dev/full", write(open("/dev/full", O_WRONLY), "x", 1));
}

/* --- processes --- */

static void vfork_bomb(void)
{
    for (;;) {
        pid_t pid = vfork();
        if (pid == 0)
            execl(program, program, "vfork_bomb", NULL);
        if (pid < 0)
            stay();
    }
}

static int in_clone(void *arg)
{
    (void)arg;
    for (;;)
        pause();
    return 0;
}

static void clone_bomb(void)
{
    for (;;) {
        char *stack = malloc(65536);
        if (clone(in_clone, stack + 65536, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL) < 0)
            stay();
    }
}

/* How many the kernel allows, when nobody else looks. */
static void counts_children(void)
{
    char line[100];
    int n = 0;
    for (;; n++) {
        pid_t pid = fork();
        if (pid == 0)
            stay();
        if (pid < 0)
            break;
    }
    snprintf(line, sizeof line, "%d children, then %s\n", n, strerrorname_np(errno));
    say(line);
    signal(SIGTERM, SIG_IGN);
    kill(0, SIGTERM);
}

static void kills_init(void)
{
    said("file", open("left-behind", O_WRONLY | O_CREAT, 0644));
    kill(getppid(), SIGKILL);
    stay();
}

static void system_v(void)
{
    said("shmget", shmget(IPC_PRIVATE, 4096, 0600 | IPC_CREAT));
    said("semget", semget(IPC_PRIVATE, 1, 0600 | IPC_CREAT));
}

static void *in_thread(void *arg)
{
    stay();
    return arg;
}

static void thread_bomb(void)
{
    pthread_t id;
    while (pthread_create(&id, NULL, in_thread, NULL) == 0) {
    }
    stay();
}

/* Generations that are gone before anybody has looked. */
static void runaway(void)
{
    signal(SIGHUP, SIG_IGN); /* of the terminal, when the first of them ends */
    for (;;)
        if (fork() > 0)
            _exit(0);
}

static void spin_on_all(void)
{
    cpu_set_t all;
    memset(&all, 0xff, sizeof all);
    sched_setaffinity(0, sizeof all, &all);
    for (int i = 0; i < 6; i++)
        if (fork() == 0)
            break;
    for (;;) {
    }
}

static void flood_from_children(void)
{
    for (int i = 0; i < 6; i++)
        if (fork() == 0)
            break;
    for (;;)
        if (write(STDERR_FILENO, "no end to it\n", 13) < 0)
            _exit(0);
}

static void holds_output(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            stay();
        _exit(0);
    }
    say("gone\n");
}

static void many_descriptors(void)
{
    int n = 0;
    while (dup(0) >= 0)
        n++;
    int error = errno;
    if (n < 500)
        _exit(6);
    errno = error;
    said("descriptors", -1);
    _exit(5);
}

static void freezes_all(void)
{
    kill(1, SIGSTOP);
    kill(1, SIGKILL);
    kill(-1, SIGSTOP);
    say("alone\n");
}

static void no_death_signal(void)
{
    prctl(PR_SET_PDEATHSIG, 0);
    if (fork() == 0) {
        setsid();
        prctl(PR_SET_PDEATHSIG, 0);
        stay();
    }
    say("detached\n");
    stay();
}

/* --- what it finds --- */

static void own_binary(void)
{
    said("write", open(program, O_WRONLY));
    said("truncate", truncate(program, 0));
    said("unlink", unlink(program));
    said("rename", rename(program, "/work/moved"));
    said("replace", rename("/proc/self/status", program));
    said("chmod", chmod(program, 0));
    said("link", link(program, "/work/linked"));
    said("work", rename("/work", "/tmp/work"));
    said("other", unlink("/work/other"));
    said("programs", open("/programs/other", O_WRONLY));
    said("root", open("/made", O_WRONLY | O_CREAT, 0644));
    said("loader", unlink("/lib64"));
    said("hosts", open("/etc/hosts", O_WRONLY));
    said("made", open("/work/made", O_WRONLY | O_CREAT, 0644));
    said("temporary", open("/tmp/made", O_WRONLY | O_CREAT, 0644));
}

/* What the next program of the scene has to do with. */
static void closes_work(void)
{
    unlink("other");
    chmod("/work", 0);
    said("closed", 0);
}

static void hello(void)
{
    say("hello\n");
}

static void show(const char *key)
{
    char line[300];
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL)
        if (strncmp(line, key, strlen(key)) == 0)
            say(line);
    if (f != NULL)
        fclose(f);
}

static void rights(void)
{
    static const char *const keys[] = {"CapInh:", "CapPrm:",     "CapEff:", "CapBnd:",
                                       "CapAmb:", "NoNewPrivs:", "Seccomp:"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        show(keys[i]);
    char text[16] = "";
    int fd = open("/proc/self/oom_score_adj", O_RDONLY);
    if (fd >= 0 && read(fd, text, sizeof text - 1) > 0) {
        say("oom ");
        say(text);
    }
    if (fork() == 0) {
        show("CapEff:");
        _exit(0);
    }
    wait(NULL);
}

static void spin_together(void)
{
    for (int i = 0; i < 40 && fork() != 0; i++) {
    }
    for (;;) {
    }
}

static void priority(void)
{
    char line[64];
    snprintf(line, sizeof line, "policy %d, nice %d\n", sched_getscheduler(0),
             getpriority(PRIO_PROCESS, 0));
    say(line);
}

static void environment(void)
{
    extern char **environ;
    for (char **e = environ; *e != NULL; e++) {
        char line[300];
        snprintf(line, sizeof line, "%.200s\n", *e);
        say(line);
    }
}

static void surfaces(void)
{
    char path[64];
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    said("/proc/1", open("/proc/1", O_RDONLY));
    said("/proc/1/cmdline", open("/proc/1/cmdline", O_RDONLY));
    said("/proc/1/fd", open("/proc/1/fd", O_RDONLY));
    said("/proc/1/root", open("/proc/1/root/etc", O_RDONLY));
    said("/proc/sysrq-trigger", open("/proc/sysrq-trigger", O_WRONLY));
    said("/proc/sys", open("/proc/sys/kernel/core_pattern", O_WRONLY));
    said("/proc/sys/net", open("/proc/sys/net/ipv4/ip_forward", O_WRONLY));
    said("/proc/kcore", open("/proc/kcore", O_RDONLY));
    said("/sys", open("/sys", O_RDONLY));
    said("/dev/mem", open("/dev/mem", O_RDONLY));
    said("/dev/kmsg", open("/dev/kmsg", O_WRONLY));
    said("/home", open("/home", O_RDONLY));
    said("/run", open("/run", O_RDONLY));
    said("/var", open("/var", O_RDONLY));
    said("mknod", mknod("/work/disk", S_IFBLK | 0600, 0x800));
    said("nice", setpriority(PRIO_PROCESS, 0, -1));
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    said("setrlimit", setrlimit(RLIMIT_NPROC, &more));
    said("setuid", setuid(0));
    said("raw", socket(AF_INET, SOCK_RAW, 1));
    said("packet", socket(AF_PACKET, SOCK_RAW, 0));
    said("alg", socket(38, SOCK_SEQPACKET, 0));
    said("netlink", socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
    said("tioclinux", ioctl(0, 0x541c, "\2"));
    said("vmsplice", syscall(SYS_vmsplice, 1, NULL, 0, 0));
    /* Where a display, a bus and this test listen. */
    snprintf(path, sizeof path, "socklings-canary");
    memcpy(sa.sun_path + 1, path, strlen(path));
    int s = socket(AF_UNIX, SOCK_STREAM, 0);
    said("abstract",
         connect(s, (struct sockaddr *)&sa,
                 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(path))));
}

/* Set-user-id programs of the host give nothing. */
static void set_user_id(void)
{
    char *argv[] = {"mount", "-t", "tmpfs", "none", "/tmp", NULL};
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        execv("/usr/bin/mount", argv);
        execv("/bin/mount", argv);
        _exit(9);
    }
    waitpid(pid, &status, 0);
    say(WEXITSTATUS(status) != 0 ? "mount failed\n" : "mounted\n");
    uid_t real, effective, saved;
    getresuid(&real, &effective, &saved);
    say(real == effective && real == saved && real != 0 ? "the same user\n" : "another user\n");
}

/* A folder that programs shall not see: it is there, empty, and stays so. */
static void hidden_folder(void)
{
    DIR *dir = opendir("/usr/include");
    struct dirent *entry;
    unsigned found = 0;
    while (dir != NULL && (entry = readdir(dir)) != NULL)
        found += entry->d_name[0] != '.';
    say(dir != NULL && found == 0 ? "nothing is there\n" : "something is there\n");
    say(access("/usr/include/../include/stdio.h", F_OK) == 0 ? "and seen\n" : "and not seen\n");
    said("umount", umount2("/usr/include", MNT_DETACH));
}

/* Takes turns at the name that somebody is to look at. */
static void swaps_files(void)
{
    for (int i = 0;; i++) {
        unlink("got");
        if (i % 4 == 0)
            symlink("/etc/passwd", "got");
        else if (i % 4 == 1)
            mkfifo("got", 0644);
        else if (i % 4 == 2)
            symlink("/proc/self/fd/0", "got");
        else
            mkdir("got", 0755), rmdir("got");
    }
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {
        {"heap", take_heap},
        {"heap_threads", heap_threads},
        {"heap_children", heap_children},
        {"shared_children", shared_children},
        {"shared_dropped", shared_dropped},
        {"shared_zero", shared_zero},
        {"memfds", memfds},
        {"system_v_shared", system_v_shared},
        {"semaphores", semaphores},
        {"page_tables", page_tables},
        {"unix_buffers", unix_buffers},
        {"tcp_buffers", tcp_buffers},
        {"udp_buffers", udp_buffers},
        {"fill_work", fill_work},
        {"fill_tmp", fill_tmp},
        {"fill_shm", fill_shm},
        {"fill_quietly", fill_quietly},
        {"fill_mapped", fill_mapped},
        {"empty_files", empty_files},
        {"deep_folders", deep_folders},
        {"writes_to_full", writes_to_full},
        {"vfork_bomb", vfork_bomb},
        {"clone_bomb", clone_bomb},
        {"counts_children", counts_children},
        {"kills_init", kills_init},
        {"system_v", system_v},
        {"thread_bomb", thread_bomb},
        {"runaway", runaway},
        {"spin_on_all", spin_on_all},
        {"flood_from_children", flood_from_children},
        {"holds_output", holds_output},
        {"many_descriptors", many_descriptors},
        {"freezes_all", freezes_all},
        {"no_death_signal", no_death_signal},
        {"own_binary", own_binary},
        {"closes_work", closes_work},
        {"hello", hello},
        {"stay", stay},
        {"rights", rights},
        {"priority", priority},
        {"spin_together", spin_together},
        {"environment", environment},
        {"surfaces", surfaces},
        {"set_user_id", set_user_id},
        {"swaps_files", swaps_files},
        {"hidden_folder", hidden_folder},
    };
    program = argv[0];
    if (strchr(program, '/') == NULL) {
        static char path[PATH_MAX];
        ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
        program = n > 0 ? path : program;
    }
    port = argc > 2 ? atoi(argv[2]) : 0;
    for (size_t i = 0; argc > 1 && i < sizeof modes / sizeof modes[0]; i++) {
        if (strcmp(argv[1], modes[i].name) == 0) {
            modes[i].run();
            return 0;
        }
    }
    return 2;
}
