/* recv() on a socket that was never connected, and never listened. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    char buffer[512];
    if (recv(fd, buffer, sizeof buffer, 0) < 0)
        die_call("recv", NULL);
    return 0;
}
