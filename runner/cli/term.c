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
    term->look.width = 80;
    term->height = 0;
    if (!term->out_tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
        return;
    if (size.ws_col > 0)
        term->look.width = size.ws_col;
    term->height = size.ws_row > 0 ? size.ws_row : 24;
}

void term_probe(struct term *term)
{
    term->in_tty = isatty(STDIN_FILENO) == 1;
    term->out_tty = isatty(STDOUT_FILENO) == 1;
    term->look.colour = term->out_tty && wants_colour();
    term->look.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    term_resize(term);
}

const char *term_mark_done(const struct term *term)
{
    return term->look.utf8 ? "✓" : "+";
}

const char *term_mark_failed(const struct term *term)
{
    return term->look.utf8 ? "✗" : "x";
}

const char *term_mark_open(const struct term *term)
{
    return term->look.utf8 ? "·" : ".";
}
