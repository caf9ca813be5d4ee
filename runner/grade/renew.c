/* grade/renew: see renew.h. */
#include "grade/renew.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/pages.h"
#include "report/verdict_json.h"
#include "timeline/file.h"

/* Fills *tl, which stays empty for a verdict without a recording. False: it has gone. */
static bool load_recording(const struct submission *s, const struct verdict *v, const char *out,
                           struct timeline *tl)
{
    timeline_init(tl);
    if (!pages_have_recording(s->lab, v))
        return true;
    char *path = pages_path(out, s->folder, s->lab->id, s->attempt);
    char *name = mem_format("%s.jsonl", path);
    bool loaded = file_exists(name) && timeline_load(tl, name, NULL) == 0;
    free(name);
    free(path);
    return loaded;
}

static bool write_pages(const struct journal_entry *entry, const struct submission *s,
                        const struct verdict *v, const char *out, unsigned formats)
{
    struct timeline tl;
    struct page_of page = {.out = out,
                           .submission = s,
                           .repeats = entry->repeats,
                           .disagreed = entry->disagreed,
                           .renewed = true};
    bool written = v->nsteps == s->lab->nsteps && load_recording(s, v, out, &tl);
    if (written) {
        written = pages_write(&page, v, &tl, formats, NULL) == 0;
        timeline_free(&tl);
    }
    return written;
}

bool renew_pages(const struct journal *journal, const struct journal_entry *entry,
                 const struct submission *submission, const char *out, unsigned formats)
{
    struct json_doc *doc = journal_document(journal, entry, NULL);
    struct json root, at;
    struct verdict v;
    bool written = false;
    if (doc == NULL)
        return false;
    root = json_root(doc);
    if (json_get(&root, "verdict", &at)) {
        written =
            verdict_read(&at, &v, NULL) == 0 && write_pages(entry, submission, &v, out, formats);
        verdict_free(&v);
    }
    json_free(doc);
    return written;
}
