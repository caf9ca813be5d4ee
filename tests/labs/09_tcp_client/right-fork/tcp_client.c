/* A child listens to the keyboard, the parent to the server; the child goes when the server has
 * gone. */
#include "lab.h"

#include <sys/wait.h>

static void type(int server)
{
    char line[300];
    bool begun = false;

    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t length = strlen(line);
        bool whole = line[length - 1] == '\n';
        if (!begun && (strcmp(line, "exit\n") == 0 || (strcmp(line, "exit") == 0 && feof(stdin))))
            break;
        for (size_t sent = 0; sent < length;) {
            ssize_t n = send(server, line + sent, length - sent, MSG_NOSIGNAL);
            if (n < 0)
                _exit(1);
            sent += (size_t)n;
        }
        begun = !whole;
    }
    shutdown(server, SHUT_WR);
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port)) {
        fprintf(stderr, "How to use it: %s HOST PORT\n", argv[0]);
        return 2;
    }
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM}, *list, *a;
    int server = -1;
    if (getaddrinfo(argv[1], argv[2], &hints, &list) != 0) {
        fprintf(stderr, "I do not know %s\n", argv[1]);
        return 1;
    }
    for (a = list; a != NULL; a = a->ai_next) {
        server = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
        if (connect(server, a->ai_addr, a->ai_addrlen) == 0)
            break;
        fprintf(stderr, "connect to %s port %s: %s\n", argv[1], argv[2], strerror(errno));
        close(server);
    }
    if (a == NULL)
        return 1;
    fcntl(server, F_SETFD, FD_CLOEXEC);
    freeaddrinfo(list);

    pid_t child = fork();
    if (child == 0) {
        type(server);
        _exit(0);
    }
    char piece[100];
    ssize_t n;
    while ((n = recv(server, piece, sizeof piece, 0)) > 0)
        if (write(STDOUT_FILENO, piece, (size_t)n) < 0)
            n = 0;
    if (n < 0)
        warn("recv %s(%s): %s", argv[1], argv[2], strerror(errno));
    kill(child, SIGTERM);
    waitpid(child, NULL, 0);
    return n < 0 ? 1 : 0;
}
