/*
 * A TCP client, or with "listen" before its port a server, that does what its arguments say, for
 * tests/scene/test_scene_streams.c.
 *
 *   =TEXT   sends the text        x=N  sends N times 'x'      0=N  sends N zero bytes
 *   r=N     reads N bytes         R    reads up to the end    a    takes the next connection
 *   c       closes                A=N  takes N connections, one after another, and closes each
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int listener = -1, line = -1;

static int complain(const char *what)
{
    printf("%s: %s\n", what, strerror(errno));
    return 1;
}

static int send_all(const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = send(line, data, len, MSG_NOSIGNAL);
        if (n < 0)
            return complain("send");
        data += n;
        len -= (size_t)n;
    }
    return 0;
}

static int send_many(char c, size_t count)
{
    char *data = malloc(count);
    memset(data, c, count);
    int rc = send_all(data, count);
    free(data);
    return rc;
}

static int read_bytes(size_t count)
{
    static char buffer[65536];
    ssize_t n = 1;
    size_t got = 0;
    while (got < count && n > 0) {
        n = recv(line, buffer, count - got < sizeof buffer ? count - got : sizeof buffer, 0);
        if (n < 0)
            return complain("recv");
        got += (size_t)n;
    }
    printf("read %zu\n", got);
    return 0;
}

static int take(long count)
{
    for (long i = 0; i < count; i++) {
        if (line >= 0)
            close(line);
        line = accept(listener, NULL, NULL);
        if (line < 0)
            return complain("accept");
    }
    return 0;
}

static int follow(const char *word)
{
    long number = word[0] != '\0' && word[1] == '=' ? atol(word + 2) : 0;
    switch (word[0]) {
    case '=':
        return send_all(word + 1, strlen(word + 1));
    case 'x':
    case '0':
        return send_many(word[0] == 'x' ? 'x' : '\0', (size_t)number);
    case 'r':
        return read_bytes((size_t)number);
    case 'R':
        return read_bytes((size_t)-1);
    case 'a':
        return take(1);
    case 'A':
        return take(number);
    case 'c':
        close(line);
        line = -1;
        return 0;
    default:
        return 2;
    }
}

int main(int argc, char **argv)
{
    int one = 1, first = argc > 2 && strcmp(argv[1], "listen") == 0 ? 2 : 1;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    to.sin_port = htons((unsigned short)atoi(argv[first]));
    if (first == 2) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
        listener = fd;
        if (bind(fd, (struct sockaddr *)&to, sizeof to) < 0 || listen(fd, 1024) < 0)
            return complain("listen");
    } else {
        line = fd;
        if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
            return complain("connect");
    }
    for (int i = first + 1; i < argc; i++)
        if (follow(argv[i]) != 0)
            return 1;
    return 0;
}
