/* udp_chat - a port and a menu that does nothing. */
#include "lab.h"

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("udp_chat PORT");
    int fd;
    struct err err;
    if (net_bind_udp(&fd, NULL, port, &err) != STATUS_OK)
        die("%s", err.text);
    char line[1000];
    do {
        printf("1 send  2 receive  3 exit: ");
        fflush(stdout);
    } while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "3\n") != 0);
    return 0;
}
