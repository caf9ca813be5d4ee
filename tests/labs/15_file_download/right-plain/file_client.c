/* Right in another way: stdio for the file, the line reader for the line, a hidden temporary name,
 * and all of the text in memory. */
#include "lab.h"

#include <iconv.h>
#include <sys/stat.h>

static void print_utf8(const char *path, const char *encoding, long size)
{
    iconv_t cd = iconv_open("UTF-8", encoding);
    size_t left = (size_t)size, room = left * 4 + 16;
    char *in = malloc(left + 1), *out = malloc(room);
    FILE *file = fopen(path, "rb");
    if (cd == (iconv_t)-1 || in == NULL || out == NULL || file == NULL ||
        fread(in, 1, left, file) != left)
        die_call("fread", path);
    char *from = in, *to = out;
    iconv(cd, &from, &left, &to, &room);
    fwrite(out, 1, (size_t)(to - out), stdout);
    fflush(stdout);
    fclose(file);
    free(in);
    free(out);
    iconv_close(cd);
}

int main(int argc, char **argv)
{
    const char *encoding = NULL, *words[4] = {NULL};
    int count = 0, fd;
    uint16_t port;
    struct err err;
    static struct io_reader reader;
    struct io_line line;
    char part[4200], request[8300], piece[1000];
    long long size = -1;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            encoding = argv[++i];
        else if (count < 4)
            words[count++] = argv[i];
    }
    if (count < 3 || !net_parse_port(words[1], &port))
        die_usage("file_client HOST PORT NAME [OUT]");
    const char *out = words[3];
    if (out == NULL)
        out = strrchr(words[2], '/') != NULL ? strrchr(words[2], '/') + 1 : words[2];
    snprintf(part, sizeof part, "%s~incomplete", out);
    struct stat st;
    long long have = stat(part, &st) == 0 ? st.st_size : 0;
    if (net_dial(&fd, words[0], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    if (have > 0)
        snprintf(request, sizeof request, "GET %s %lld\n", words[2], have);
    else
        snprintf(request, sizeof request, "GET %s\n", words[2]);
    if (io_write_all(fd, request, strlen(request), IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    io_reader_init(&reader, fd);
    if (io_read_line(&reader, &line, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    if (strncmp(line.text, "OK ", 3) == 0 &&
        strspn(line.text + 3, "0123456789") == line.length - 3 && line.length > 3 &&
        line.length < 20)
        size = strtoll(line.text + 3, NULL, 10);
    if (size < have)
        die("%s", line.text);
    FILE *file = fopen(part, "ab");
    if (file == NULL)
        die_call("fopen", part);
    setvbuf(file, NULL, _IONBF, 0);
    while (have < size) {
        size_t got = 0, want = size - have < 1000 ? (size_t)(size - have) : 1000;
        enum status status = io_read_body(&reader, piece, want, &got, IO_FOREVER, &err);
        if (fwrite(piece, 1, got, file) < got)
            die_call("fwrite", part);
        have += (long long)got;
        if (isatty(1)) {
            printf("\r%lld %%", have * 100 / size);
            fflush(stdout);
        }
        if (status != STATUS_OK)
            die("%s", err.text);
    }
    if (isatty(1))
        printf("\r100 %%\n");
    if (fclose(file) == EOF || rename(part, out) < 0)
        die_call("rename", part);
    if (encoding != NULL)
        print_utf8(out, encoding, (long)size);
    close(fd);
}
