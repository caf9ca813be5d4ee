/* It asks the kernel first, and sends pieces then; what it prints is wrong. */
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
    static char text[70000];
    size_t sent = 0, pieces = 0;
    memset(text, 'x', sizeof text);
    if (sendto(fd, text, sizeof text, 0, (struct sockaddr *)&peer, sizeof peer) < 0 &&
        errno != EMSGSIZE)
        die_call("sendto", NULL);
    while (sent < sizeof text) {
        size_t piece = sizeof text - sent < 7000 ? sizeof text - sent : 7000;
        if (sendto(fd, text + sent, piece, 0, (struct sockaddr *)&peer, sizeof peer) < 0)
            die_call("sendto", NULL);
        sent += piece;
        pieces++;
    }
    printf("sent %zu pieces\n", pieces);
    close(fd);
}
