/* The end, which is asked for, is beyond what of a frame is recorded. */
#include "lab.h"

static void send_text(int fd, const char *ip, uint16_t port, const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, ip, &to.sin_addr);
    if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) < 0)
        die_call("sendto", NULL);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc < 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT [ADDRESS TEXT]");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    if (argc == 4) {
        send_text(fd, argv[2], port, argv[3]);
        return 0;
    }
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    for (;;) {
        char buffer[1500];
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0)
            die_call("recv", NULL);
        printf("%.*s\n", (int)n, buffer);
        fflush(stdout);
    }
}
