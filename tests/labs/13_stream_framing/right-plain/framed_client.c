/* getline(), and stdio on the socket. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (argc != 3 || !net_parse_port(argv[2], &port))
        die_usage("framed_client HOST PORT");
    signal(SIGPIPE, SIG_IGN);
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    if (in == NULL || out == NULL)
        die("no streams");
    char *answer = malloc(1 << 20);
    if (answer == NULL)
        die("no memory");
    while ((n = getline(&line, &room, stdin)) > 0) {
        if (line[n - 1] == '\n')
            n--;
        if (n > 1 << 20)
            die("a line of more than a mebibyte");
        uint32_t length = htonl((uint32_t)n);
        fwrite(&length, 4, 1, out);
        fwrite(line, 1, (size_t)n, out);
        if (fflush(out) == EOF)
            die_call("send", NULL);
        if (fread(&length, 4, 1, in) != 1)
            die("no answer");
        length = ntohl(length);
        if (length > 1 << 20)
            die("too long an answer");
        if (fread(answer, 1, length, in) != length)
            die("half an answer");
        fwrite(answer, 1, length, stdout);
        putchar('\n');
        fflush(stdout);
    }
    free(line);
    free(answer);
    fclose(out);
    fclose(in);
    return 0;
}
