/* Refused first, it sets the option and sends again; the question is wrong. */
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
    peer.sin_addr.s_addr = htonl(0x7fffffff);
    int on = 1;
    if (sendto(fd, "who?", 4, 0, (struct sockaddr *)&peer, sizeof peer) < 0) {
        if (errno != EACCES)
            die_call("sendto", NULL);
        setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
        if (sendto(fd, "who?", 4, 0, (struct sockaddr *)&peer, sizeof peer) < 0)
            die_call("sendto", NULL);
    }
    close(fd);
}
