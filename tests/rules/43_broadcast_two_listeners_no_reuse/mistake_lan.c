/* The second one finds the port taken. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        char buffer[512];
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            die_call("recv", NULL);
        printf("%.*s\n", (int)n, buffer);
        fflush(stdout);
    }
}
