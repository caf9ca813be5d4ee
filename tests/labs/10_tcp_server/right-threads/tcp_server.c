/* A thread for each client; the first thread waits for the signals with sigwait(). */
#include "lab.h"

#include <pthread.h>

struct guest {
    int fd;
    char name[NET_NAME_SIZE];
};

static void *serve(void *arg)
{
    struct guest *guest = arg;
    char piece[1000];
    bool alive = true;

    while (alive) {
        ssize_t got = recv(guest->fd, piece, sizeof piece, 0);
        alive = got > 0;
        for (ssize_t sent = 0; alive && sent < got;) {
            ssize_t n = send(guest->fd, piece + sent, (size_t)(got - sent), MSG_NOSIGNAL);
            alive = n >= 0;
            sent += n;
        }
    }
    printf("%s closed\n", guest->name);
    fflush(stdout);
    close(guest->fd);
    free(guest);
    return NULL;
}

static void *receptionist(void *arg)
{
    int listener = *(int *)arg;

    for (;;) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        int fd = accept(listener, (struct sockaddr *)&peer, &size);
        if (fd < 0)
            continue;
        struct guest *guest = calloc(1, sizeof *guest);
        if (guest == NULL)
            abort();
        guest->fd = fd;
        net_name((struct sockaddr *)&peer, guest->name);
        printf("%s connected\n", guest->name);
        fflush(stdout);
        pthread_t thread;
        if (pthread_create(&thread, NULL, serve, guest) == 0)
            pthread_detach(thread);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &stops, NULL);

    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_call("socket", NULL);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    if (listen(listener, 5) < 0)
        die_call("listen", NULL);
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    fflush(stdout);

    pthread_t thread;
    if (pthread_create(&thread, NULL, receptionist, &listener) != 0)
        die("no thread");
    int which;
    sigwait(&stops, &which);
    return 0;
}
