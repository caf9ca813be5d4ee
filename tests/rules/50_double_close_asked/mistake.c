/* Closes twice, and nobody has opened anything in between. */
#include "lab.h"

int main(int argc, char **argv)
{
    char buffer[64];
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || listen(fd, 8) < 0)
        die_call("listen", NULL);
    for (;;) {
        int client = accept(fd, NULL, NULL);
        if (client < 0)
            die_call("accept", NULL);
        ssize_t n = recv(client, buffer, sizeof buffer, 0);
        if (n > 0)
            send(client, buffer, (size_t)n, 0);
        close(client);
        close(client);
    }
}
