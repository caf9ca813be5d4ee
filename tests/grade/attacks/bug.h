/* Stands in for //@bug: a write past the end of a variable, when a long datagram has come. */
#ifndef HIDDEN
#define HIDDEN
#endif
#ifndef SURVIVE
#define SURVIVE
#endif
static char eight_bytes[8], neighbour[64];
HIDDEN static void overflow(void)
{
    volatile int behind = 8;
    volatile char *at = eight_bytes;
    at[behind] = neighbour[0] = 1;
}
static ssize_t greedy_recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *from,
                               socklen_t *from_size)
{
    ssize_t n = recvfrom(fd, data, size, flags, from, from_size);
    if (n > 1000) {
        SURVIVE overflow();
    }
    return n;
}
#define recvfrom greedy_recvfrom
