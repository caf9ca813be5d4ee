/* Right in another way: not connected, so a refusal is silence; select() keeps the time. */
#include "lab.h"

#include <sys/select.h>

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port)) {
        fprintf(stderr, "udp_send: three arguments, please\n");
        return 2;
    }
    sig_exit_on_stop();
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *to;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &to);
    if (rc != 0) {
        fprintf(stderr, "%s: %s\n", argv[1], gai_strerror(rc));
        return 1;
    }
    int fd = socket(to->ai_family, SOCK_DGRAM, 0);
    if (fd < 0) {
        perror("socket");
        return 1;
    }
    if (sendto(fd, argv[3], strlen(argv[3]), 0, to->ai_addr, to->ai_addrlen) == -1) {
        perror("sendto");
        return 1;
    }
    freeaddrinfo(to);
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(fd, &readable);
    struct timeval two = {2, 0};
    if (select(fd + 1, &readable, NULL, NULL, &two) <= 0) {
        printf("no reply\n");
        return 1;
    }
    static char text[65536];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    ssize_t n = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&from, &size);
    if (n < 0) {
        perror("recvfrom");
        return 1;
    }
    text[n] = '\0';
    char name[NET_NAME_SIZE];
    printf("%s>>>%s\n", net_name((struct sockaddr *)&from, name), text);
    close(fd);
    return 0;
}
