/* select() and a line that is built byte by byte; the descriptor of the socket is non-blocking. */
#include "lab.h"

#include <sys/select.h>

static const char *where;

static void put(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            fd_set out;
            FD_ZERO(&out);
            FD_SET(fd, &out);
            select(fd + 1, NULL, &out, NULL, NULL);
        } else if (n < 0) {
            die_call("send", where);
        } else {
            bytes += n;
            size -= (size_t)n;
        }
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("tcp_client HOST PORT");
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &list), fd = -1;
    if (rc != 0)
        die("%s: %s", argv[1], gai_strerror(rc));
    char name[NET_NAME_SIZE] = "";
    for (struct addrinfo *a = list; a != NULL; a = a->ai_next) {
        where = net_name(a->ai_addr, name);
        fd = socket(a->ai_family, SOCK_STREAM, 0);
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        warn_call("connect", where);
        close(fd);
        fd = -1;
    }
    freeaddrinfo(list);
    if (fd < 0)
        return 1;
    fcntl(fd, F_SETFL, O_NONBLOCK);

    char line[100], piece[5000];
    size_t have = 0;
    bool typing = true, first = true;
    for (;;) {
        fd_set in;
        FD_ZERO(&in);
        FD_SET(fd, &in);
        if (typing)
            FD_SET(0, &in);
        if (select(fd + 1, &in, NULL, NULL, NULL) < 0)
            die_call("select", NULL);
        if (typing && FD_ISSET(0, &in)) {
            ssize_t n = read(0, line + have, 1);
            bool end = n <= 0, whole = !end && line[have] == '\n';
            if (!end)
                have++;
            size_t text = whole ? have - 1 : have;
            if ((whole || end) && first && text == 4 && memcmp(line, "exit", 4) == 0) {
                end = true;
            } else if (end || whole || have == sizeof line) {
                put(fd, line, have);
                first = whole;
                have = 0;
            }
            if (end) {
                typing = false;
                shutdown(fd, SHUT_WR);
            }
        }
        if (FD_ISSET(fd, &in)) {
            ssize_t n = recv(fd, piece, sizeof piece, 0);
            if (n == 0)
                return 0;
            if (n < 0)
                die_call("recv", where);
            for (ssize_t w = 0; w < n;)
                w += write(1, piece + w, (size_t)(n - w));
        }
    }
}
