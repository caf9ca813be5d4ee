/* cli/signals - flags that signal handlers set. */
#include "cli/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct signals signals;
static volatile pid_t forward_to;

static void on_signal(int number)
{
    int saved = errno;
    switch (number) {
    case SIGWINCH:
        signals.resized = 1;
        break;
    case SIGTSTP:
        signals.suspended = 1;
        break;
    case SIGTERM:
    case SIGHUP:
        signals.terminated = number;
        if (forward_to > 0)
            kill(-forward_to, number);
        signals.interrupted = 1;
        break;
    default:
        signals.interrupted = 1;
    }
    errno = saved;
}

void signals_catch(void)
{
    static const int caught[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof caught / sizeof caught[0]; i++) {
        struct sigaction old;
        /* nohup and background jobs of a shell without job control start with these ignored. */
        if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN)
            continue;
        sigaction(caught[i], &action, NULL);
    }
}

void signals_forward(pid_t group)
{
    forward_to = group;
}

void signals_die(int number)
{
    sigset_t set;
    signal(number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    raise(number);
    _exit(128 + number);
}
