/* It begins, and no more. */
#include "lab.h"

static int begin(int argc, char **argv, bool *connects)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    *connects = argc == 4 && strcmp(argv[1], "connect") == 0;
    bool listens = argc == 3 && strcmp(argv[1], "listen") == 0;
    if ((!*connects && !listens) || !net_parse_port(argv[argc - 1], &port))
        die_usage("tcp_chat listen PORT | connect HOST PORT");
    if (*connects) {
        if (net_dial(&fd, argv[2], port, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        return fd;
    }
    if (net_listen(&listener, NULL, port, 1, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    return fd;
}

int main(int argc, char **argv)
{
    bool connects;
    int fd = begin(argc, argv, &connects);
    close(fd);
    return 0;
}
