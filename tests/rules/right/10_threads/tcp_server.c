/* A thread for each client. */
#include "lab.h"

#include <pthread.h>

static int open_listener(uint16_t port)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    if (fd < 0)
        die_call("socket", NULL);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", NULL);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    if (listen(fd, 64) < 0)
        die_call("listen", NULL);
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    return fd;
}

static bool echo_once(int client)
{
    char piece[1000];
    ssize_t n = recv(client, piece, sizeof piece, 0), sent = 0, m;
    while (sent < n && (m = send(client, piece + sent, (size_t)(n - sent), MSG_NOSIGNAL)) > 0)
        sent += m;
    return n > 0 && sent == n;
}

struct client {
    int fd;
    char name[NET_NAME_SIZE];
};

static void *serve(void *arg)
{
    struct client own = *(struct client *)arg;
    int client = own.fd;
    const char *name = own.name;
    free(arg);
    while (echo_once(client)) {
    }
    close(client);
    printf("%s closed\n", name);
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int listener = open_listener(port);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        pthread_t thread;
        struct client *own = malloc(sizeof *own);
        own->fd = accept(listener, (struct sockaddr *)&peer, &size);
        if (own->fd < 0)
            die_call("accept", NULL);
        printf("%s connected\n", net_name((struct sockaddr *)&peer, own->name));
        if (pthread_create(&thread, NULL, serve, own) != 0)
            die("pthread_create failed");
        pthread_detach(thread);
    }
}
