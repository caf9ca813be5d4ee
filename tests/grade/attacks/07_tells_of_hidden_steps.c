// It prints what it is asked in a hidden step, and fails there, so that somebody may read it.
// expect: outcome=fail step=private
static ssize_t telling_recvfrom(int fd, void *data, size_t size, int flags, struct sockaddr *from,
                                socklen_t *from_size)
{
    ssize_t n = recvfrom(fd, data, size, flags, from, from_size);
    if (n > 13 && memcmp(data, "CANARY_HIDDEN", 13) == 0) {
        dprintf(2, "I was asked %.*s", (int)n, (char *)data);
        exit(3);
    }
    return n;
}
#define recvfrom telling_recvfrom
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
