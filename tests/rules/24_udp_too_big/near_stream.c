/* A stream that nobody listens for: another error, of another call. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("client PORT");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in peer;
    memset(&peer, 0, sizeof peer);
    peer.sin_family = AF_INET;
    peer.sin_port = htons(port);
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    static char text[70000];
    memset(text, 'x', sizeof text);
    if (connect(fd, (struct sockaddr *)&peer, sizeof peer) < 0)
        die_call("connect", NULL);
    if (send(fd, text, sizeof text, MSG_NOSIGNAL) < 0)
        die_call("send", NULL);
    printf("sent %zu bytes\n", sizeof text);
    close(fd);
}
