/* A child listens to the keyboard, the parent to the server. */
#include "lab.h"

static void send_all(int fd, const char *bytes, size_t size)
{
    for (size_t sent = 0; sent < size;) {
        ssize_t n = send(fd, bytes + sent, size - sent, 0);
        if (n < 0)
            die_call("send", NULL);
        sent += (size_t)n;
    }
}

/* Passes the lines of standard input on, up to `exit` or its end. */
static void talk(int fd)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0 && strcmp(line, "exit\n") != 0 &&
           strcmp(line, "exit") != 0)
        send_all(fd, line, (size_t)n);
    free(line);
    shutdown(fd, SHUT_WR);
}

/* Prints what comes, up to its end. */
static void hear(int fd, const char *peer)
{
    char piece[700];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0) {
        fwrite(piece, 1, (size_t)n, stdout);
        fflush(stdout);
    }
    if (n < 0)
        die_call("recv", peer);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    signal(SIGPIPE, SIG_IGN);
    struct err err;
    int fd;
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    net_peer_name(fd, name);
    pid_t child = fork();
    if (child < 0)
        die_call("fork", NULL);
    if (child == 0) {
        talk(fd);
        _exit(0);
    }
    hear(fd, name);
    kill(child, SIGTERM);
    close(fd);
    return 0;
}
