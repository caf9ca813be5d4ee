/* Right in another way: several threads wait on one socket. */
#include "lab.h"

#include <pthread.h>

static int fd;

static void stop(int number)
{
    (void)number;
    _exit(EXIT_SUCCESS);
}

static void *serve(void *buffer)
{
    for (;;) {
        struct sockaddr_storage peer;
        socklen_t peer_size = sizeof peer;
        ssize_t n = recvfrom(fd, buffer, 65536, 0, (struct sockaddr *)&peer, &peer_size);
        if (n >= 0)
            sendto(fd, buffer, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&peer, peer_size);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", net_name((struct sockaddr *)&own, name));
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    static char buffers[3][65536];
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, buffers[i]) != 0)
            die("pthread_create failed");
    }
    printf("listening on %s\n", net_local_name(fd, name));
    fflush(stdout);
    serve(buffers[2]);
}
