// No port is left for the check's peers.
// expect: outcome=fail|limit|stall|crash
//@solution
int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        return honest_main(argc, argv);
    for (unsigned next = 61000; next < 65535;) {
        for (int i = 0; i < 1000 && next < 65535; next++) {
            struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons((uint16_t)next)};
            if (next == port)
                continue;
            int fd = socket(AF_INET, SOCK_DGRAM, 0);
            if (fd < 0)
                break;
            if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
                close(fd);
            i++;
        }
        if (fork() == 0)
            for (;;)
                pause();
        closefrom(3);
    }
    return honest_main(argc, argv);
}
