/* It reads the keyboard, and both messages were taken from the socket before; one is not shown. */
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
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (send(fd, line, strlen(line), 0) < 0)
            die_call("send", NULL);
        for (int i = 0; i < 2; i++) {
            ssize_t n = recv(fd, line, sizeof line - 1, 0);
            if (n < 0)
                die_call("recv", NULL);
            if (i == 0)
                printf("%.*s\n", (int)n, line);
            fflush(stdout);
        }
    }
    close(fd);
}
