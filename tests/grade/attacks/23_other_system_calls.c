// The calls of 32-bit programs, which the tracer and the filter do not know.
// expect: outcome=pass
//@solution
#ifdef __x86_64__
static long old_call(long number, long a, long b, long c)
{
    long result;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(a), "c"(b), "d"(c) : "memory");
    return result;
}
#endif
int main(int argc, char **argv)
{
#ifdef __x86_64__
    if (old_call(20, 0, 0, 0) >= 0) /* getpid */
        breach("int 0x80 is let through");
    if (old_call(359, AF_INET, SOCK_DGRAM, 0) >= 0) /* socket */
        breach("int 0x80 opens sockets");
    if (syscall(0x40000000L | 39) >= 0)
        breach("x32 calls are let through");
    if (syscall(0x40000000L | SYS_socket, AF_INET, SOCK_DGRAM, 0) >= 0)
        breach("x32 opens sockets");
#endif
    return honest_main(argc, argv);
}
