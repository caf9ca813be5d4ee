/*
 * trace/filter: see filter.h.
 *
 * What is traced and what is refused are two filters, which the kernel asks both: of two answers it
 * takes the stricter, and of two that are the same, that of the later filter (seccomp(2)). So no
 * rule has to know of another.
 */
#include "trace/filter.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "trace/syscalls.h"

/* What a socket program never needs and an attack may: namespaces, mounts, other processes'
 * memory, kernel surfaces with a history. By name, since not every kernel header has all. */
static const char *const refused[] = {
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "open_tree_attr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "unshare",
    "setns",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "process_mrelease",
    "pidfd_getfd",
    "kcmp",
    "move_pages",
    "migrate_pages",
    "keyctl",
    "add_key",
    "request_key",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "io_setup", /* reads and writes that no tracer sees, of sockets too */
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "open_by_handle_at",
    "name_to_handle_at",
    "swapon",
    "swapoff",
    "reboot",
    "acct",
    "quotactl",
    "quotactl_fd",
    "fanotify_init",
    "lookup_dcookie",
    "seccomp", /* a filter of its own could hide calls from ours */
    "personality",
    "vmsplice",     /* pages of a process in a pipe, where they are in no process any more */
    "memfd_secret", /* memory that nobody can look at */
    "syslog",
    "iopl",
    "ioperm",
    "modify_ldt",
    "uselib",
    "vhangup",
    "settimeofday",
    "clock_settime",
    "clock_adjtime",
    "adjtimex",
    "sethostname",
    "setdomainname",
    "nfsservctl",
};

/* Where there is no IPC namespace: what would stay behind when the program has gone. */
static const char *const refused_shared[] = {"shmget", "semget", "msgget", "mq_open"};

/* All others are large surfaces of the kernel, most of them modules, and no lab is about them. They
 * fail as they do where the kernel lacks them; the call is seen, since a beginner may have mixed up
 * the arguments. FAMILIES and beyond the kernel itself does not know. */
enum { FAMILIES = 64 };
static const unsigned families[] = {AF_UNSPEC, AF_UNIX, AF_INET, AF_INET6, AF_NETLINK, AF_PACKET};

/* The same of transports: DCCP, L2TP, SCTP, SMC and MPTCP, whose buffers no list of sockets tells.
 */
static const unsigned refused_transports[] = {33, 115, 132, 256, 262};

/* Of the Internet's families these are SCTP and DCCP as well when no transport is named. */
static const unsigned refused_types[] = {SOCK_SEQPACKET, SOCK_DCCP};

/* An argument that the kernel takes for an int: what stands in its upper half does not matter, and
 * must not matter here. (SCMP_A0_32 and the like ask for zeros there.) */
#define INT_IS(arg, value) SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, 0xffffffffUL, (uint32_t)(value))
#define BIT_IS_SET(arg, bit) SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, 1UL << (bit), 1UL << (bit))

/* Of the type of a socket; flags stand above it (socket(2)). */
#define TYPE_IS(arg, value) SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, 0xfUL, (value))

static bool is_family(unsigned family)
{
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (families[i] == family)
            return true;
    return false;
}

/* Of the Internet's two families. */
static int add_transports(scmp_filter_ctx ctx, int call, unsigned family)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof refused_transports / sizeof refused_transports[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(EPROTONOSUPPORT), call, 2, INT_IS(0, family),
                              INT_IS(2, refused_transports[i]));
    for (size_t i = 0; rc == 0 && i < sizeof refused_types / sizeof refused_types[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(ESOCKTNOSUPPORT), call, 2, INT_IS(0, family),
                              TYPE_IS(1, refused_types[i]));
    return rc;
}

/* The tracer lets the call fail with the error that the filter tells it (call.c). */
static int add_sockets(scmp_filter_ctx ctx)
{
    const int calls[] = {SCMP_SYS(socket), SCMP_SYS(socketpair)};
    int rc = 0;
    for (size_t c = 0; rc == 0 && c < sizeof calls / sizeof calls[0]; c++) {
        for (unsigned family = 0; rc == 0 && family < FAMILIES; family++)
            if (!is_family(family))
                rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(EAFNOSUPPORT), calls[c], 1,
                                      INT_IS(0, family));
        if (rc == 0)
            rc = add_transports(ctx, calls[c], AF_INET);
        if (rc == 0)
            rc = add_transports(ctx, calls[c], AF_INET6);
    }
    return rc;
}

/* What types into a terminal or selects from it as if somebody had done so, and line disciplines,
 * which are loaded from the host. */
static int add_terminal(scmp_filter_ctx ctx)
{
    static const unsigned refused_requests[] = {TIOCSTI, TIOCLINUX, TIOCSETD, TIOCCONS};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof refused_requests / sizeof refused_requests[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
                              INT_IS(1, refused_requests[i]));
    return rc;
}

static int add_names(scmp_filter_ctx ctx, uint32_t action, const char *const *names, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number != __NR_SCMP_ERROR)
            rc = seccomp_rule_add(ctx, action, number, 0);
    }
    return rc;
}

