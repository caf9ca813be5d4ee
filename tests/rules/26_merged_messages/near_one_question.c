/* It answers the first line and closes, as a server does that takes one question. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("server PORT");
    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    if (listener < 0)
        die_call("socket", NULL);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_ANY);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", NULL);
    if (listen(listener, 8) < 0)
        die_call("listen", NULL);
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        die_call("accept", NULL);
    char buffer[512], answer[600];
    size_t have = 0;
    for (;;) {
        ssize_t n = recv(fd, buffer + have, sizeof buffer - have, 0);
        if (n <= 0)
            break;
        have += (size_t)n;
        char *end;
        while ((end = memchr(buffer, '\n', have)) != NULL) {
            size_t line = (size_t)(end - buffer);
            int len = snprintf(answer, sizeof answer, "got %.*s\n", (int)line, buffer);
            send(fd, answer, (size_t)len, MSG_NOSIGNAL);
            shutdown(fd, SHUT_WR);
            while (recv(fd, buffer, sizeof buffer, 0) > 0)
                continue;
            close(fd);
            close(listener);
            return 0;
            have -= line + 1;
            memmove(buffer, end + 1, have);
        }
    }
    close(fd);
    close(listener);
}
