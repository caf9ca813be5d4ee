/* trace/syscalls: see syscalls.h. Calls that a machine does not have (aarch64 has no accept-less
 * poll(2), fork(2), …) are left out of its table. */
#include "trace/syscalls.h"

#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>

#define CALL(name) SYS_##name, #name

/* clang-format off */
static const struct call_spec table[] = {
    {CALL(socket), BLOCKS_NEVER, -1, {{ARG_DOMAIN, "domain"}, {ARG_SOCKTYPE, "type"}, {ARG_INT, "protocol"}}},
    {CALL(socketpair), BLOCKS_NEVER, -1, {{ARG_DOMAIN, "domain"}, {ARG_SOCKTYPE, "type"}, {ARG_INT, "protocol"}, {ARG_FD_PAIR, "fds"}}},
    {CALL(bind), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_ADDR, "addr"}, {ARG_ADDRLEN, "addrlen"}}},
    {CALL(connect), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_ADDR, "addr"}, {ARG_ADDRLEN, "addrlen"}}},
    {CALL(listen), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_INT, "backlog"}}},
    {CALL(accept), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_ADDR_OUT, "addr"}, {ARG_ADDRLEN_IO, "addrlen"}}},
    {CALL(accept4), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_ADDR_OUT, "addr"}, {ARG_ADDRLEN_IO, "addrlen"}, {ARG_SOCKTYPE, "flags"}}},
    {CALL(recvfrom), BLOCKS_PEER, 2, {{ARG_FD, "fd"}, {ARG_DATA_OUT, "data"}, {ARG_LONG, "len"}, {ARG_MSG_FLAGS, "flags"}, {ARG_ADDR_OUT, "addr"}, {ARG_ADDRLEN_IO, "addrlen"}}},
    {CALL(sendto), BLOCKS_PEER, 2, {{ARG_FD, "fd"}, {ARG_DATA, "data"}, {ARG_LONG, "len"}, {ARG_MSG_FLAGS, "flags"}, {ARG_ADDR, "addr"}, {ARG_ADDRLEN, "addrlen"}}},
    {CALL(recvmsg), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_MSG_OUT, "msg"}, {ARG_MSG_FLAGS, "flags"}}},
    {CALL(sendmsg), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_MSG, "msg"}, {ARG_MSG_FLAGS, "flags"}}},
    {CALL(recvmmsg), BLOCKS_TIMED, -1, {{ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_MSG_FLAGS, "flags"}, {ARG_TIMESPEC, "timeout"}}},
    {CALL(sendmmsg), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_MSG_FLAGS, "flags"}}},
    {CALL(read), BLOCKS_PEER, 2, {{ARG_FD, "fd"}, {ARG_DATA_OUT, "data"}, {ARG_LONG, "len"}}},
    {CALL(write), BLOCKS_PEER, 2, {{ARG_FD, "fd"}, {ARG_DATA, "data"}, {ARG_LONG, "len"}}},
    {CALL(pread64), BLOCKS_NEVER, 2, {{ARG_FD, "fd"}, {ARG_DATA_OUT, "data"}, {ARG_LONG, "len"}, {ARG_LONG, "offset"}}},
    {CALL(pwrite64), BLOCKS_NEVER, 2, {{ARG_FD, "fd"}, {ARG_DATA, "data"}, {ARG_LONG, "len"}, {ARG_LONG, "offset"}}},
    {CALL(readv), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_IOV_OUT, "data"}, {ARG_INT, "iovcnt"}}},
    {CALL(writev), BLOCKS_PEER, -1, {{ARG_FD, "fd"}, {ARG_IOV, "data"}, {ARG_INT, "iovcnt"}}},
    {CALL(sendfile), BLOCKS_PEER, 3, {{ARG_FD, "fd"}, {ARG_FD, "in"}, {ARG_SKIP, NULL}, {ARG_LONG, "len"}}},
    {CALL(splice), BLOCKS_PEER, 4, {{ARG_FD, "in"}, {ARG_SKIP, NULL}, {ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_LONG, "len"}}},
    {CALL(getsockname), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_ADDR_OUT, "addr"}, {ARG_ADDRLEN_IO, "addrlen"}}},
    {CALL(getpeername), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_ADDR_OUT, "addr"}, {ARG_ADDRLEN_IO, "addrlen"}}},
    {CALL(setsockopt), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_LEVEL, "level"}, {ARG_OPTION, "option"}, {ARG_OPTVAL, "value"}, {ARG_INT, "len"}}},
    {CALL(getsockopt), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_LEVEL, "level"}, {ARG_OPTION, "option"}, {ARG_OPTVAL_OUT, "value"}}},
    {CALL(shutdown), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_SHUT_HOW, "how"}}},
    {CALL(close), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}}},
    {CALL(dup), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}}},
    {CALL(dup3), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_INT, "to"}}},
    {CALL(fcntl), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_FCNTL, "command"}, {ARG_LONG, "value"}}},
    {CALL(ppoll), BLOCKS_TIMED, -1, {{ARG_POLLFDS, "fds"}, {ARG_INT, "nfds"}, {ARG_TIMESPEC, "timeout"}}},
    {CALL(pselect6), BLOCKS_TIMED, -1, {{ARG_INT, "nfds"}, {ARG_FDSETS, "fds"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMESPEC, "timeout"}}},
    {CALL(epoll_pwait), BLOCKS_TIMED, -1, {{ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMEOUT, "timeout"}}},
    {CALL(epoll_ctl), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_EPOLL_OP, "op"}, {ARG_INT, "target"}, {ARG_EPOLL_EVENT, "events"}}},
    {CALL(epoll_create1), BLOCKS_NEVER, -1, {{ARG_INT, "flags"}}},
    {CALL(eventfd2), BLOCKS_NEVER, -1, {{ARG_INT, "value"}, {ARG_INT, "flags"}}},
    {CALL(signalfd4), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}}},
    {CALL(pipe2), BLOCKS_NEVER, -1, {{ARG_FD_PAIR, "fds"}, {ARG_INT, "flags"}}},
    {CALL(openat), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_OPEN_PATH, "path"}, {ARG_OPEN_FLAGS, "flags"}}},
    {CALL(unlinkat), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_PATH, "path"}, {ARG_INT, "flags"}}},
    {CALL(renameat2), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_PATH, "path"}, {ARG_INT, "to_dir"}, {ARG_PATH, "to"}, {ARG_INT, "flags"}}},
    {CALL(linkat), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_PATH, "path"}, {ARG_INT, "to_dir"}, {ARG_PATH, "to"}, {ARG_INT, "flags"}}},
    {CALL(symlinkat), BLOCKS_NEVER, -1, {{ARG_PATH, "to"}, {ARG_INT, "dir"}, {ARG_PATH, "path"}}},
    {CALL(mkdirat), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_PATH, "path"}}},
    {CALL(truncate), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}, {ARG_LONG, "len"}}},
    {CALL(chdir), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}}},
    {CALL(clone), BLOCKS_NEVER, -1, {{ARG_CLONE_FLAGS, "flags"}}},
    {CALL(execve), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}}},
    {CALL(wait4), BLOCKS_CHILD, -1, {{ARG_INT, "pid"}, {ARG_SKIP, NULL}, {ARG_INT, "options"}}},
    {CALL(waitid), BLOCKS_CHILD, -1, {{ARG_SKIP, NULL}, {ARG_INT, "pid"}}},
    {CALL(nanosleep), BLOCKS_NAP, -1, {{ARG_NAP, "ns"}}},
    {CALL(clock_nanosleep), BLOCKS_NAP, -1, {{ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_NAP, "ns"}}},
    {CALL(setitimer), BLOCKS_NEVER, -1, {{ARG_INT, "which"}}},
    {CALL(timer_settime), BLOCKS_NEVER, -1, {{ARG_INT, "timer"}}},
    {CALL(timerfd_settime), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}}},
    {CALL(kill), BLOCKS_NEVER, -1, {{ARG_INT, "pid"}, {ARG_SIGNAL, "signal"}}},
    {CALL(tgkill), BLOCKS_NEVER, -1, {{ARG_INT, "pid"}, {ARG_SKIP, NULL}, {ARG_SIGNAL, "signal"}}},
    {CALL(rt_sigsuspend), BLOCKS_PEER, -1, {{ARG_SKIP, NULL}}},
    {CALL(rt_sigtimedwait), BLOCKS_TIMED, -1, {{ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMESPEC, "timeout"}}},
