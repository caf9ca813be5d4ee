/* catalog/names: see names.h. One list a kind makes the names and the numbers. */
#include "catalog/names.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>

#define SIGNALS(X) \
    X(SIGTERM)     \
    X(SIGINT)      \
    X(SIGHUP)      \
    X(SIGQUIT)     \
    X(SIGKILL)     \
    X(SIGPIPE)     \
    X(SIGALRM)     \
    X(SIGCHLD)     \
    X(SIGUSR1)     \
    X(SIGUSR2)     \
    X(SIGSTOP)     \
    X(SIGTSTP)     \
    X(SIGCONT)     \
    X(SIGURG)      \
    X(SIGIO)       \
    X(SIGSEGV)     \
    X(SIGBUS)      \
    X(SIGFPE)      \
    X(SIGILL)      \
    X(SIGABRT)     \
    X(SIGXCPU)     \
    X(SIGXFSZ)     \
    X(SIGSYS)

#define ERRORS(X)      \
    X(EACCES)          \
    X(EADDRINUSE)      \
    X(EADDRNOTAVAIL)   \
    X(EAFNOSUPPORT)    \
    X(EAGAIN)          \
    X(EALREADY)        \
    X(EBADF)           \
    X(ECONNABORTED)    \
    X(ECONNREFUSED)    \
    X(ECONNRESET)      \
    X(EDESTADDRREQ)    \
    X(EEXIST)          \
    X(EFAULT)          \
    X(EFBIG)           \
    X(EHOSTUNREACH)    \
    X(EINPROGRESS)     \
    X(EINTR)           \
    X(EINVAL)          \
    X(EIO)             \
    X(EISCONN)         \
    X(ELOOP)           \
    X(EMFILE)          \
    X(EMSGSIZE)        \
    X(ENAMETOOLONG)    \
    X(ENETDOWN)        \
    X(ENETUNREACH)     \
    X(ENFILE)          \
    X(ENOBUFS)         \
    X(ENOENT)          \
    X(ENOMEM)          \
    X(ENOPROTOOPT)     \
    X(ENOSPC)          \
    X(ENOTCONN)        \
    X(ENOTSOCK)        \
    X(EOPNOTSUPP)      \
    X(EPERM)           \
    X(EPIPE)           \
    X(EPROTO)          \
    X(EPROTONOSUPPORT) \
    X(EPROTOTYPE)      \
    X(ETIMEDOUT)       \
    X(EWOULDBLOCK)

#define NAME(name) #name,
#define NUMBER(name) name,

const char *const signal_names[] = {SIGNALS(NAME) NULL};
const char *const errno_names[] = {ERRORS(NAME) NULL};
static const int signal_numbers[] = {SIGNALS(NUMBER) 0};
static const int errno_numbers[] = {ERRORS(NUMBER) 0};

static int look_up(const char *name, const char *const *names, const int *numbers)
{
    unsigned i = 0;
    while (names[i] != NULL && strcmp(names[i], name) != 0)
        i++;
    return numbers[i];
}

int signal_number(const char *name)
{
    return look_up(name, signal_names, signal_numbers);
}

int errno_number(const char *name)
{
    return look_up(name, errno_names, errno_numbers);
}
