/* cli/term - what the terminal can show. */
#include "cli/term.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool wants_colour(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *name = getenv("TERM");
    if (no_color && *no_color)
        return false;
    return name && *name && strcmp(name, "dumb") != 0;
}

void term_resize(struct term *term)
{
    struct winsize size;
    term->width = 80;
    term->height = 0;
    if (!term->out_tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        return;
    if (size.ws_col > 0)
        term->width = size.ws_col;
    term->height = size.ws_row > 0 ? size.ws_row : 24;
}

void term_probe(struct term *term)
{
    term->in_tty = isatty(STDIN_FILENO) == 1;
    term->out_tty = isatty(STDOUT_FILENO) == 1;
    term->colour = term->out_tty && wants_colour();
    term->utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term_resize(term);
}

const char *term_on(const struct term *term, enum paint paint)
{
    static const char *const codes[] = {
        [PAINT_BOLD] = "\033[1m", [PAINT_DIM] = "\033[2m",   [PAINT_GOOD] = "\033[32m",
        [PAINT_BAD] = "\033[31m", [PAINT_NOTE] = "\033[36m",
    };
    return term->colour ? codes[paint] : "";
}

const char *term_off(const struct term *term)
{
    return term->colour ? "\033[0m" : "";
}

const char *term_mark_done(const struct term *term)
{
    return term->utf8 ? "✓" : "+";
}

const char *term_mark_failed(const struct term *term)
{
    return term->utf8 ? "✗" : "x";
}

const char *term_mark_open(const struct term *term)
{
    return term->utf8 ? "·" : ".";
}
