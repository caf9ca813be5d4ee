// Namespaces, mounts, keys, and parts of the kernel that no socket program needs.
// expect: outcome=pass
#include <linux/sched.h>
//@solution
int main(int argc, char **argv)
{
    struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    char room[256] = {0};
    refused(syscall(SYS_unshare, CLONE_NEWUSER), "unshare");
    refused(syscall(SYS_unshare, CLONE_NEWNET), "unshare");
    refused(syscall(SYS_unshare, CLONE_FILES), "unshare");
    refused(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, NULL, NULL, NULL, 0UL), "clone");
    refused(syscall(SYS_clone, 0x02000000UL | SIGCHLD, NULL, NULL, NULL, 0UL), "clone of cgroup");
    refused(syscall(SYS_clone, 0x00800000UL | SIGCHLD, NULL, NULL, NULL, 0UL), "CLONE_UNTRACED");
    refused(syscall(SYS_clone3, &args, sizeof args), "clone3");
    refused(syscall(SYS_setns, 0, 0), "setns");
    refused(syscall(SYS_mount, "none", "/work", "tmpfs", 0UL, NULL), "mount");
    refused(syscall(SYS_umount2, "/proc", 2), "umount2");
    refused(syscall(SYS_pivot_root, ".", "."), "pivot_root");
    refused(syscall(SYS_chroot, "/work"), "chroot");
    refused(syscall(SYS_open_tree, -100, "/", 1U), "open_tree");
    refused(syscall(SYS_move_mount, -100, "/", -100, "/", 0U), "move_mount");
    refused(syscall(SYS_fsopen, "tmpfs", 0U), "fsopen");
    refused(syscall(SYS_mount_setattr, -100, "/", 0U, room, 32UL), "mount_setattr");
    refused(syscall(SYS_keyctl, 0, -3, 1), "keyctl");
    refused(syscall(SYS_add_key, "user", "x", "y", 1UL, -3), "add_key");
    refused(syscall(SYS_request_key, "user", "x", NULL, -3), "request_key");
    refused(syscall(SYS_bpf, 0, room, 128U), "bpf");
    refused(syscall(SYS_perf_event_open, room, 0, -1, -1, 0UL), "perf_event_open");
    refused(syscall(SYS_userfaultfd, 1), "userfaultfd");
    refused(syscall(SYS_io_uring_setup, 4U, room), "io_uring_setup");
    refused(syscall(SYS_seccomp, 0U, 0U, NULL), "seccomp");
    refused(prctl(PR_SET_SECCOMP, 1UL), "PR_SET_SECCOMP");
    refused(syscall(SYS_personality, 0x0040000UL), "personality");
    refused(syscall(SYS_name_to_handle_at, -100, "/", room, room + 200, 0), "name_to_handle_at");
    refused(syscall(SYS_open_by_handle_at, -100, room, 0), "open_by_handle_at");
    refused(syscall(SYS_fanotify_init, 0U, 0U), "fanotify_init");
    refused(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, NULL), "reboot");
    refused(syscall(SYS_swapon, "/dev/null", 0), "swapon");
    refused(syscall(SYS_init_module, room, 0UL, ""), "init_module");
    refused(syscall(SYS_acct, "/work/acct"), "acct");
    refused(sethostname("owned", 5), "sethostname");
    refused(syscall(SYS_clock_settime, CLOCK_REALTIME, &(struct timespec){1, 0}), "clock_settime");
    refused(syscall(SYS_socket, 40 /* AF_VSOCK */, SOCK_STREAM, 0), "AF_VSOCK");
    refused(syscall(SYS_socket, 17 /* AF_PACKET */, SOCK_RAW, 0), "AF_PACKET");
    refused(syscall(SYS_socket, AF_INET, SOCK_RAW, IPPROTO_ICMP), "a raw socket");
    refused(syscall(SYS_socket, 38 /* AF_ALG */, SOCK_SEQPACKET, 0), "AF_ALG");
    refused(syscall(SYS_setpriority, 0, 0, -20), "a better priority");
    return honest_main(argc, argv);
}
