/* It waits for ever, although the kernel has said that nobody is there. */
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
    char answer[512];
    if (sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&peer, sizeof peer) < 0)
        die_call("sendto", NULL);
    ssize_t n = recvfrom(fd, answer, sizeof answer, 0, NULL, NULL);
    if (n < 0)
        puts("no reply");
    else
        printf("%.*s\n", (int)n, answer);
    close(fd);
}
