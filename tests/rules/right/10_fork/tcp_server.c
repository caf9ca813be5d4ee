/* A child for each client. */
#include "lab.h"

#include <sys/wait.h>

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

static void reap(int number)
{
    int saved = errno;
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0) {
    }
    errno = saved;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    struct sigaction reaping = {.sa_handler =
                                    reap}; /* without SA_RESTART: accept() is interrupted */
    sigaction(SIGCHLD, &reaping, NULL);
    int listener = open_listener(port);
    for (;;) {
        struct sockaddr_storage peer;
        socklen_t size = sizeof peer;
        char name[NET_NAME_SIZE];
        int client = accept(listener, (struct sockaddr *)&peer, &size);
        if (client < 0 && errno == EINTR)
            continue;
        if (client < 0)
            die_call("accept", NULL);
        printf("%s connected\n", net_name((struct sockaddr *)&peer, name));
        pid_t child = fork();
        if (child < 0)
            die_call("fork", NULL);
        if (child == 0) {
            close(listener);
            while (echo_once(client)) {
            }
            close(client);
            printf("%s closed\n", name);
            fflush(stdout);
            _exit(0);
        }
        close(client);
    }
}
