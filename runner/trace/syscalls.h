/*
 * trace/syscalls - the system calls that are traced, as one table: which they are, how their
 * arguments are decoded, whether they can block. The filter, the decoder, the fault rules and the
 * stall detection read it.
 *
 * The names of arguments in a recording, by call (an argument absent from the call is absent
 * there):
 *
 *   socket         domain type protocol
 *   bind connect   fd addr family ip port addrlen
 *   listen         fd backlog
 *   accept accept4 fd addr family ip port addrlen_in addrlen_out flags     (the peer's address)
 *   recvfrom       fd data len flags addr family ip port addrlen_in addrlen_out
 *   sendto         fd data len flags addr family ip port addrlen
 *   recvmsg sendmsg  fd data len flags addr family ip port
 *   read write readv writev pread64 pwrite64   fd data len
 *   sendfile splice  out in len
 *   getsockname getpeername   fd addr family ip port addrlen_in addrlen_out
 *   setsockopt getsockopt     fd level option value len
 *   shutdown       fd how
 *   close dup      fd
 *   dup2 dup3      fd to
 *   fcntl ioctl    fd command value
 *   poll ppoll     fds nfds timeout      select pselect6   nfds fds timeout
 *   epoll_wait epoll_pwait   fd timeout    epoll_ctl   fd op target events
 *   epoll_create1 pipe2 eventfd2 …   flags; pipe2: fds
 *   open creat     path flags opened
 *   openat         dir path flags opened
 *   openat2        dir path flags resolve opened
 *   unlink rmdir mkdir chdir   path      truncate   path len      unlinkat mkdirat   dir path flags
 *   rename link symlink   path to        renameat renameat2 linkat symlinkat   dir path to_dir to
 *   fork vfork clone   flags      wait4 waitid   pid
 *   execve         path
 *   nanosleep clock_nanosleep   ns       alarm   seconds
 *   kill tgkill    pid signal
 *
 * "opened" is the file that was opened in the end, all links followed: a path below the
 * programs' folder, or, when it lies elsewhere, an absolute one. Of symlink(2), "path" is the link
 * that is made, and "to" where it leads. dir is a descriptor, or AT_FDCWD (-100). Times are in
 * milliseconds (timeout; -1: none) or nanoseconds (ns). addrlen_in is absent when the program asked
 * for no address. "value" of a socket option is its number, for a timeout its milliseconds.
 */
#ifndef SOCKLINGS_TRACE_SYSCALLS_H
#define SOCKLINGS_TRACE_SYSCALLS_H

#include <stdbool.h>

enum arg_type {
    ARG_END,
    ARG_FD,
    ARG_INT,  /* 32 bits, signed */
    ARG_LONG, /* 64 bits */
    ARG_DOMAIN,
    ARG_SOCKTYPE,
    ARG_ADDR, /* sockaddr that goes in; its length is the next argument */
    ARG_ADDRLEN,
    ARG_ADDR_OUT, /* sockaddr that comes out; the pointer to its length is the next argument */
    ARG_ADDRLEN_IO,
    ARG_DATA,     /* bytes that go in; their count is the next argument */
    ARG_DATA_OUT, /* bytes that come out; their count is the result */
    ARG_MSG,      /* struct msghdr that goes in / comes out */
    ARG_MSG_OUT,
    ARG_IOV, /* struct iovec array that goes in / comes out; count is the next argument */
    ARG_IOV_OUT,
    ARG_MSG_FLAGS,
    ARG_SHUT_HOW,
    ARG_LEVEL,
    ARG_OPTION, /* after the level */
    ARG_OPTVAL, /* in; its length is the next argument */
    ARG_OPTVAL_OUT,
    ARG_POLLFDS,  /* count is the next argument */
    ARG_FDSETS,   /* three sets, for select: read, write, except; nfds stands before */
    ARG_TIMEOUT,  /* milliseconds */
    ARG_TIMESPEC, /* as a timeout; NULL: none */
    ARG_TIMEVAL,
    ARG_NAP, /* timespec, as "ns" */
    ARG_PATH,
    ARG_OPEN_PATH, /* the result is a descriptor of what it leads to */
    ARG_OPEN_FLAGS,
    ARG_OPEN_HOW, /* struct open_how */
    ARG_SIGNAL,
    ARG_EPOLL_OP,
    ARG_EPOLL_EVENT,
    ARG_FCNTL,
    ARG_CLONE_FLAGS,
    ARG_FD_PAIR, /* int[2] that comes out */
    ARG_SKIP,
};

enum call_blocks {
    BLOCKS_NEVER,
    BLOCKS_PEER,  /* until the other side, or the learner at the terminal, does something */
    BLOCKS_TIMED, /* the same, or until its "timeout" argument runs out */
    BLOCKS_NAP,   /* until time has passed */
    BLOCKS_CHILD, /* until a child ends */
};

struct call_spec {
    long number;
    const char *name;
    enum call_blocks blocks;
    int length_arg; /* which argument a fault rule may shorten; -1: none */
    struct {
        enum arg_type type;
        const char *name;
    } args[6];
};

/* The call of that number, or NULL if it is not traced. */
const struct call_spec *syscalls_find(long number);
/* The i-th of the table; NULL after the last. */
const struct call_spec *syscalls_at(unsigned i);

/* Whether `name`, as a learner or a lab writes it, covers the call: "recv" covers recvfrom,
 * "read" only read, "accept" accept4 as well. */
bool syscalls_covers(const char *name, const char *call);

#endif
