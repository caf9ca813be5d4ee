// A daemon writes to every UDP port there is, the check's peers among them.
// expect: outcome=fail|limit|pass
//@solution
static void meddle(uint16_t own)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    for (;;) {
        char line[256];
        FILE *f = fopen("/proc/net/udp", "r");
        while (f != NULL && fgets(line, sizeof line, f) != NULL) {
            unsigned address, port;
            if (sscanf(line, " %*u: %x:%x", &address, &port) != 2 || port == own)
                continue;
            struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
            to.sin_addr.s_addr = address;
            sendto(fd, "PASS", 4, 0, (struct sockaddr *)&to, sizeof to);
        }
        if (f != NULL)
            fclose(f);
    }
}
int main(int argc, char **argv)
{
    uint16_t port;
    if (argc == 2 && net_parse_port(argv[1], &port) && fork() == 0) {
        setsid();
        meddle(port);
    }
    return honest_main(argc, argv);
}
