/* cli/pager - long text on a terminal. */
#include "cli/pager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/foreground.h"

/* Rows that the text fills; lines wider than the screen take several. */
static unsigned rows(const struct strbuf *text, unsigned width)
{
    unsigned count = 0;
    const char *line = text->data, *end = text->data + text->len;
    while (line < end) {
        const char *next = memchr(line, '\n', (size_t)(end - line));
        size_t len = (size_t)((next ? next : end) - line);
        size_t columns = utf8_columns(line, len);
        count += columns > width ? (unsigned)((columns + width - 1) / width) : 1;
        line = next ? next + 1 : end;
    }
    return count;
}

/* The text as a file without a name: a pager may leave early, and no pipe breaks. */
static int text_file(const struct strbuf *text)
{
    int fd = memfd_create("socklings-page", MFD_CLOEXEC);
    size_t done = 0;
    while (fd >= 0 && done < text->len) {
        ssize_t n = write(fd, text->data + done, text->len - done);
        if (n <= 0) {
            close(fd);
            return -1;
        }
        done += (size_t)n;
    }
    if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* False when there is no pager to be had. */
static bool page(const struct strbuf *text, const char *pager)
{
    char *argv[] = {"sh", "-c", (char *)(size_t)pager, NULL};
    struct foreground what = {.argv = argv, .input = text_file(text), .output = -1};
    int status;
    if (what.input < 0)
        return false;
    setenv("LESS", "FRX", 0);
    setenv("LESSCHARSET", "utf-8", 0);
    bool ran = foreground_run(&what, &status, NULL) == 0;
    close(what.input);
    /* The shell's way of saying that there is no such program. */
    return ran &&
           !(WIFEXITED(status) && (WEXITSTATUS(status) == 127 || WEXITSTATUS(status) == 126));
}

void pager_show(struct cli *cli, const struct strbuf *text)
{
    const char *pager = getenv("PAGER");
    if (!pager)
        pager = "less -R";
    bool wanted = cli->term.in_tty && cli->term.out_tty && *pager && strcmp(pager, "cat") != 0;
    if (wanted && rows(text, (unsigned)cli->term.look.width) >= cli->term.height &&
        page(text, pager))
        return;
    fwrite(text->data, 1, text->len, stdout);
}
