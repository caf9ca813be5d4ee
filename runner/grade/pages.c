/* grade/pages: see pages.h. */
#include "grade/pages.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "gradebook/class_out.h"
#include "timeline/file.h"

static const struct {
    const char *name;
    unsigned format;
} formats_known[] = {{"text", FORMAT_TEXT},
                     {"html", FORMAT_HTML},
                     {"csv", FORMAT_CSV},
                     {"junit", FORMAT_JUNIT},
                     {"gradescope", FORMAT_GRADESCOPE}};
enum { NFORMATS = sizeof formats_known / sizeof formats_known[0] };

static int unknown_format(const char *word, struct error *err)
{
    const char *names[NFORMATS];
    struct strbuf shown = STRBUF_INIT;
    for (size_t i = 0; i < NFORMATS; i++)
        names[i] = formats_known[i].name;
    const char *near = text_nearest(word, names, NFORMATS);
    bytes_quote(&shown, word, strlen(word), 40);
    if (near != NULL)
        error_set(err, "there is no format %s; did you mean %s?", shown.data, near);
    else
        error_set(err, "there is no format %s; there are text, html, csv, junit and gradescope",
                  shown.data);
    strbuf_free(&shown);
    return -1;
}

int pages_formats(const char *list, unsigned *formats, struct error *err)
{
    unsigned set = 0;
    if (list == NULL) {
        for (size_t i = 0; i < NFORMATS; i++)
            set |= formats_known[i].format;
        *formats = set;
        return 0;
    }
    for (const char *p = list;; p++) {
        char word[32] = "";
        size_t len = strcspn(p, ","), i = 0;
        memcpy(word, p, len < sizeof word - 1 ? len : sizeof word - 1);
        while (i < NFORMATS && strcmp(word, formats_known[i].name) != 0)
            i++;
        if (i == NFORMATS)
            return unknown_format(word, err);
        set |= formats_known[i].format;
        p += len;
        if (*p == '\0')
            break;
    }
    *formats = set;
    return 0;
}

char *pages_path(const char *out, const char *folder, const char *lab, unsigned attempt)
{
    return attempt > 1 ? mem_format("%s/students/%s/%s-%u", out, folder, lab, attempt)
                       : mem_format("%s/students/%s/%s", out, folder, lab);
}

/* An empty one is what a power cut may leave of a page that was told to be there. */
static bool has_file(const char *path, const char *ending, bool if_any)
{
    char *name = mem_format("%s%s", path, ending);
    struct stat st;
    bool there = lstat(name, &st) == 0;
    free(name);
    return there ? st.st_size > 0 : if_any;
}

bool pages_exist(const char *out, const char *folder, const char *lab, unsigned attempt,
                 unsigned formats)
{
    char *path = pages_path(out, folder, lab, attempt);
    bool exist = (!(formats & FORMAT_TEXT) || has_file(path, ".txt", false)) &&
                 (!(formats & FORMAT_HTML) || has_file(path, ".html", false)) &&
                 has_file(path, ".jsonl", true);
    free(path);
    return exist;
}

static int write_text(const char *path, const char *ending, const struct strbuf *text,
                      struct error *err)
{
    char *name = mem_format("%s%s", path, ending);
    int rc = file_write(name, text->data, text->len, 0666, FILE_KEEP_SAME | FILE_NO_FLUSH, err);
    free(name);
    return rc;
}

static int write_recording(const char *path, const struct timeline *tl, struct error *err)
{
    char *name = mem_format("%s.jsonl", path);
    int rc = 0;
    if (tl != NULL && tl->count > 0)
        rc = timeline_save_with(tl, name, FILE_NO_FLUSH, err);
    else
        unlink(name); /* of a former verdict */
    free(name);
    return rc;
}

static int write_pages(const char *path, const struct class_feedback *feedback, unsigned formats,
                       struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int rc = 0;
    if (formats & FORMAT_TEXT) {
        class_feedback_text(feedback, &text);
        rc = write_text(path, ".txt", &text, err);
    }
    strbuf_cut(&text, 0);
    if (rc == 0 && (formats & FORMAT_HTML)) {
        class_feedback_html(feedback, &text);
        rc = write_text(path, ".html", &text, err);
    }
    strbuf_free(&text);
    return rc;
}

/* The last scene is a hidden step's also when all of them pass, or when the check failed. */
static bool ends_in_secret(const struct lab *lab, const struct verdict *v)
{
    bool secret = false, told = false;
    for (unsigned i = 0; i < lab->nsteps && i < v->nsteps; i++) {
        told = told || (!lab->steps[i].hidden && v->steps[i].status == STEP_FAIL);
        secret = secret || lab->steps[i].hidden;
    }
    return secret && !told;
}

bool pages_have_recording(const struct lab *lab, const struct verdict *v)
{
    return v->outcome != OUTCOME_BUILD_ERROR && v->outcome != OUTCOME_INTERNAL_ERROR &&
           !ends_in_secret(lab, v);
}

int pages_write(const struct page_of *of, const struct verdict *v, const struct timeline *tl,
                unsigned formats, struct error *err)
{
    const struct submission *s = of->submission;
    bool *hidden = mem_alloc((s->lab->nsteps + 1) * sizeof *hidden);
    bool secret = ends_in_secret(s->lab, v);
    for (unsigned i = 0; i < s->lab->nsteps && i < v->nsteps; i++)
        hidden[i] = s->lab->steps[i].hidden;
    struct class_feedback feedback = {.verdict = v,
                                      .hidden = hidden,
                                      .tl = secret || tl == NULL || tl->count == 0 ? NULL : tl,
                                      .student = s->student,
                                      .name = s->name != NULL ? s->name : s->student,
                                      .lab_title = s->lab->title,
                                      .submission = s->origin,
                                      .attempt = s->attempt,
                                      .repeats = of->repeats,
                                      .disagreed = of->disagreed};
    char *path = pages_path(of->out, s->folder, s->lab->id, s->attempt);
    char *dir = file_folder(path);
    int rc = file_make_dirs(dir, 0777, err);
    if (rc == 0 && !of->renewed)
        rc = write_recording(path, feedback.tl, err);
    if (rc == 0)
        rc = write_pages(path, &feedback, formats, err);
    free(dir);
    free(path);
    free(hidden);
    return rc;
}
