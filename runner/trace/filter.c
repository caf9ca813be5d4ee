/* trace/filter: see filter.h. */
#include "trace/filter.h"

#include <errno.h>
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
    "kexec_load",
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

/* Families of sockets that no lab is about, each a large surface of the kernel. Numbers, since not
 * every libc has the names: AF_KEY, AF_RDS, AF_TIPC, AF_BLUETOOTH, AF_ALG, AF_NFC, AF_VSOCK,
 * AF_KCM, AF_QIPCRTR, AF_SMC, AF_XDP. */
static const unsigned refused_families[] = {15, 21, 30, 31, 38, 39, 40, 41, 42, 43, 44};
enum { FAMILIES_BITS = 6, FAMILIES = 1 << FAMILIES_BITS };

static bool is_refused_family(unsigned family)
{
    for (size_t i = 0; i < sizeof refused_families / sizeof refused_families[0]; i++)
        if (refused_families[i] == family)
            return true;
    return false;
}

/* An argument that the kernel takes for an int: what stands in its upper half does not matter, and
 * must not matter here. (SCMP_A0_32 and the like ask for zeros there.) */
#define INT_IS(arg, value) SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, 0xffffffffUL, (uint32_t)(value))
#define BIT_IS(arg, bit, set) \
    SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, 1UL << (bit), (uint64_t)(set) << (bit))

/* Each value a rule of its own, since for one call only rules that exclude each other are sure. */
static int add_families(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (unsigned family = 0; rc == 0 && family < FAMILIES; family++)
        rc = seccomp_rule_add(ctx,
                              is_refused_family(family) ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_TRACE(0),
                              SCMP_SYS(socket), 1, INT_IS(0, family));
    /* FAMILIES and beyond, which no kernel knows: a bit from there on is set. */
    for (unsigned bit = FAMILIES_BITS; rc == 0 && bit < 32; bit++)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(socket), 1, BIT_IS(0, bit, 1));
    return rc;
}

/* To all processes (-1) only where there is a PID namespace around them. */
static int add_kill(scmp_filter_ctx ctx, bool shared)
{
    if (!shared)
        return seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(kill), 0);
    int rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(kill), 1, INT_IS(0, -1));
    for (unsigned bit = 0; rc == 0 && bit < 32; bit++) /* not -1: some bit is not set */
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(kill), 1, BIT_IS(0, bit, 0));
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

static int add_refused(scmp_filter_ctx ctx, const char *const *names, size_t count)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < count; i++) {
        int number = seccomp_syscall_resolve_name(names[i]);
        if (number != __NR_SCMP_ERROR)
            rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), number, 0);
    }
    return rc;
}

/* Traced or refused, as their arguments are. For libseccomp a rule without a condition outdoes all
 * others of its call. */
static int add_conditional(scmp_filter_ctx ctx, bool shared)
{
    /* New namespaces, and children that the tracer would not see. */
    const unsigned long refused_bits = CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID |
                                       CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP |
                                       CLONE_UNTRACED | CLONE_PTRACE;
    int rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(clone), 1,
                              SCMP_A0(SCMP_CMP_MASKED_EQ, refused_bits, 0));
    for (unsigned long bit = 1; rc == 0 && bit != 0; bit <<= 1)
        if ((refused_bits & bit) != 0)
            rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
                                  SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
    /* Its flags lie in memory, out of the filter's sight; the C library takes clone then. */
    int clone3 = seccomp_syscall_resolve_name("clone3");
    if (rc == 0 && clone3 != __NR_SCMP_ERROR)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), clone3, 0);
    if (rc == 0)
        rc = add_families(ctx);
    /* Memory that no process need show (tracer_hidden). */
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(memfd_create), 0);
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(mmap), 1,
                              SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_SHARED, MAP_SHARED));
    if (rc == 0)
        rc = add_kill(ctx, shared);
    return rc;
}

/* Limits of others: init is of the same user, and a sandbox without descriptors is one that fails.
 * The C library asks for its own by 0. */
static int add_limits(scmp_filter_ctx ctx)
{
    int rc = 0;
    for (unsigned bit = 0; rc == 0 && bit < 32; bit++)
        rc =
            seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prlimit64), 1, BIT_IS(0, bit, 1));
    return rc;
}

static int add_rules(scmp_filter_ctx ctx, bool shared)
{
    const struct call_spec *spec;
    int rc = 0;
    for (unsigned i = 0; rc == 0 && (spec = syscalls_at(i)) != NULL; i++)
        if (spec->number != SYS_clone && spec->number != SYS_socket && spec->number != SYS_kill)
            rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), (int)spec->number, 0);
    if (rc == 0)
        rc = add_conditional(ctx, shared);
    /* Its exit tells whether an interrupted call is restarted or has failed with EINTR. */
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(rt_sigreturn), 0);
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_TRACE(0), SCMP_SYS(restart_syscall), 0);
    if (rc == 0)
        rc = add_refused(ctx, refused, sizeof refused / sizeof refused[0]);
    if (rc == 0 && shared)
        rc = add_refused(ctx, refused_shared, sizeof refused_shared / sizeof refused_shared[0]);
    if (rc == 0)
        rc = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1,
                              INT_IS(0, PR_SET_SECCOMP));
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

int filter_get(bool shared, struct sock_fprog *out, struct error *err)
{
    static struct sock_fprog both[2];
    struct sock_fprog *built = &both[shared];
    if (built->filter == NULL) {
        scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
        struct sock_fprog made = {0};
        if (ctx != NULL) {
            /* no_new_privs is set by filter_install; a binary tree is quicker than 60 comparisons
             */
            seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
            seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS));
        }
        int rc = ctx == NULL ? -ENOMEM : add_rules(ctx, shared);
        if (rc == 0)
            rc = export(ctx, &made);
        if (ctx != NULL)
            seccomp_release(ctx);
        if (rc != 0) {
            errno = rc < 0 && rc > -4096 ? -rc : errno;
            return error_errno(err, "cannot build the seccomp filter");
        }
        *built = made;
    }
    *out = *built;
    return 0;
}

int filter_install(const struct sock_fprog *filter)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter);
}
