/* It watches the keyboard until a line came, then only the socket: its own choice. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    bool typed = false;
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        if (!typed)
            FD_SET(0, &set);
        FD_SET(fd, &set);
        if (select(fd + 1, &set, NULL, NULL, NULL) < 0)
            die_call("select", NULL);
        if (FD_ISSET(0, &set)) {
            char line[100];
            if (read(0, line, sizeof line) <= 0)
                break;
            typed = true;
        }
        if (FD_ISSET(fd, &set)) {
            char buffer[2048];
            struct sockaddr_storage peer;
            socklen_t size = sizeof peer;
            ssize_t n = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&peer, &size);
            if (n < 0)
                die_call("recvfrom", NULL);
            sendto(fd, "?", 1, 0, (struct sockaddr *)&peer, size);
        }
    }
    close(fd);
}