/* New namespaces, and children that the tracer would not see. */
static int add_clone(scmp_filter_ctx ctx)
{
    const unsigned long refused_bits = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
                                       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
                                       CLONE_UNTRACED | CLONE_PTRACE;
    int rc = 0;
    for (unsigned long bit = 1; rc == 0 && bit != 0; bit <<= 1)
        if ((refused_bits & bit) != 0)
            rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
    return rc;
}

/* Calls in whose place the C library takes an older one: the flags of clone3 lie in memory, out of
 * the filter's sight; of execveat nobody knows by its arguments what it will execute; and the
 * others are readv and writev, which are traced, in another guise. */
static int add_missing(scmp_filter_ctx ctx)
{
    static const char *const names[] = {"clone3", "execveat", "preadv2", "pwritev2"};
    return add_names(ctx, SCMP_ACT_ERRNO(ENOSYS), names, sizeof names / sizeof names[0]);
}

/* Limits of others: init is of the same user, and a sandbox without descriptors is one that fails.
 * The C library asks for its own by 0. */
static int add_limits(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (unsigned bit = 0; rc == 0 && bit < 32; bit++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1,
                              BIT_IS_SET(0, bit));
    return rc;
}

static int add_traced(scmp_filter_ctx ctx)
{
    /* The exit of the first tells whether an interrupted call is restarted or has failed with
     * EINTR; the last is memory that no process need show, as are shared mappings
     * (tracer_hidden). */
    const int more[] = {SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(memfd_create)};
    const struct call_spec *spec;
    int rc = 0;
    for (unsigned i = 0; rc == 0 && (spec = syscalls_at(i)) != NULL; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), (int)spec->number, 0);
    for (size_t i = 0; rc == 0 && i < sizeof more / sizeof more[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), more[i], 0);
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(mmap), 1,
                              SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, MAP_SHARED));
    return rc;
}

/* Rings of packet sockets are as large as their program says, and in no process until it maps them.
 * The user's own programs may be tcpdump(8), which has no other way. */
static int add_rings(scmp_filter_ctx ctx)
{
    static const unsigned rings[] = {PACKET_RX_RING, PACKET_TX_RING};
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < sizeof rings / sizeof rings[0]; i++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(EPERM), SCMP_SYS(setsockopt), 2,
                              INT_IS(1, SOL_PACKET), INT_IS(2, rings[i]));
    return rc;
}

static int add_all_refused(scmp_filter_ctx ctx, bool shared, bool own)
{
    const uint32_t no = SCMP_ACT_ERRNO(EPERM);
    int rc = add_names(ctx, no, refused, sizeof refused / sizeof refused[0]);
    if (rc == 0 && shared)
        rc = add_names(ctx, no, refused_shared, sizeof refused_shared / sizeof refused_shared[0]);
    if (rc == 0)
        rc = add_missing(ctx);
    /* To all processes only where there is a PID namespace around them. */
    if (rc == 0 && shared)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1, INT_IS(0, -1));
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
                              INT_IS(0, PR_SET_SECCOMP));
    if (rc == 0)
        rc = add_clone(ctx);
    if (rc == 0)
        rc = add_sockets(ctx);
    if (rc == 0 && !own)
        rc = add_rings(ctx);
    if (rc == 0)
        rc = add_terminal(ctx);
    if (rc == 0)
        rc = add_limits(ctx);
    return rc;
}

static int export(scmp_filter_ctx ctx, struct sock_fprog *out)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    int rc = seccomp_export_bpf(ctx, fd);
    off_t size = lseek(fd, 0, SEEK_END);
    if (rc == 0 && size > 0) {
        out->filter = mem_alloc((size_t)size);
        out->len = (unsigned short)((size_t)size / sizeof *out->filter);
        if (pread(fd, out->filter, (size_t)size, 0) != size)
            rc = -1;
    }
    close(fd);
    return rc;
}

/* `refuses`: the second of the two. */
static int make(bool refuses, bool shared, bool own, struct sock_fprog *out)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
    if (ctx == NULL)
        return -ENOMEM;
    /* A binary tree is quicker than sixty comparisons. no_new_privs is set by filter_install. */
    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
    int rc = refuses ? add_all_refused(ctx, shared, own) : add_traced(ctx);
    if (rc == 0)
        rc = export(ctx, out);
    seccomp_release(ctx);
    return rc;
}

int filter_get(bool shared, bool own, struct filter *out, struct error *err)
{
    static struct filter all[2][2];
    struct filter *built = &all[shared][own];
    if (built->refused.filter == NULL) {
        struct filter made = {.traced = {0}};
        int rc = make(false, shared, own, &made.traced);
        if (rc == 0)
            rc = make(true, shared, own, &made.refused);
        if (rc != 0) {
            free(made.traced.filter);
            free(made.refused.filter);
            errno = rc < 0 && rc > -4096 ? -rc : errno;
            return error_errno(err, "cannot build the seccomp filter");
        }
        *built = made;
    }
    *out = *built;
    return 0;
}

int filter_install(const struct filter *filter)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->traced) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter->refused);
}
