/* All of them find room; what is printed is wrong. */
#include "lab.h"

enum { COUNT = 50 };

static int open_socket(struct sockaddr_in *address, uint16_t port)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return fd;
}

static void send_all(uint16_t port)
{
    struct sockaddr_in to;
    int fd = open_socket(&to, port);
    char part[400];
    memset(part, 'x', sizeof part);
    for (int i = 0; i < COUNT; i++) {
        part[0] = (char)i;
        if (sendto(fd, part, sizeof part, 0, (struct sockaddr *)&to, sizeof to) < 0)
            die_call("sendto", NULL);
    }
    puts("sent");
    close(fd);
}

static void receive_all(uint16_t port)
{
    struct sockaddr_in here, peer;
    socklen_t len = sizeof peer;
    int fd = open_socket(&here, port), room = 1 << 17;
    char part[512];
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    puts("ready");
    fflush(stdout);
    if (fgets(part, sizeof part, stdin) == NULL)
        return;
    for (int i = 0; i < COUNT; i++) {
        if (recvfrom(fd, part, sizeof part, 0, (struct sockaddr *)&peer, &len) < 0)
            die_call("recvfrom", NULL);
    }
    puts("all");
    fflush(stdout);
    recvfrom(fd, part, sizeof part, 0, (struct sockaddr *)&peer, &len);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("receiver receive|send PORT");
    if (strcmp(argv[1], "send") == 0)
        send_all(port);
    else
        receive_all(port);
}
