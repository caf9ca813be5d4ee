/* room_client - a child shows what comes; the parent reads the keyboard and waits for signals. */
#include "lab.h"

static int fd;
static pid_t child;

static void leave(int number)
{
    (void)number;
    send(fd, "/leave", 6, 0);
    kill(child, SIGKILL);
    _exit(0);
}

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage("room_client HOST PORT NAME");
    struct addrinfo wanted = {.ai_family = AF_INET, .ai_socktype = SOCK_DGRAM}, *list;
    int problem = getaddrinfo(argv[1], argv[2], &wanted, &list);
    if (problem != 0)
        die("%s: %s", argv[1], gai_strerror(problem));
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0 || connect(fd, list->ai_addr, list->ai_addrlen) < 0)
        die_call("connect", argv[1]);
    freeaddrinfo(list);
    child = fork();
    if (child == 0) {
        static char text[65536];
        for (;;) {
            ssize_t n = recv(fd, text, sizeof text, 0);
            if (n < 0)
                continue;
            printf("%.*s\n", (int)n, text);
            fflush(stdout);
        }
    }
    signal(SIGINT, leave);
    signal(SIGTERM, leave);
    char line[70000];
    snprintf(line, sizeof line, "/join %s", argv[3]);
    send(fd, line, strlen(line), 0);
    while (fgets(line, sizeof line, stdin) != NULL && strcmp(line, "/leave\n") != 0) {
        line[strcspn(line, "\n")] = '\0';
        if (send(fd, line, strlen(line), 0) < 0)
            warn_call("send", NULL);
    }
    leave(0);
}
