/* A thread types, the main program prints; it ends when as many answers as questions have come. */
#include "lab.h"

#include <pthread.h>

static int fd;

static void *type(void *unused)
{
    (void)unused;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    while ((n = getline(&line, &room, stdin)) > 0) {
        uint32_t size = (uint32_t)(line[n - 1] == '\n' ? n - 1 : n), wire = htonl(size);
        if (size > 1048576)
            die("the line is too long");
        unsigned char *whole = malloc(4 + (size_t)size);
        if (whole == NULL)
            die("no memory");
        memcpy(whole, &wire, 4);
        memcpy(whole + 4, line, size);
        struct err err;
        if (io_write_all(fd, whole, 4 + (size_t)size, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        free(whole);
    }
    free(line);
    shutdown(fd, SHUT_WR);
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    pthread_t thread;
    static unsigned char answer[1048576];
    unsigned char header[4];
    size_t got;

    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("framed_client HOST PORT");
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    if (pthread_create(&thread, NULL, type, NULL) != 0)
        die("pthread_create");
    for (;;) {
        enum status status = io_read_exactly(fd, header, 4, &got, IO_FOREVER, &err);
        if (status == STATUS_END && got == 0)
            break; /* a server that closes before it has answered is told by the thread's send */
        if (status != STATUS_OK)
            die("%s", err.text);
        uint32_t size = (uint32_t)header[0] << 24 | (uint32_t)header[1] << 16 |
                        (uint32_t)header[2] << 8 | header[3];
        if (size > sizeof answer)
            die("an answer of %" PRIu32 " bytes", size);
        if (io_read_exactly(fd, answer, size, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        fwrite(answer, 1, size, stdout);
        putchar('\n');
        fflush(stdout);
    }
    return 0;
}
