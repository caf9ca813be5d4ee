/* beacon - a non-blocking socket that is emptied after each poll(). */
#include "lab.h"

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("beacon PORT NAME");
    signal(SIGPIPE, SIG_IGN);
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    sig_exit_on_stop();
    printf("listening on 0.0.0.0(%s)\n", argv[1]);
    fflush(stdout);
    for (;;) {
        struct pollfd wanted = {.fd = fd, .events = POLLIN};
        if (poll(&wanted, 1, 60000) <= 0)
            continue;
        char data[2000];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n;
        while ((n = recvfrom(fd, data, sizeof data - 1, 0, (struct sockaddr *)&from, &size)) >= 0) {
            data[n] = '\0';
            if (n == 4 && strcmp(data, "WHO?") == 0)
                sendto(fd, argv[2], strlen(argv[2]), 0, (struct sockaddr *)&from, size);
            size = sizeof from;
        }
    }
}