#ifdef SYS_openat2
    {CALL(openat2), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_OPEN_PATH, "path"}, {ARG_OPEN_HOW, "flags"}}},
#endif
#ifdef SYS_renameat
    {CALL(renameat), BLOCKS_NEVER, -1, {{ARG_INT, "dir"}, {ARG_PATH, "path"}, {ARG_INT, "to_dir"}, {ARG_PATH, "to"}}},
#endif
#ifdef SYS_epoll_pwait2
    {CALL(epoll_pwait2), BLOCKS_TIMED, -1, {{ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMESPEC, "timeout"}}},
#endif
#ifdef SYS_close_range
    {CALL(close_range), BLOCKS_NEVER, -1, {{ARG_INT, "fd"}, {ARG_INT, "to"}}},
#endif
#ifdef SYS_poll
    {CALL(poll), BLOCKS_TIMED, -1, {{ARG_POLLFDS, "fds"}, {ARG_INT, "nfds"}, {ARG_TIMEOUT, "timeout"}}},
    {CALL(select), BLOCKS_TIMED, -1, {{ARG_INT, "nfds"}, {ARG_FDSETS, "fds"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMEVAL, "timeout"}}},
    {CALL(epoll_wait), BLOCKS_TIMED, -1, {{ARG_FD, "fd"}, {ARG_SKIP, NULL}, {ARG_SKIP, NULL}, {ARG_TIMEOUT, "timeout"}}},
    {CALL(epoll_create), BLOCKS_NEVER, -1, {{ARG_SKIP, NULL}}},
    {CALL(pipe), BLOCKS_NEVER, -1, {{ARG_FD_PAIR, "fds"}}},
    {CALL(dup2), BLOCKS_NEVER, -1, {{ARG_FD, "fd"}, {ARG_INT, "to"}}},
    {CALL(open), BLOCKS_NEVER, -1, {{ARG_OPEN_PATH, "path"}, {ARG_OPEN_FLAGS, "flags"}}},
    {CALL(creat), BLOCKS_NEVER, -1, {{ARG_OPEN_PATH, "path"}}},
    {CALL(unlink), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}}},
    {CALL(rmdir), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}}},
    {CALL(mkdir), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}}},
    {CALL(rename), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}, {ARG_PATH, "to"}}},
    {CALL(link), BLOCKS_NEVER, -1, {{ARG_PATH, "path"}, {ARG_PATH, "to"}}},
    {CALL(symlink), BLOCKS_NEVER, -1, {{ARG_PATH, "to"}, {ARG_PATH, "path"}}},
    {CALL(fork), BLOCKS_NEVER, -1, {{ARG_END, NULL}}},
    {CALL(vfork), BLOCKS_NEVER, -1, {{ARG_END, NULL}}},
    {CALL(alarm), BLOCKS_NEVER, -1, {{ARG_INT, "seconds"}}},
    {CALL(pause), BLOCKS_PEER, -1, {{ARG_END, NULL}}},
