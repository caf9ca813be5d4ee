/* SIGPIPE comes from a pipe of its own. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
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
    int ends[2];
    if (pipe(ends) < 0)
        die_call("pipe", NULL);
    close(ends[0]);
    int client = accept(fd, NULL, NULL);
    if (write(ends[1], "x", 1) < 0)
        die_call("write", NULL);
    return client;
}
