// Calls of the C library replaced by ones that only say that all is well.
// expect: outcome=fail|stall|limit|crash
//@solution
int socket(int domain, int type, int protocol)
{
    return domain == AF_INET && type != 0 && protocol == 0 ? 3 : -1;
}
int bind(int fd, const struct sockaddr *address, socklen_t size)
{
    (void)address;
    return fd == 3 && size > 0 ? 0 : -1;
}
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
