/* grade/out: see out.h. */
#include "grade/out.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "grade/pages.h"
#include "gradebook/class_out.h"

/* Takes path and text over. flags: of base/file.h. */
static int write_out(char *path, struct strbuf *text, unsigned flags, struct error *err)
{
    char *dir = file_folder(path);
    int rc = file_make_dirs(dir, 0777, err);
    if (rc == 0)
        rc = file_write(path, text->data, text->len, 0666, flags, err);
    strbuf_free(text);
    free(dir);
    free(path);
    return rc;
}

static int write_class(const struct class_book *book, const char *out, const char *name,
                       void (*make)(const struct class_book *, struct strbuf *), struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    make(book, &text);
    return write_out(file_join(out, name), &text, 0, err);
}

static int write_student(const struct class_book *book, const struct class_student *student,
                         const char *out, unsigned formats, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    const unsigned flags = FILE_KEEP_SAME | FILE_NO_FLUSH; /* each run makes them again */
    if (formats & FORMAT_HTML) {
        class_student_html(book, student, &text);
        if (write_out(mem_format("%s/%s/index.html", out, student->folder), &text, flags, err) != 0)
            return -1;
    }
    if (formats & FORMAT_GRADESCOPE) {
        class_gradescope(book, student, &text);
        if (write_out(mem_format("%s/gradescope/%s.json", out, file_name(student->folder)), &text,
                      flags, err) != 0)
            return -1;
    }
    return 0;
}

void out_sweep(const char *out)
{
    struct file_list list;
    char *students = file_join(out, "students"), *gradescope = file_join(out, "gradescope");
    file_sweep_folder(out);
    file_sweep_folder(gradescope);
    if (file_list(students, &list, NULL) == 0) {
        for (size_t i = 0; i < list.count; i++) {
            char *one = file_join(students, list.names[i]);
            file_sweep_folder(one);
            free(one);
        }
        file_list_free(&list);
    }
    free(students);
    free(gradescope);
}

int out_write(const struct class_book *book, const char *out, unsigned formats, struct error *err)
{
    if ((formats & FORMAT_HTML) && write_class(book, out, "class.html", class_html, err) != 0)
        return -1;
    if ((formats & FORMAT_CSV) && write_class(book, out, "results.csv", class_csv, err) != 0)
        return -1;
    if ((formats & FORMAT_JUNIT) && write_class(book, out, "junit.xml", class_junit, err) != 0)
        return -1;
    for (unsigned i = 0; i < book->nstudents; i++)
        if (write_student(book, &book->students[i], out, formats, err) != 0)
            return -1;
    return 0;
}

void out_tell_notes(const struct grade_request *r, const struct class_book *book)
{
    for (unsigned i = 0; i < book->nnotes && r->notice != NULL; i++)
        if (book->notes[i].urgent)
            r->notice(r->progress_arg, book->notes[i].text);
}
