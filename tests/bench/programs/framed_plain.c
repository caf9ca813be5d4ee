/* The plainest server of frames that is correct: `framed_plain PORT`. A length of 4 bytes, a
 * payload of at most 1 MiB, the answer is the payload in capitals. What a solution is measured
 * against. */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIMIT = 1 << 20 };

static char frame[4 + LIMIT];

static int read_all(int fd, char *to, size_t size)
{
    for (size_t have = 0; have < size;) {
        ssize_t n = recv(fd, to + have, size - have, 0);
        if (n <= 0)
            return 0;
        have += (size_t)n;
    }
    return 1;
}

static void serve(int fd)
{
    uint32_t length;

    while (read_all(fd, frame, 4)) {
        memcpy(&length, frame, 4);
        length = ntohl(length);
        if (length > LIMIT || !read_all(fd, frame + 4, length))
            return;
        for (uint32_t i = 4; i < 4 + length; i++)
            if (frame[i] >= 'a' && frame[i] <= 'z')
                frame[i] = (char)(frame[i] - 'a' + 'A');
        for (size_t sent = 0; sent < 4 + length;) {
            ssize_t n = send(fd, frame + sent, 4 + length - sent, 0);
            if (n < 0)
                return;
            sent += (size_t)n;
        }
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in self = {.sin_family = AF_INET};
    int on = 1, fd, listener = socket(AF_INET, SOCK_STREAM, 0);

    signal(SIGPIPE, SIG_IGN);
    self.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&self, sizeof self) != 0 || listen(listener, 16) != 0)
        return 1;
    while ((fd = accept(listener, NULL, NULL)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        serve(fd);
        close(fd);
    }
}
