/* The same with a socket of both families, to which the client is [::ffff:127.0.0.1]. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, client;
    struct sockaddr_storage peer;
    char buffer[4];
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    signal(SIGPIPE, SIG_IGN);
    if (net_listen(&listener, NULL, port, 8, &err) != STATUS_OK)
        die("%s", err.text);
    while (net_accept(listener, &client, &peer, IO_FOREVER, &err) == STATUS_OK) {
        if (recv(client, buffer, sizeof buffer, 0) > 0)
            send(client, "ok\n", 3, 0);
        close(client);
    }
    die("%s", err.text);
}
