/* What the tests of grade/intake share: a class with two labs, archives made on the spot, and what
 * was taken. */
#ifndef TESTS_INTAKE_HELP_H
#define TESTS_INTAKE_HELP_H

#include "files_help.h"

#include <archive.h>
#include <archive_entry.h>

#include "grade/intake.h"

static const struct lab_program echo_programs[] = {{.role = "server", .source = "udp_echo.c"}};
static const struct lab_program temperature_programs[] = {
    {.role = "server", .source = "temperature_server.c"},
    {.role = "client", .source = "temperature_client.c"}};
static const struct lab echo_lab = {
    .id = "05_udp_echo", .number = 5, .programs = echo_programs, .nprograms = 1};
static const struct lab temperature_lab = {
    .id = "06_udp_temperature", .number = 6, .programs = temperature_programs, .nprograms = 2};
static const struct lab *const both_labs[] = {&echo_lab, &temperature_lab};

static struct submissions taken;

/* Writes a file below the test's folder, and the folders that lead to it. */
static inline void file(const char *name, const char *text)
{
    char *around = file_folder(at(name));
    assert_int_equal(file_make_dirs(around, 0755, NULL), 0);
    free(around);
    put(name, text);
}

static inline void set_time(const char *name, time_t seconds)
{
    struct timespec times[2] = {{seconds, 0}, {seconds, 0}};
    assert_int_equal(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

/* Takes the arguments (below the test's folder; NULL ends them) into "out". */
static inline int take_labs(struct error *err, size_t nlabs, const char *first, ...)
{
    char *paths[8];
    size_t n = 0;
    va_list args;
    va_start(args, first);
    for (const char *p = first; p != NULL; p = va_arg(args, const char *))
        paths[n++] = mem_string(at(p));
    va_end(args);
    char *out = mem_string(at("out"));
    struct intake_request request = {
        .paths = paths, .npaths = n, .labs = both_labs, .nlabs = nlabs, .out = out};
    submissions_free(&taken);
    int rc = intake(&request, &taken, err);
    while (n > 0)
        free(paths[--n]);
    free(out);
    return rc;
}

#define take(...)                                           \
    do {                                                    \
        struct error why_not;                               \
        if (take_labs(&why_not, 2, __VA_ARGS__, NULL) != 0) \
            fail_msg("the run stopped: %s", why_not.text);  \
    } while (0)

static inline void say_all(void)
{
    for (size_t i = 0; i < taken.count; i++)
        print_message("  taken: %s (%s) %s %u from %s in %s\n", taken.list[i].student,
                      taken.list[i].name != NULL ? taken.list[i].name : "-", taken.list[i].lab->id,
                      taken.list[i].attempt, taken.list[i].origin, taken.list[i].dir);
    for (size_t i = 0; i < taken.nrefusals; i++)
        print_message("  refused: %s (%s): %s\n", taken.refusals[i].origin,
                      taken.refusals[i].student != NULL ? taken.refusals[i].student : "-",
                      taken.refusals[i].why.text);
}

static inline const struct submission *find(const char *student, const struct lab *lab,
                                            unsigned attempt)
{
    for (size_t i = 0; i < taken.count; i++) {
        const struct submission *s = &taken.list[i];
        if (strcmp(s->student, student) == 0 && s->lab == lab && s->attempt == attempt)
            return s;
    }
    say_all();
    fail_msg("%s has no attempt %u of %s", student, attempt, lab->id);
    return NULL;
}

/* That submission's file holds this text. */
static inline void assert_file(const struct submission *s, const char *name, const char *text)
{
    struct strbuf got = STRBUF_INIT;
    struct error err;
    char *path = file_join(s->dir, name);
    if (file_read(path, 1 << 20, FILE_REGULAR | FILE_NO_FOLLOW, &got, &err) < 0)
        fail_msg("%s", err.text);
    assert_string_equal(got.data, text);
    strbuf_free(&got);
    free(path);
}

#define assert_echo(student, text) assert_file(find(student, &echo_lab, 1), "udp_echo.c", text)

#define assert_counts(submissions, refusals_)                                                  \
    do {                                                                                       \
        if (taken.count != (submissions) || taken.nrefusals != (refusals_)) {                  \
            say_all();                                                                         \
            fail_msg("%zu taken and %zu refused, not %d and %d", taken.count, taken.nrefusals, \
                     (int)(submissions), (int)(refusals_));                                    \
        }                                                                                      \
    } while (0)

struct echo {
    const char *student, *text;
};

/* These are the udp_echo.c that were taken, nothing else was, and so many were refused. */
static inline void assert_echoes_(size_t refusals, const struct echo *echoes, size_t count)
{
    assert_counts(count, refusals);
    for (size_t i = 0; i < count; i++)
        assert_echo(echoes[i].student, echoes[i].text);
}
#define assert_echoes(refusals, ...)                             \
    assert_echoes_(refusals, (const struct echo[]){__VA_ARGS__}, \
                   sizeof((const struct echo[]){__VA_ARGS__}) / sizeof(struct echo))

/* Some refusal names `origin` and says `why`. */
static inline const struct refusal *assert_refused(const char *origin, const char *why)
{
    for (size_t i = 0; i < taken.nrefusals; i++) {
        if (strstr(taken.refusals[i].origin, origin) != NULL &&
            strstr(taken.refusals[i].why.text, why) != NULL)
            return &taken.refusals[i];
    }
    say_all();
    fail_msg("nothing of \"%s\" was refused with \"%s\"", origin, why);
    return NULL;
}

static inline int intake_teardown(void **state)
{
    submissions_free(&taken);
    return folder_teardown(state);
}

#define in_class(test) cmocka_unit_test_setup_teardown(test, folder_setup, intake_teardown)

/* --- archives --- */

enum packed_as { ZIP, TAR, TAR_GZ, TAR_XZ, TAR_BZ2, TAR_ZST, SEVEN_ZIP };

static inline struct archive *pack(const char *name, enum packed_as form, const char *password)
{
    struct archive *a = archive_write_new();
    if (form == ZIP)
        archive_write_set_format_zip(a);
    else if (form == SEVEN_ZIP)
        archive_write_set_format_7zip(a);
    else
        archive_write_set_format_pax_restricted(a);
    if (form == TAR_GZ)
        archive_write_add_filter_gzip(a);
    if (form == TAR_XZ)
        archive_write_add_filter_xz(a);
    if (form == TAR_BZ2)
        archive_write_add_filter_bzip2(a);
    if (form == TAR_ZST)
        archive_write_add_filter_zstd(a);
    if (password != NULL) {
        assert_int_equal(archive_write_set_options(a, "zip:encryption=zipcrypt"), ARCHIVE_OK);
        assert_int_equal(archive_write_set_passphrase(a, password), ARCHIVE_OK);
    }
    char *around = file_folder(at(name));
    assert_int_equal(file_make_dirs(around, 0755, NULL), 0);
    free(around);
    assert_int_equal(archive_write_open_filename(a, at(name)), ARCHIVE_OK);
    return a;
}

static inline void pack_bytes(struct archive *a, const char *path, const void *data, size_t len,
                              time_t mtime)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_perm(e, 0644);
    archive_entry_set_size(e, (la_int64_t)len);
    archive_entry_set_mtime(e, mtime, 0);
    assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
    assert_int_equal(archive_write_data(a, data, len), len);
    archive_entry_free(e);
}

static inline void pack_text(struct archive *a, const char *path, const char *text)
{
    pack_bytes(a, path, text, strlen(text), 1700000000);
}

/* A symbolic or hard link, a FIFO or a device. */
static inline void pack_other(struct archive *a, const char *path, unsigned type, const char *to,
                              bool hard)
{
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, type);
    archive_entry_set_perm(e, 0644);
    if (to != NULL && hard)
        archive_entry_set_hardlink(e, to);
    else if (to != NULL)
        archive_entry_set_symlink(e, to);
    assert_true(archive_write_header(a, e) >= ARCHIVE_WARN);
    archive_entry_free(e);
}

static inline void packed(struct archive *a)
{
    assert_int_equal(archive_write_close(a), ARCHIVE_OK);
    archive_write_free(a);
}

/* An archive with one file. */
static inline void pack_one(const char *name, enum packed_as form, const char *path,
                            const char *text)
{
    struct archive *a = pack(name, form, NULL);
    pack_text(a, path, text);
    packed(a);
}

#endif
