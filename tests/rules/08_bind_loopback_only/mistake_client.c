/* Both programs are the learner's: the packets alone tell why no answer comes. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc < 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT [ADDRESS]");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (argc == 3) {
        struct timeval limit = {.tv_usec = 100000};
        char answer[100];
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        inet_pton(AF_INET, argv[2], &here.sin_addr);
        sendto(fd, "hello", 5, 0, (struct sockaddr *)&here, sizeof here);
        ssize_t n = recv(fd, answer, sizeof answer, 0);
        if (n < 0)
            die_call("recv", NULL);
        printf("%.*s\n", (int)n, answer);
        return 0;
    }
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        char buffer[2048];
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&peer, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        sendto(fd, buffer, (size_t)n, 0, (struct sockaddr *)&peer, size);
    }
}
