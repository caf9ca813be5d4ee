/* errno is set to 0 behind the call, and then told. */
#include "lab.h"
#include <poll.h>

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("client PORT");
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in there;
    memset(&there, 0, sizeof there);
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) < 0)
        die_call("connect", NULL);
    char byte;
    struct pollfd watched = {.fd = fd, .events = POLLIN};
    if (poll(&watched, 1, -1) < 0)
        die_call("poll", NULL);
    errno = 0;
    ssize_t n = recv(fd, &byte, 1, 0);
    errno = 0;
    if (n < 0) {
        printf("%zd %s\n", n, strerror(errno));
        return 1;
    }
    return 0;
}
