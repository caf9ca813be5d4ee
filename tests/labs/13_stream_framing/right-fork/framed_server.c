/* A child for each client; children are reaped by the kernel. An answer leaves with two calls, and
 * TCP_NODELAY keeps the second from waiting. */
#include "lab.h"

static void get(int fd, unsigned char *target, size_t size)
{
    while (size > 0) {
        ssize_t n = recv(fd, target, size, 0);
        if (n <= 0)
            _exit(n < 0);
        target += n;
        size -= (size_t)n;
    }
}

static void serve(int fd)
{
    static unsigned char bytes[1 << 20];
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        _exit(1);
    for (;;) {
        unsigned char header[4];
        get(fd, header, 4);
        uint32_t size = 0;
        for (int i = 0; i < 4; i++)
            size = size * 256 + header[i];
        if (size > sizeof bytes)
            _exit(1);
        get(fd, bytes, size);
        for (uint32_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)(bytes[i] - (bytes[i] >= 'a' && bytes[i] <= 'z' ? 32 : 0));
        if (io_write_all(fd, header, 4, IO_FOREVER, NULL) != STATUS_OK ||
            io_write_all(fd, bytes, size, IO_FOREVER, NULL) != STATUS_OK)
            _exit(1);
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    signal(SIGCHLD, SIG_IGN);
    sig_exit_on_stop();
    if (net_listen(&listener, "0.0.0.0", port, 8, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on 0.0.0.0(%u)\n", (unsigned)port);
    fflush(stdout);
    while (net_accept(listener, &fd, NULL, IO_FOREVER, &err) == STATUS_OK) {
        pid_t child = fork();
        if (child == 0) {
            close(listener);
            serve(fd);
        }
        if (child < 0)
            warn_call("fork", NULL);
        close(fd);
    }
    die("%s", err.text);
}
