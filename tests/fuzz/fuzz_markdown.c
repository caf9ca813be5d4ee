/*
 * fuzz_markdown - any bytes as a lesson, laid out: nothing that a terminal would obey comes out.
 *
 * The first byte chooses colour, characters and width.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "report/markdown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_harmless(const struct strbuf *out, bool colour)
{
    if (!utf8_valid(out->data, out->len))
        abort();
    for (size_t i = 0; i < out->len; i++) {
        unsigned char c = (unsigned char)out->data[i];
        bool sequence = colour && c == '\033' && out->data[i + 1] == '[';
        if ((c < ' ' && c != '\n' && !sequence) || c == 0x7f)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct look look = {.colour = data[0] & 1, .utf8 = data[0] & 2, .width = data[0] / 2};
    struct strbuf out = STRBUF_INIT;
    markdown_text((const char *)data + 1, size - 1, &look, &out);
    expect_harmless(&out, look.colour);
    strbuf_free(&out);
    return 0;
}
