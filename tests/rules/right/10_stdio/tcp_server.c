/* read() and write(), a socket that is duplicated, and a service routine that knows no sockets. */
#include "lab.h"

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

static void serve(int in, int out)
{
    char piece[333];
    ssize_t n;
    while ((n = read(in, piece, sizeof piece)) > 0) {
        for (ssize_t sent = 0, m; sent < n; sent += m)
            if ((m = write(out, piece + sent, (size_t)(n - sent))) <= 0)
                return;
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    signal(SIGPIPE, SIG_IGN);
    int listener = open_listener(port);
    for (;;) {
        int client = accept(listener, NULL, NULL);
        if (client < 0)
            die_call("accept", NULL);
        char name[NET_NAME_SIZE];
        struct sockaddr_in peer;
        socklen_t size = sizeof peer;
        if (getpeername(client, (struct sockaddr *)&peer, &size) < 0) {
            close(client); /* it has gone already */
            continue;
        }
        printf("%s connected\n", net_name((struct sockaddr *)&peer, name));
        int out = dup(client);
        serve(client, out);
        close(out);
        close(client);
        printf("%s closed\n", name);
    }
}
