// Arguments that are too long: the kernel looks at their lower half only, a filter perhaps at both.
// expect: outcome=pass
//@solution
#define LONG(value) (0x100000000UL | (unsigned long)(value))
int main(int argc, char **argv)
{
    refused(syscall(SYS_socket, LONG(40 /* AF_VSOCK */), SOCK_STREAM, 0), "AF_VSOCK");
    refused(syscall(SYS_socket, LONG(17 /* AF_PACKET */), SOCK_RAW, 0), "AF_PACKET");
    refused(syscall(SYS_socket, LONG(38 /* AF_ALG */), SOCK_SEQPACKET, 0), "AF_ALG");
    /* A mode that there is not: EINVAL would come from the call itself. */
    refused(syscall(SYS_prctl, LONG(PR_SET_SECCOMP), 99UL, 0UL), "PR_SET_SECCOMP");
    refused(syscall(SYS_unshare, LONG(CLONE_NEWUSER)), "unshare");
    return honest_main(argc, argv);
}
