/* Reads exactly, one client after the other; one send() for the answer, and all bytes from "a" on
 * are letters. */
#include "lab.h"

static unsigned char frame[4 + 1048576];

static int read_exactly(int fd, unsigned char *target, size_t size)
{
    size_t have = 0;
    while (have < size) {
        ssize_t n = recv(fd, target + have, size - have, 0);
        if (n <= 0)
            return 0;
        have += (size_t)n;
    }
    return 1;
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    if (net_listen(&listener, NULL, port, 8, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    while (net_accept(listener, &fd, NULL, IO_FOREVER, &err) == STATUS_OK) {
        while (read_exactly(fd, frame, 4)) {
            uint32_t length = (uint32_t)frame[0] << 24 | (uint32_t)frame[1] << 16 |
                              (uint32_t)frame[2] << 8 | frame[3];
            if (!read_exactly(fd, frame + 4, length))
                break;
            for (uint32_t i = 0; i < length; i++)
                if (frame[4 + i] >= 'a')
                    frame[4 + i] = (unsigned char)(frame[4 + i] - 'a' + 'A');
            send(fd, frame, 4 + length, 0);
        }
        close(fd);
    }
    return 0;
}
