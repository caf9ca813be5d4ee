/* Closes what was never open, and ends. */
#include "lab.h"

static void serve(int client)
{
    char buffer[512];
    ssize_t n;
    while ((n = recv(client, buffer, sizeof buffer, 0)) > 0)
        if (send(client, buffer, (size_t)n, 0) < 0)
            break;
    close(client);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0)
        die_call("setsockopt", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    if (listen(fd, 8) < 0)
        die_call("listen", NULL);
    int client = accept(fd, NULL, NULL);
    if (client < 0)
        die_call("accept", NULL);
    serve(client);
    if (close(-1) < 0)
        die_call("close", NULL);
}
