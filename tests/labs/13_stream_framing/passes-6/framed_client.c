/* Lines of 1000 bytes at most: what is longer is cut into several frames. */
#include "lab.h"

static unsigned char frame[4 + 1048576];

static void read_exactly(int fd, unsigned char *target, size_t size)
{
    while (size > 0) {
        ssize_t n = recv(fd, target, size, 0);
        if (n < 0)
            die_call("recv", NULL);
        if (n == 0)
            die("the answer was cut");
        target += n;
        size -= (size_t)n;
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;
    char line[1000];

    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("framed_client HOST PORT");
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t size = strcspn(line, "\n");
        uint32_t length = htonl((uint32_t)size);
        memcpy(frame, &length, 4);
        memcpy(frame + 4, line, size);
        if (io_write_all(fd, frame, 4 + size, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        read_exactly(fd, frame, 4);
        memcpy(&length, frame, 4);
        length = ntohl(length);
        if (length > 1048576)
            die("the answer is too long");
        read_exactly(fd, frame + 4, length);
        fwrite(frame + 4, 1, length, stdout);
        printf("\n");
        fflush(stdout);
    }
    return 0;
}
