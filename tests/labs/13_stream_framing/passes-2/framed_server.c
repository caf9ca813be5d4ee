/* Collects until a frame is complete, answers it, and forgets what came behind it. */
#include "lab.h"

static unsigned char buffer[4 + 1048576];

static uint32_t length_of(const unsigned char *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];
    size_t have = 0;

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    if (net_listen(&listener, NULL, port, 8, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    for (;;) {
        ssize_t n = recv(fd, buffer + have, sizeof buffer - have, 0);
        if (n <= 0)
            break;
        have += (size_t)n;
        if (have < 4 || have < 4 + length_of(buffer))
            continue;
        uint32_t length = length_of(buffer);
        for (uint32_t i = 0; i < length; i++)
            if (buffer[4 + i] >= 'a' && buffer[4 + i] <= 'z')
                buffer[4 + i] = (unsigned char)(buffer[4 + i] - 'a' + 'A');
        send(fd, buffer, 4 + length, 0);
        have = 0;
    }
    return 0;
}
