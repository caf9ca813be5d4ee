/*
 * fuzz_picture - any recording as a picture: no line is too long, everything is UTF-8, and nothing
 * in a page is code but its own.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "report/trace_html.h"
#include "report/trace_svg.h"
#include "report/trace_text.h"
#include "timeline/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void draw_text(const struct picture *p, int width, bool utf8)
{
    struct strbuf out = STRBUF_INIT;
    trace_text(p, &(struct look){.utf8 = utf8, .width = width}, &out);
    for (const char *at = out.data; *at != '\0';) {
        size_t n = strcspn(at, "\n");
        if (utf8_columns(at, n) > (size_t)width)
            abort();
        at += n + 1;
    }
    strbuf_free(&out);
}

static unsigned occurrences(const char *text, const char *part)
{
    unsigned n = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        n++;
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct timeline tl;
    struct picture p;
    struct strbuf out = STRBUF_INIT;
    if (timeline_parse(&tl, (const char *)data, size, "fuzz", NULL) != 0)
        return 0;
    const uint64_t evidence[] = {1, size % 32};
    picture_build(&p, &tl,
                  &(struct picture_options){.layers = size % 3 == 0 ? PICTURE_ALL | PICTURE_BYTES
                                                                    : (unsigned)size % 32,
                                            .evidence = evidence,
                                            .nevidence = 2,
                                            .max_rows = size % 5 == 0 ? 30 : 0});
    draw_text(&p, 20 + (int)(size % 120), size % 2 == 0);
    draw_text(&p, 80, true);
    trace_html(&p, &out);
    if (strlen(out.data) != out.len || !utf8_valid(out.data, out.len) ||
        occurrences(out.data, "<script") != 2 || occurrences(out.data, "<style") != 1)
        abort();
    strbuf_cut(&out, 0);
    trace_svg(&p, &out);
    if (strlen(out.data) != out.len || !utf8_valid(out.data, out.len) ||
        occurrences(out.data, "<script") != 0)
        abort();
    strbuf_free(&out);
    picture_free(&p);
    timeline_free(&tl);
    return 0;
}
