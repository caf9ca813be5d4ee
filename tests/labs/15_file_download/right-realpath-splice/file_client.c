/* Right in another way: splice() through a pipe, and a resume that asks for a few bytes again and
 * compares them. */
#define _GNU_SOURCE
#include "lab.h"

#include <iconv.h>
#include <sys/stat.h>

enum { AGAIN = 16 };

static char text[70000], translated[280000];

static void print_text(const char *path, const char *encoding)
{
    iconv_t cd = iconv_open("UTF-8", encoding);
    FILE *file = fopen(path, "rb");
    size_t left = 0, got;

    if (cd == (iconv_t)-1 || file == NULL)
        die_call("iconv_open", encoding);
    while ((got = fread(text + left, 1, sizeof text - left, file)) > 0) {
        char *from = text, *to = translated;
        size_t room = sizeof translated;
        left += got;
        iconv(cd, &from, &left, &to, &room);
        fwrite(translated, 1, sizeof translated - room, stdout);
        memmove(text, from, left);
    }
    fflush(stdout);
}

/* One byte at a time: what is behind the line stays in the kernel. */
static void read_line(int fd, char *line, size_t size)
{
    for (size_t have = 0; have < size - 1; have++) {
        if (recv(fd, line + have, 1, 0) != 1)
            die("no answer");
        if (line[have] == '\n') {
            line[have] = '\0';
            return;
        }
    }
    die("no line");
}

int main(int argc, char **argv)
{
    const char *encoding = NULL, *words[4] = {NULL};
    char line[300], part[4200], old[AGAIN], new[AGAIN];
    int count = 0, fd, ends[2];
    uint16_t port;
    struct err err;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--from") == 0 && i + 1 < argc)
            encoding = argv[++i];
        else if (count < 4)
            words[count++] = argv[i];
    }
    if (count < 3 || !net_parse_port(words[1], &port))
        die_usage("file_client HOST PORT NAME [OUT]");
    const char *slash = strrchr(words[2], '/');
    const char *out = words[3] != NULL ? words[3] : slash != NULL ? slash + 1 : words[2];
    snprintf(part, sizeof part, "%s.tmp", out);
    int file = open(part, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || pipe(ends) < 0)
        die_call("open", part);
    long long have = lseek(file, 0, SEEK_END), size, again = have > AGAIN ? AGAIN : 0;
    if (again == 0)
        have = 0;
    if (net_dial(&fd, words[0], port, IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    snprintf(text, sizeof text, "GET %s %lld\n", words[2], have - again);
    if (have == 0)
        snprintf(text, sizeof text, "GET %s\n", words[2]);
    if (io_write_all(fd, text, strlen(text), IO_FOREVER, &err) != STATUS_OK)
        die("%s", err.text);
    read_line(fd, line, sizeof line);
    if (strncmp(line, "OK ", 3) != 0 || strlen(line) > 20 || line[3] == '\0' ||
        strspn(line + 3, "0123456789") != strlen(line + 3))
        die("%s", line);
    size = strtoll(line + 3, NULL, 10);
    if (again > 0 &&
        (io_read_exactly(fd, new, AGAIN, NULL, IO_FOREVER, &err) != STATUS_OK ||
         pread(file, old, AGAIN, have - again) != AGAIN || memcmp(old, new, AGAIN) != 0))
        die("it is another file now");
    lseek(file, have, SEEK_SET);
    while (have < size) {
        size_t most = size - have < 65536 ? (size_t)(size - have) : 65536;
        ssize_t n = splice(fd, NULL, ends[1], NULL, most, 0);
        if (n <= 0)
            die("the stream ended after %lld of %lld bytes", have, size);
        for (ssize_t rest = n; rest > 0;) {
            ssize_t moved = splice(ends[0], NULL, file, NULL, (size_t)rest, 0);
            if (moved <= 0)
                die_call("splice", part);
            rest -= moved;
        }
        have += n;
        if (isatty(STDOUT_FILENO))
            printf("\r%3lld%%", have * 100 / size);
        fflush(stdout);
    }
    if (isatty(STDOUT_FILENO))
        printf("\r100%%\n");
    if (rename(part, out) < 0)
        die_call("rename", part);
    if (encoding != NULL)
        print_text(out, encoding);
    return 0;
}
