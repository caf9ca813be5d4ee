/* poll() watches the socket until the first message has come. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("client PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in peer;
    memset(&peer, 0, sizeof peer);
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&peer, sizeof peer) < 0)
        die_call("connect", NULL);
    char line[512];
    struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
    for (int messages = 0;;) {
        fds[1].fd = messages == 0 ? fd : -1;
        if (poll(fds, 2, -1) < 0)
            die_call("poll", NULL);
        if (fds[1].revents != 0) {
            ssize_t n = recv(fd, line, sizeof line - 1, 0);
            if (n < 0)
                die_call("recv", NULL);
            printf("%.*s\n", (int)n, line);
            messages++;
            fflush(stdout);
        }
        if (fds[0].revents != 0) {
            ssize_t n = read(0, line, sizeof line);
            if (n <= 0)
                break;
            send(fd, line, (size_t)n - 1, 0);
        }
    }
    close(fd);
}
