/* cli/tally - how far a long piece of work has come. */
#include "cli/tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "cli/signals.h"

enum { DRAW_MS = 100, BAR_MOST = 30, BAR_LEAST = 5 };

void tally_init(struct tally *tally, struct cli *cli, bool quiet)
{
    const char *term = getenv("TERM");
    *tally = (struct tally){.cli = cli, .quiet = quiet};
    tally->bar = cli->term.out_tty && term && *term && strcmp(term, "dumb") != 0;
}

void tally_clear(struct tally *tally)
{
    if (tally->shown)
        fputs("\r\033[K", stdout);
    tally->shown = false;
}

/* "3.1/s, 2 min left" */
static void add_pace(const struct tally *tally, size_t done, size_t all, struct strbuf *out)
{
    double seconds = (double)(clock_now() - tally->begin) / (double)CLOCK_S;
    if (done <= tally->first || seconds <= 0)
        return;
    double rate = (double)(done - tally->first) / seconds;
    strbuf_printf(out, rate >= 10 ? "  %.0f/s" : "  %.1f/s", rate);
    if (done < all) {
        strbuf_puts(out, ", ");
        cli_duration((long long)((double)(all - done) / rate + 0.5), out);
        strbuf_puts(out, " left");
    }
}

static void draw(struct tally *tally, size_t done, size_t all, const char *what)
{
    struct strbuf text = STRBUF_INIT, line = STRBUF_INIT;
    const struct look *look = &tally->cli->term.look;
    size_t width = look->width > 1 ? (size_t)look->width - 1 : 1;
    strbuf_printf(&text, " %zu of %zu", done, all);
    add_pace(tally, done, all, &text);
    size_t used = text_columns(text.data, text.len) + 2;
    size_t bar = width > used + BAR_LEAST ? width - used : 0;
    if (bar > BAR_MOST)
        bar = BAR_MOST;
    if (bar > 0) {
        size_t full = all > 0 ? bar * done / all : bar;
        strbuf_printf(&line, "[%s", look_on(look, LOOK_GOOD));
        strbuf_pad(&line, '#', full);
        strbuf_puts(&line, look_off(look));
        strbuf_pad(&line, '.', bar - full);
        strbuf_puts(&line, "]");
    }
    strbuf_puts(&line, text.data);
    if (what != NULL &&
        text_columns(line.data, line.len) + text_columns(what, strlen(what)) + 2 <= width)
        strbuf_printf(&line, "  %s", what);
    if (text_columns(line.data, line.len) > width)
        strbuf_cut(&line, 0); /* too narrow for anything */
    printf("\r\033[K%s", line.data);
    fflush(stdout);
    tally->shown = true;
    strbuf_free(&text);
    strbuf_free(&line);
}

void tally_tell(struct tally *tally, size_t done, size_t all, const char *what)
{
    int64_t now = clock_now();
    if (tally->quiet)
        return;
    if (what == NULL) { /* a beginning */
        tally->begin = now;
        tally->first = done;
    }
    if (!tally->bar) {
        if (what != NULL) {
            printf("%zu/%zu %s\n", done, all, what);
            fflush(stdout);
        }
        return;
    }
    if (signals.resized) {
        signals.resized = 0;
        term_resize(&tally->cli->term);
    }
    if (all == 0 || (done < all && what != NULL && now - tally->drawn < DRAW_MS * CLOCK_MS))
        return;
    tally->drawn = now;
    draw(tally, done, all, what);
}
