/*
 * fuzz_journal - any bytes as a journal: an error, or a journal whose entries are sorted and found,
 * and of which a class can be made or which says why not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "grade/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_at(struct journal *j)
{
    for (size_t i = 0; i < journal_count(j); i++) {
        const struct journal_entry *e = journal_at(j, i);
        if (journal_find(j, e->student, e->lab, e->attempt) != e || e->folder[0] == '.' ||
            strchr(e->folder, '/') != NULL)
            abort();
    }
}

static void assemble(struct journal *j)
{
    static const struct catalog nothing;
    struct class_book book;
    struct error err = {""};
    struct policy *policy = policy_load(NULL, &nothing, &err);
    int rc = class_assemble(&book, j, policy, &nothing, 0, "0", &err);
    if ((rc != 0) != (err.text[0] != '\0'))
        abort();
    for (unsigned i = 0; i < book.nstudents; i++) {
        if (!(book.students[i].mark >= 0 && book.students[i].mark <= book.students[i].most))
            abort();
    }
    class_free(&book);
    policy_free(policy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[32];
    struct error err = {""};
    int fd = memfd_create("journal", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    struct journal *j = journal_read(path, &err);
    if ((j == NULL) != (err.text[0] != '\0'))
        abort();
    if (j != NULL) {
        look_at(j);
        assemble(j);
    }
    journal_close(j);
    close(fd);
    return 0;
}
