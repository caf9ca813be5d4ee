/* The plainest echo server over TCP that is correct: `tcp_plain PORT`, one client after the other.
 * What a solution is measured against. */
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static void echo(int fd)
{
    char data[4096];
    ssize_t got;

    while ((got = recv(fd, data, sizeof data, 0)) > 0) {
        for (ssize_t sent = 0, n; sent < got; sent += n)
            if ((n = send(fd, data + sent, (size_t)(got - sent), 0)) < 0)
                return;
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
        echo(fd);
        close(fd);
    }
}
