/*
 * What a command and all that it starts have cost: `measured REPORT COMMAND [ARGS]`.
 *
 * When the command and its descendants have ended, the file REPORT holds a line: seconds from its
 * start to its end, CPU seconds of all of them, the most memory that one of them had (KiB), and its
 * exit status. SIGTERM and SIGINT kill all of them first.
 *
 * A server that ignores SIGCHLD never learns what its children have used. So they are traced, which
 * costs them nothing but a stop at each fork(): the tracer is told of every end before the parent,
 * and with the usage. (A child that its parent does wait for would be counted twice. No contender
 * has one.)
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t command;

static void end_all(int signal_number)
{
    (void)signal_number;
    kill(-command, SIGKILL);
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

static void fail(const char *what)
{
    perror(what);
    if (command > 0)
        kill(command, SIGKILL);
    exit(127);
}

/* The command stands in front of its exec() until we have hold of it. */
static void start(char **argv)
{
    int gate[2];
    char go = 1;

    if (pipe(gate) != 0)
        fail("pipe");
    command = fork();
    if (command < 0)
        fail("fork");
    if (command == 0) {
        setpgid(0, 0);
        close(gate[1]);
        if (read(gate[0], &go, 1) != 1)
            _exit(127);
        close(gate[0]);
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    setpgid(command, command);
    signal(SIGTERM, end_all);
    signal(SIGINT, end_all);
    if (ptrace(PTRACE_SEIZE, command, 0,
               PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_EXITKILL) != 0)
        fail("ptrace");
    if (write(gate[1], &go, 1) != 1)
        fail("write");
    close(gate[0]);
    close(gate[1]);
}

/* Lets a process that has stopped go on; with its signal, if one was on its way to it. */
static void go_on(pid_t pid, int status)
{
    int event = status >> 16, number = WSTOPSIG(status);
    ptrace(PTRACE_CONT, pid, 0, (void *)(long)(event == 0 ? number : 0));
}

int main(int argc, char **argv)
{
    double began, ended = 0, cpu = 0;
    long peak = 0;
    int status, result = 127;
    struct rusage used;
    pid_t pid;

    if (argc < 3)
        return 2;
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    began = now();
    start(argv + 2);
    while ((pid = wait4(-1, &status, __WALL, &used)) > 0 || errno == EINTR) {
        if (pid < 0)
            continue;
        if (WIFSTOPPED(status)) {
            go_on(pid, status);
            continue;
        }
        cpu += seconds(&used.ru_utime) + seconds(&used.ru_stime);
        if (used.ru_maxrss > peak)
            peak = used.ru_maxrss;
        if (pid == command) {
            ended = now();
            result = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        }
    }
    FILE *report = fopen(argv[1], "w");
    if (report == NULL)
        fail(argv[1]);
    fprintf(report, "%.6f %.6f %ld %d\n", ended - began, cpu, peak, result);
    return fclose(report) == 0 ? 0 : 1;
}
