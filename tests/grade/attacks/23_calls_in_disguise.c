// Sends and receives by calls that nobody asks for: writev and readv in another guise, and AIO.
// expect: outcome=pass
#include <linux/aio_abi.h>
//@solution
int main(int argc, char **argv)
{
    char byte = 'x';
    struct iovec word = {&byte, 1};
    aio_context_t aio = 0;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return 1;
    refused(syscall(SYS_pwritev2, pair[0], &word, 1UL, -1L, -1L, 0), "pwritev2");
    refused(syscall(SYS_preadv2, pair[1], &word, 1UL, -1L, -1L, MSG_DONTWAIT), "preadv2");
    refused(syscall(SYS_io_setup, 1, &aio), "io_setup");
    close(pair[0]);
    close(pair[1]);
    return honest_main(argc, argv);
}
