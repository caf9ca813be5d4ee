/* One thread listens to the server, one to the keyboard. */
#include "lab.h"

#include <pthread.h>

static int server = -1;
static char name[NET_NAME_SIZE];

static void *type(void *arg)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    (void)arg;
    while ((n = getline(&line, &room, stdin)) > 0) {
        if (strcmp(line, "exit\n") == 0 || strcmp(line, "exit") == 0)
            break;
        for (ssize_t sent = 0, m; sent < n; sent += m)
            if ((m = send(server, line + sent, (size_t)(n - sent), MSG_NOSIGNAL)) < 0)
                die_call("send", name);
    }
    free(line);
    shutdown(server, SHUT_WR);
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &list);
    if (rc != 0)
        die("getaddrinfo: %s: %s", argv[1], gai_strerror(rc));
    for (struct addrinfo *a = list; a != NULL && server < 0; a = a->ai_next) {
        net_name(a->ai_addr, name);
        server = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (server >= 0 && connect(server, a->ai_addr, a->ai_addrlen) < 0) {
            if (a->ai_next == NULL)
                die_call("connect", name);
            close(server);
            server = -1;
        }
    }
    freeaddrinfo(list);

    pthread_t typist;
    if (pthread_create(&typist, NULL, type, NULL) != 0)
        die("no thread");
    char piece[700];
    ssize_t n;
    while ((n = recv(server, piece, sizeof piece, 0)) > 0) {
        fwrite(piece, 1, (size_t)n, stdout);
        fflush(stdout);
    }
    if (n < 0)
        die_call("recv", name);
    exit(0);
}
