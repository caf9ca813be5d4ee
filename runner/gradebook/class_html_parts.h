/*
 * gradebook/class_html_parts - the parts of class.html, each a section of its own. Private to
 * gradebook/class_html*.c.
 */
#ifndef SOCKLINGS_GRADEBOOK_CLASS_HTML_PARTS_H
#define SOCKLINGS_GRADEBOOK_CLASS_HTML_PARTS_H

#include "gradebook/class_out.h"

/* class_html_table.c: everybody's marks; the page's script sorts and filters it. */
void class_html_table(const struct class_book *book, struct strbuf *out);
extern const char class_html_table_style[];
extern const char class_html_table_script[];

/* class_html_glance.c: who needs help, and what the class has not understood. */
void class_html_glance(const struct class_book *book, struct strbuf *out);
extern const char class_html_glance_style[];

/* class_html_charts.c: the histogram of marks, and at which step people stop. */
void class_html_histogram(const struct class_book *book, struct strbuf *out);
void class_html_stuck(const struct class_book *book, struct strbuf *out);
extern const char class_html_charts_style[];

/* class_html_mistakes.c: which mistake was made by how many. */
void class_html_mistakes(const struct class_book *book, struct strbuf *out);
extern const char class_html_mistakes_style[];

/* Adds the student's name as a link to the student's page. */
void class_html_student(const struct class_student *student, struct strbuf *out);
/* Adds a bar of so many parts of a whole, as SVG: decoration, the numbers stand beside it. */
struct class_html_part {
    const char *class;
    unsigned count;
};
void class_html_bar(const struct class_html_part *parts, unsigned nparts, unsigned whole,
                    struct strbuf *out);

#endif
