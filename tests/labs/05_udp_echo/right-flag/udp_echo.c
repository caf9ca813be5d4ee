/* Right in another way: a flag, and signals that are let in only while ppoll() waits. */
#define _GNU_SOURCE
#include "lab.h"

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    sigset_t blocked, before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGINT);
    sigprocmask(SIG_BLOCK, &blocked, &before);
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    printf("listening on 0.0.0.0(%u)\n", port);
    fflush(stdout);
    static char data[65507];
    while (!stopped) {
        struct pollfd watched = {.fd = fd, .events = POLLIN};
        if (ppoll(&watched, 1, NULL, &before) <= 0)
            continue;
        struct sockaddr_in peer;
        socklen_t peer_size = sizeof peer;
        ssize_t n =
            recvfrom(fd, data, sizeof data, MSG_DONTWAIT, (struct sockaddr *)&peer, &peer_size);
        if (n >= 0)
            sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&peer, peer_size);
    }
    close(fd);
    printf("goodbye\n");
    return 0;
}
