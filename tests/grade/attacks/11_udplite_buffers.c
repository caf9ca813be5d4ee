// Datagrams that wait in sockets of a protocol that nobody thinks of (UDP-Lite, RFC 3828).
// expect: outcome=limit limit=memory
static void fill(void)
{
    static char message[60000];
    for (int i = 0; i < 900; i++) {
        struct sockaddr_in name = {.sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t len = sizeof name;
        int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 136), most = 1 << 20;
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &most, sizeof most);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &most, sizeof most);
        if (bind(fd, (struct sockaddr *)&name, len) != 0 ||
            getsockname(fd, (struct sockaddr *)&name, &len) != 0)
            return; /* no more descriptors: those that there are stay full */
        for (int k = 0; k < 7; k++)
            sendto(fd, message, sizeof message, MSG_DONTWAIT, (struct sockaddr *)&name, len);
    }
}

int main(void)
{
    for (int child = 0; child < 8; child++) {
        if (fork() == 0) {
            fill();
            pause();
        }
    }
    for (int i = 0; i < 60; i++)
        sleep(1);
    breach("memory in UDP-Lite's sockets without end");
}
