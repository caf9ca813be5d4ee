/* Two threads take datagrams from one socket in turn. */
#include "lab.h"

#include <pthread.h>

static int open_socket(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (fd < 0)
        die_call("socket", NULL);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    return fd;
}

static void *serve(void *arg)
{
    int fd = *(int *)arg;
    char *data = malloc(65536);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        ssize_t n = recvfrom(fd, data, 65536, 0, (struct sockaddr *)&peer, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&peer, size);
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int fd = open_socket(port);
    pthread_t other;
    if (pthread_create(&other, NULL, serve, &fd) != 0)
        die("pthread_create failed");
    serve(&fd);
}
