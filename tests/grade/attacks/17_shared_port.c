// A second socket on the same port, which nobody reads.
// expect: outcome=fail|stall|limit|pass
//@solution
int main(int argc, char **argv)
{
    uint16_t port;
    if (argc == 2 && net_parse_port(argv[1], &port)) {
        int on = 1, fd = socket(AF_INET, SOCK_DGRAM, 0);
        struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        bind(fd, (struct sockaddr *)&own, sizeof own);
        bind(fd, (struct sockaddr *)&own, sizeof own);
    }
    return honest_main(argc, argv);
}
