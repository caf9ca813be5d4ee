/* Right in another way: stdio, a temporary name, and an empty file for an empty stream. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int fd;
    char piece[700];
    size_t got;
    enum status status;

    if (argc < 4 || argc > 5 || !net_parse_port(argv[2], &port))
        die_usage("simple_client HOST PORT NAME [OUT]");
    const char *out = argc == 5 ? argv[4] : argv[3];
    if (net_dial(&fd, argv[1], port, IO_FOREVER, &err) != STATUS_OK ||
        io_write_all(fd, argv[3], strlen(argv[3]), IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    shutdown(fd, SHUT_WR);
    FILE *file = fopen("incomplete.tmp", "wb");
    if (file == NULL)
        die_call("fopen", out);
    while ((status = io_read_some(fd, piece, sizeof piece, &got, IO_FOREVER, &err)) == STATUS_OK)
        if (fwrite(piece, 1, got, file) < got)
            die_call("fwrite", out);
    if (status != STATUS_END)
        die("%s", err.text);
    if (fclose(file) == EOF || rename("incomplete.tmp", out) < 0)
        die_call("rename", out);
    return 0;
}
