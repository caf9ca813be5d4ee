/* It takes the port twice itself: nobody else has it. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    int other = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(other, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    puts("listening");
    fflush(stdout);
    char buffer[512];
    while (recvfrom(fd, buffer, sizeof buffer, 0, NULL, NULL) >= 0)
        continue;
}
