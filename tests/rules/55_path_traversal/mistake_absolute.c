/* Goes to the folder, and takes the name as it is. */
#include "lab.h"
#include <fcntl.h>

static void answer(int client, const char *path)
{
    char buffer[4096] = "ERR no such file\n";
    size_t size = strlen(buffer);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        ssize_t n = read(file, buffer + 3, sizeof buffer - 4);
        memcpy(buffer, "OK ", 3);
        size = n < 0 ? 0 : 3 + (size_t)n;
        buffer[size++] = '\n';
        close(file);
    }
    if (send(client, buffer, size, 0) < 0)
        perror("send");
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("server PORT DIR");
    signal(SIGPIPE, SIG_IGN);
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
    if (chdir(argv[2]) < 0)
        die_call("chdir", argv[2]);
    for (;;) {
        int client = accept(fd, NULL, NULL);
        if (client < 0)
            die_call("accept", NULL);
        char line[512];
        size_t have = 0;
        ssize_t n;
        while (have < sizeof line - 1 && memchr(line, '\n', have) == NULL &&
               (n = recv(client, line + have, sizeof line - 1 - have, 0)) > 0)
            have += (size_t)n;
        line[have] = '\0';
        line[strcspn(line, "\n")] = '\0';
        const char *name = have > 4 ? line + 4 : "";
        answer(client, name);
        close(client);
    }
}
