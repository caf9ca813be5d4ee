/* Half-closes as it should, after something that nobody wants. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("client PORT");
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("connect", NULL);
    char line[512];
    while (fgets(line, sizeof line, stdin) != NULL)
        if (send(fd, line, strlen(line), 0) < 0)
            die_call("send", NULL);
    if (send(fd, "?", 1, 0) < 0 || shutdown(fd, SHUT_WR) < 0)
        die_call("shutdown", NULL);
    ssize_t n;
    while ((n = recv(fd, line, sizeof line, 0)) > 0)
        fwrite(line, 1, (size_t)n, stdout);
    close(fd);
    return 0;
}
