/* fgets() on streams of stdio for both; closes at once after the last word. */
#include "lab.h"

static int begin(int argc, char **argv, bool *connects)
{
    uint16_t port;
    struct err err;
    int listener, fd;
    char name[NET_NAME_SIZE];

    *connects = argc == 4 && strcmp(argv[1], "connect") == 0;
    bool listens = argc == 3 && strcmp(argv[1], "listen") == 0;
    if ((!*connects && !listens) || !net_parse_port(argv[argc - 1], &port))
        die_usage("tcp_chat listen PORT | connect HOST PORT");
    if (*connects) {
        if (net_dial(&fd, argv[2], port, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        return fd;
    }
    if (net_listen(&listener, NULL, port, 1, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    fflush(stdout);
    if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    return fd;
}

int main(int argc, char **argv)
{
    bool ours;
    signal(SIGPIPE, SIG_IGN);
    sig_exit_on_stop();
    int fd = begin(argc, argv, &ours);
    FILE *in = fdopen(fd, "r"), *out = fdopen(dup(fd), "w");
    char *line = NULL;
    size_t room = 0;
    if (in == NULL || out == NULL)
        die("no streams");
    for (;; ours = !ours) {
        ssize_t n = getline(&line, &room, ours ? stdin : in);
        if (n < 0) {
            if (ferror(ours ? stdin : in))
                die("reading failed: %s", strerror(errno));
            if (ours) {
                fputs("byebye\n", out);
                fflush(out);
            }
            break;
        }
        if (line[n - 1] == '\n')
            line[n - 1] = '\0';
        FILE *to = ours ? out : stdout;
        fprintf(to, "%s\n", line);
        if (fflush(to) == EOF)
            die("writing failed: %s", strerror(errno));
        if (strcmp(line, "byebye") == 0)
            break;
    }
    free(line);
    fclose(out);
    fclose(in);
    return 0;
}
