/* Right in another way: one thread echoes, main() waits for the signal. */
#include "lab.h"

#include <pthread.h>

static void *serve(void *arg)
{
    int fd = *(int *)arg;
    char *data = malloc(1 << 16);
    struct sockaddr_storage peer;
    for (;;) {
        socklen_t peer_size = sizeof peer;
        ssize_t n = recvfrom(fd, data, 1 << 16, 0, (struct sockaddr *)&peer, &peer_size);
        char name[NET_NAME_SIZE];
        printf("%zd bytes from %s\n", n, net_name((struct sockaddr *)&peer, name));
        if (n >= 0)
            sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&peer, peer_size);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    net_name((struct sockaddr *)&own, name);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", name);
    printf("listening on %s\n", name);
    fflush(stdout);
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, &fd) != 0)
        die("pthread_create failed");
    int number;
    sigwait(&signals, &number);
    return 0;
}
