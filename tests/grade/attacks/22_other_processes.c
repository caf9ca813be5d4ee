// ptrace, and the memory of others.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    char byte = 0;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    refused(syscall(SYS_ptrace, 0 /* PTRACE_TRACEME */, 0, NULL, NULL), "PTRACE_TRACEME");
    refused(syscall(SYS_ptrace, 16 /* PTRACE_ATTACH */, 1, NULL, NULL), "PTRACE_ATTACH");
    refused(syscall(SYS_ptrace, 0x4206 /* PTRACE_SEIZE */, getpid(), NULL, NULL), "PTRACE_SEIZE");
    refused(syscall(SYS_process_vm_readv, 1, &here, 1UL, &there, 1UL, 0UL), "process_vm_readv");
    refused(syscall(SYS_process_vm_writev, getpid(), &here, 1UL, &there, 1UL, 0UL),
            "process_vm_writev");
    refused(syscall(SYS_pidfd_getfd, (int)syscall(SYS_pidfd_open, 1, 0), 0, 0), "pidfd_getfd");
    refused(syscall(SYS_kcmp, 1, getpid(), 0, 0, 0), "kcmp");
    refused(syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, &(struct rlimit){0, 0}, NULL), "prlimit of 1");
    closefrom(3);
    return honest_main(argc, argv);
}
