/*
 * canvas.c - a line of cells, each with a character and a paint.
 */
#include "report/canvas.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

void canvas_clear(struct canvas *c, const struct look *look, int width)
{
    memset(c, 0, sizeof *c);
    c->look = look;
    c->width = width < 1 ? 1 : width > CANVAS_WIDTH_MAX ? CANVAS_WIDTH_MAX : width;
    for (int i = 0; i < c->width; i++)
        c->cells[i].paint = CANVAS_PLAIN;
}

static void fit_look(const struct look *look, struct strbuf *out, const char *text)
{
    if (look->utf8)
        strbuf_puts(out, text);
    else
        look_clean(look, out, text);
}

static void set_cell(struct canvas *c, int column, const char *text, size_t len, int columns,
                     int paint)
{
    if (column < 0 || column + columns > c->width || len > sizeof c->cells[0].text)
        return;
    struct canvas_cell *cell = &c->cells[column];
    /* Half of a wide character does not stay. */
    if (cell->covered && column > 0)
        c->cells[column - 1].len = 0;
    if (column + columns < c->width)
        c->cells[column + columns].covered = false;
    memcpy(cell->text, text, len);
    cell->len = (unsigned char)len;
    cell->paint = (signed char)paint;
    cell->covered = false;
    if (columns == 2)
        c->cells[column + 1] = (struct canvas_cell){.covered = true, .paint = (signed char)paint};
}

static int put(struct canvas *c, int column, const char *text, size_t len, int paint)
{
    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t size = utf8_decode(text + i, len - i, &code);
        int columns = size == 0 ? 1 : utf8_width(code);
        if (size == 0)
            size = 1;
        /* Marks that combine go along with their character. */
        while (i + size < len && columns > 0) {
            uint32_t mark;
            size_t more = utf8_decode(text + i + size, len - i - size, &mark);
            if (more == 0 || utf8_width(mark) != 0)
                break;
            size += more;
        }
        if (columns > 0) {
            set_cell(c, column, text + i, size, columns, paint);
            column += columns;
        }
        i += size;
    }
    return column;
}

int canvas_put(struct canvas *c, int column, const char *text, int paint)
{
    struct strbuf fit = STRBUF_INIT;
    fit_look(c->look, &fit, text);
    column = put(c, column, fit.data, fit.len, paint);
    strbuf_free(&fit);
    return column;
}

int canvas_columns(const struct look *look, const char *text)
{
    struct strbuf fit = STRBUF_INIT;
    fit_look(look, &fit, text);
    int columns = (int)utf8_columns(fit.data, fit.len);
    strbuf_free(&fit);
    return columns;
}

int canvas_put_before(struct canvas *c, int column, const char *text, int paint)
{
    int start = column - canvas_columns(c->look, text);
    canvas_put(c, start, text, paint);
    return start;
}

void canvas_print(const struct canvas *c, struct strbuf *out)
{
    int end = c->width, paint = CANVAS_PLAIN;
    while (end > 0 && !c->cells[end - 1].covered &&
           (c->cells[end - 1].len == 0 || memcmp(c->cells[end - 1].text, " ", 1) == 0))
        end--;
    for (int i = 0; i < end; i++) {
        const struct canvas_cell *cell = &c->cells[i];
        if (cell->covered)
            continue;
        int wanted = cell->len == 0 ? CANVAS_PLAIN : cell->paint;
        if (wanted != paint) {
            strbuf_puts(out, wanted == CANVAS_PLAIN ? look_off(c->look)
                                                    : look_on(c->look, (enum look_paint)wanted));
            paint = wanted;
        }
        if (cell->len == 0)
            strbuf_putc(out, ' ');
        else
            strbuf_add(out, cell->text, cell->len);
    }
    if (paint != CANVAS_PLAIN)
        strbuf_puts(out, look_off(c->look));
    strbuf_putc(out, '\n');
}
