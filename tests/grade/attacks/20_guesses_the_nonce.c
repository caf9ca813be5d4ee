// It answers before it was asked, with what it can guess of the seed.
// expect: outcome=fail|stall|limit
//@solution
int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        return honest_main(argc, argv);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    char uninitialised[64], guess[64];
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    printf("listening on 0.0.0.0(%d)\n", port);
    fflush(stdout);
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    memset(uninitialised, (int)time(NULL), sizeof uninitialised);
    recvfrom(fd, NULL, 0, MSG_PEEK, (struct sockaddr *)&from, &size);
    for (int i = 0; i < 100; i++) {
        srand((unsigned)time(NULL) + (unsigned)i);
        for (size_t k = 0; k < 12; k++)
            guess[k] = (char)('a' + (rand() ^ uninitialised[k]) % 26);
        sendto(fd, guess, 12, 0, (struct sockaddr *)&from, size);
    }
    pause();
    return 0;
}
