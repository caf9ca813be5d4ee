/* cli/foreground - another program has the terminal for a while. */
#include "cli/foreground.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/loop.h"
#include "cli/signals.h"

/* A process group that gives the terminal away or takes it back would be stopped by SIGTTOU, did it
 * not block it. */
static void give_terminal(pid_t group)
{
    sigset_t block, old;
    sigemptyset(&block);
    sigaddset(&block, SIGTTOU);
    sigprocmask(SIG_BLOCK, &block, &old);
    tcsetpgrp(STDIN_FILENO, group);
    sigprocmask(SIG_SETMASK, &old, NULL);
}

/* In the child. Does not return. A failure goes through the pipe as errno. */
static void become(const struct foreground *what, bool terminal, pid_t parent, int report)
{
    setpgid(0, 0);
    if (terminal)
        give_terminal(getpid());
    loop_child_signals();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() == parent && (!what->dir || chdir(what->dir) == 0) &&
        (what->input < 0 || dup2(what->input, STDIN_FILENO) >= 0) &&
        (what->output < 0 ||
         (dup2(what->output, STDOUT_FILENO) >= 0 && dup2(what->output, STDERR_FILENO) >= 0))) {
        if (what->path)
            execv(what->path, what->argv);
        else
            execvp(what->argv[0], what->argv);
    }
    int number = errno;
    if (write(report, &number, sizeof number) < 0)
        _exit(126);
    _exit(127);
}

/* Both are suspended: we as the shell's job, it by the same Ctrl-Z. Returns when the shell has
 * continued us. In an orphaned process group, where no shell could, the kernel ignores our SIGTSTP
 * and it goes on at once. */
static void suspend_with(pid_t child, bool terminal, const struct termios *ours)
{
    struct termios its;
    bool saved = terminal && tcgetattr(STDIN_FILENO, &its) == 0;
    if (terminal) {
        give_terminal(getpgrp());
        tcsetattr(STDIN_FILENO, TCSADRAIN, ours);
    }
    raise(SIGTSTP);
    /* First its state, then the terminal: who does not have it must not touch it. */
    if (saved)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &its);
    if (terminal)
        give_terminal(child);
    kill(-child, SIGCONT);
}

static int wait_for(pid_t child, bool terminal, const struct termios *ours)
{
    int status = 0;
    for (;;) {
        pid_t pid = waitpid(child, &status, WUNTRACED);
        if (pid < 0 && errno == EINTR)
            continue;
        if (pid < 0 || !WIFSTOPPED(status))
            return status;
        suspend_with(child, terminal, ours);
    }
}

int foreground_run(const struct foreground *what, int *status, struct error *err)
{
    int report[2], failed = 0;
    struct termios ours;
    bool terminal = isatty(STDIN_FILENO) == 1 && tcgetpgrp(STDIN_FILENO) == getpgrp() &&
                    tcgetattr(STDIN_FILENO, &ours) == 0;
    fflush(NULL);
    if (pipe2(report, O_CLOEXEC) < 0)
        return error_errno(err, "%s cannot be started", what->argv[0]);
    pid_t parent = getpid(), child = fork();
    if (child == 0)
        become(what, terminal, parent, report[1]);
    close(report[1]);
    if (child < 0) {
        close(report[0]);
        return error_errno(err, "%s cannot be started", what->argv[0]);
    }
    setpgid(child, child);
    if (terminal)
        give_terminal(child);
    ssize_t n;
    do
        n = read(report[0], &failed, sizeof failed);
    while (n < 0 && errno == EINTR);
    close(report[0]);
    signals_forward(child);
    *status = wait_for(child, terminal, &ours);
    signals_forward(0);
    if (terminal) {
        give_terminal(getpgrp());
        tcsetattr(STDIN_FILENO, TCSADRAIN, &ours);
    }
    if (n != (ssize_t)sizeof failed)
        return 0;
    errno = failed;
    return error_errno(err, "%s cannot be started", what->argv[0]);
}

static const char *signal_meaning(int number)
{
    switch (number) {
    case SIGINT:
        return "Ctrl-C";
    case SIGQUIT:
        return "Ctrl-\\";
    case SIGSEGV:
    case SIGBUS:
        return "it used memory that is not its own";
    case SIGFPE:
        return "a division by zero or the like";
    case SIGILL:
        return "it ran into bytes that are no instruction";
    case SIGABRT:
        return "it gave up by itself: abort(), an assertion, or the C library found its memory "
               "damaged";
    case SIGPIPE:
        return "it wrote to a connection that the other side had closed";
    default:
        return NULL;
    }
}

void foreground_tell(int status, struct strbuf *out)
{
    if (!WIFSIGNALED(status)) {
        strbuf_printf(out, "ended with exit status %d", WEXITSTATUS(status));
        return;
    }
    int number = WTERMSIG(status);
    bool crash = number == SIGSEGV || number == SIGBUS || number == SIGFPE || number == SIGILL ||
                 number == SIGABRT;
    const char *meaning = signal_meaning(number), *name = sigabbrev_np(number);
    strbuf_puts(out, crash ? "crashed: " : "was ended by ");
    if (name)
        strbuf_printf(out, "SIG%s", name);
    else
        strbuf_printf(out, "signal %d", number);
    if (meaning)
        strbuf_printf(out, " (%s)", meaning);
}
