// Families and transports of the kernel that no lab is about, also by socketpair(), also with the
// upper half of a register set, also by a call that seems to be the loader's.
// expect: outcome=pass
#include <sys/auxv.h>
//@solution
static void missing(long fd, const char *call)
{
    if (fd >= 0)
        breach(call);
    if (errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT) {
        dprintf(2, "BREACH: %s failed otherwise: %s\n", call, strerror(errno));
        _exit(42);
    }
}

#ifdef __x86_64__
/* A system call instruction of the loader, which goes on to a return soon. */
static long by_loader(long number, long a, long b, long c)
{
    const unsigned char *at = (const unsigned char *)getauxval(AT_BASE);
    for (long i = 0; at != NULL && i < 0x20000; i++) {
        const unsigned char *p = at + 0x1000 + i;
        /* syscall; cmp $-4095, %rax; jae …; ret */
        if (memcmp(p, "\x0f\x05\x48\x3d\x01\xf0\xff\xff\x73", 9) != 0 || p[10] != 0xc3)
            continue;
        long result;
        __asm__ volatile("call *%5"
                         : "=a"(result)
                         : "0"(number), "D"(a), "S"(b), "d"(c), "r"(p)
                         : "rcx", "r11", "memory");
        return result;
    }
    return -EAFNOSUPPORT;
}
#endif

int main(int argc, char **argv)
{
    static const int transports[] = {33, 115, 132, 256, 262};
    for (int family = 3; family < 64; family++) {
        int pair[2];
        if (family == AF_INET6 || family == AF_NETLINK || family == AF_PACKET)
            continue;
        missing(socket(family, SOCK_STREAM, 0), "socket");
        missing(socket(family, SOCK_DGRAM, 0), "socket");
        missing(socketpair(family, SOCK_SEQPACKET, 0, pair), "socketpair");
    }
    for (size_t i = 0; i < sizeof transports / sizeof transports[0]; i++) {
        missing(socket(AF_INET, SOCK_STREAM, transports[i]), "a transport");
        missing(socket(AF_INET6, SOCK_DGRAM, transports[i]), "a transport of IPv6");
    }
    /* The kernel itself asks for the flags first (EINVAL), whatever modules it has. */
    for (int i = 0; i < 4; i++) {
        int type = i < 2 ? SOCK_SEQPACKET : SOCK_DCCP, no_flag = 0x10;
        if (socket(i % 2 == 0 ? AF_INET : AF_INET6, type | no_flag, 0) >= 0 ||
            errno != ESOCKTNOSUPPORT)
            breach("a transport by its type");
    }
    missing(syscall(SYS_socket, 0x7f00000026L, SOCK_SEQPACKET, 0x100000000L), "AF_ALG in half");
    missing(syscall(SYS_socket, 0x7f00000002L, SOCK_STREAM, 0x100000106L), "MPTCP in half");
#ifdef __x86_64__
    long result = by_loader(SYS_socket, 38, SOCK_SEQPACKET, 0);
    if (result >= 0)
        breach("AF_ALG by the loader");
#endif
    return honest_main(argc, argv);
}
