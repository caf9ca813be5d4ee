/* A child for each client; the log goes to stderr. */
#include "lab.h"

#include <sys/wait.h>

static void stop(int signal_number)
{
    (void)signal_number;
    _exit(0);
}

static void serve(int client, const char *name)
{
    char piece[512];
    ssize_t got;

    while ((got = read(client, piece, sizeof piece)) > 0) {
        for (ssize_t sent = 0, n; sent < got; sent += n)
            if ((n = write(client, piece + sent, (size_t)(got - sent))) < 0) {
                fprintf(stderr, "%s closed\n", name);
                return;
            }
    }
    fprintf(stderr, "%s closed\n", name);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    signal(SIGINT, stop);
    signal(SIGTERM, stop);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN); /* the kernel reaps */

    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    char name[NET_NAME_SIZE];
    int on = 1, listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        die_call("socket", NULL);
    fcntl(listener, F_SETFD, FD_CLOEXEC);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    if (listen(listener, SOMAXCONN) < 0)
        die_call("listen", NULL);
    fprintf(stderr, "listening on 0.0.0.0(%u)\n", (unsigned)port);
    for (;;) {
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        int client = accept(listener, (struct sockaddr *)&peer, &size);
        if (client < 0)
            continue;
        net_name((struct sockaddr *)&peer, name);
        fprintf(stderr, "%s connected\n", name);
        if (fork() == 0) {
            close(listener);
            serve(client, name);
            _exit(0);
        }
        close(client);
    }
}
