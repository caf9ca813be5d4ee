/*
 * fuzz_timeline - any bytes as a recording: an error or a timeline, and a timeline that was loaded
 * comes back the same from what is written of it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "timeline/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_all(const struct timeline *tl, struct strbuf *out)
{
    for (size_t i = 0; i < tl->count; i++)
        timeline_event_json(&tl->events[i], out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct timeline tl;
    struct error err;
    if (timeline_parse(&tl, (const char *)data, size, "fuzz", &err) != 0)
        return 0;
    struct strbuf once = STRBUF_INIT, twice = STRBUF_INIT;
    write_all(&tl, &once);
    timeline_free(&tl);
    if (timeline_parse(&tl, once.data, once.len, "again", &err) != 0)
        abort();
    write_all(&tl, &twice);
    timeline_free(&tl);
    if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
        abort();
    strbuf_free(&once);
    strbuf_free(&twice);
    return 0;
}