#endif
};
/* clang-format on */

enum { NUMBERS = 512 };

const struct call_spec *syscalls_at(unsigned i)
{
    return i < sizeof table / sizeof table[0] ? &table[i] : NULL;
}

const struct call_spec *syscalls_find(long number)
{
    static const struct call_spec *by_number[NUMBERS];
    static bool filled;
    if (!filled) {
        for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++)
            by_number[table[i].number] = &table[i];
        filled = true;
    }
    return number >= 0 && number < NUMBERS ? by_number[number] : NULL;
}

bool syscalls_covers(const char *name, const char *call)
{
    static const struct {
        const char *name, *calls;
    } families[] = {
        {"recv", " recvfrom recvmsg recvmmsg read readv splice "},
        {"send", " sendto sendmsg sendmmsg write writev sendfile splice "},
        {"accept", " accept4 "},
        {"poll", " ppoll select pselect6 epoll_wait epoll_pwait "},
        {"select", " pselect6 poll ppoll epoll_wait epoll_pwait "},
        {"epoll_wait", " epoll_pwait epoll_pwait2 "},
        {"recvfrom", " recvmsg "},
        {"sendto", " sendmsg "},
        {"read", " readv "},
        {"write", " writev "},
        {"open", " openat openat2 creat "},
        {"openat", " openat2 "},
        {"unlink", " unlinkat "},
        {"rmdir", " unlinkat "},
        {"rename", " renameat renameat2 "},
        {"mkdir", " mkdirat "},
        {"link", " linkat "},
        {"symlink", " symlinkat "},
        {"fork", " clone clone3 vfork "},
        {"dup", " dup2 dup3 "},
        {"pipe", " pipe2 "},
        {"wait", " wait4 waitid "},
        {"sleep", " nanosleep clock_nanosleep "},
    };
    if (strcmp(name, call) == 0)
        return true;
    size_t len = strlen(call);
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++) {
        if (strcmp(families[i].name, name) != 0)
            continue;
        for (const char *at = families[i].calls; (at = strstr(at, call)) != NULL; at += len)
            if (at[-1] == ' ' && at[len] == ' ')
                return true;
    }
    return false;
}
