/* Written with the library: one deadline-driven loop a client. */
#include "lab.h"

static void serve(int client)
{
    char piece[2048];
    size_t got;
    struct err err;
    enum status status;
    while ((status = io_read_some(client, piece, sizeof piece, &got, IO_FOREVER, &err)) ==
           STATUS_OK)
        if (io_write_all(client, piece, got, IO_FOREVER, &err) != STATUS_OK)
            return;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    int listener, client;
    struct err err;
    struct sockaddr_storage peer;
    char name[NET_NAME_SIZE];
    signal(SIGPIPE, SIG_IGN);
    if (net_listen(&listener, NULL, port, SOMAXCONN, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    while (net_accept(listener, &client, &peer, IO_FOREVER, &err) == STATUS_OK) {
        printf("%s connected\n", net_name((struct sockaddr *)&peer, name));
        serve(client);
        close(client);
        printf("%s closed\n", name);
    }
    die("%s", err.text);
}
