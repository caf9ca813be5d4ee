// As many calls and sockets as there may be: what has to be said of them must not take long.
// expect: outcome=limit|fail
int main(void)
{
    for (int child = 0; child < 8; child++)
        if (fork() == 0) {
            for (int i = 0; i < 400; i++) {
                struct sockaddr_in name = {.sin_family = AF_INET,
                                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
                socklen_t len = sizeof name;
                int fd = socket(AF_INET, i % 2 ? SOCK_DGRAM : SOCK_STREAM, 0);
                if (bind(fd, (struct sockaddr *)&name, len) != 0 ||
                    getsockname(fd, (struct sockaddr *)&name, &len) != 0)
                    break;
                if (i % 2 == 0)
                    listen(fd, 1);
                int to = socket(AF_INET, (i % 2 ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK, 0);
                connect(to, (struct sockaddr *)&name, len);
                send(to, "x", 1, MSG_DONTWAIT | MSG_NOSIGNAL);
                close(to);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    return 1;
}
