/* grade/intake: archives that were made to do harm. Each is refused by name, the rest of the class
 * is taken, and nothing is written outside. */
#include "intake_help.h"

#include <sys/sysmacros.h>

static void good_student(void)
{
    file("class/zoe/udp_echo.c", "good");
}

static void names_that_lead_out_refuse_a_submission_and_write_nothing(void **state)
{
    (void)state;
    static const char *const names[] = {"../../escaped.c", "/tmp/../escaped.c",
                                        "a/../../udp_echo.c", "/udp_echo.c", ".."};
    char path[64];
    good_student();
    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "class/s%d.tar", i);
        struct archive *a = pack(path, TAR, NULL);
        pack_text(a, "udp_echo.c", "fine");
        pack_text(a, names[i], "bad");
        packed(a);
    }
    take("class");
    assert_counts(1, 5);
    for (int i = 0; i < 5; i++) {
        snprintf(path, sizeof path, "class: s%d.tar", i);
        assert_refused(path, "leads out of its folder");
    }
    assert_false(file_exists(at("escaped.c")));
    assert_false(file_exists("/tmp/escaped.c"));
    assert_echo("zoe", "good");
}

static void in_a_class_archive_only_the_bad_name_is_left_out(void **state)
{
    (void)state;
    struct archive *a = pack("class.zip", ZIP, NULL);
    pack_text(a, "anna/udp_echo.c", "anna");
    pack_text(a, "../ben/udp_echo.c", "ben");
    pack_text(a, "cleo/udp_echo.c", "cleo");
    packed(a);
    take("class.zip");
    assert_counts(2, 1);
    assert_refused("class.zip", "an entry was left out, since its name leads out");
    assert_echo("anna", "anna");
    assert_echo("cleo", "cleo");
}

static void links_devices_and_fifos_in_archives_are_not_files(void **state)
{
    (void)state;
    good_student();
    struct archive *a = pack("class/link.tar", TAR, NULL);
    pack_other(a, "udp_echo.c", AE_IFLNK, "/etc/passwd", false);
    packed(a);
    a = pack("class/hard.tar", TAR, NULL);
    pack_other(a, "udp_echo.c", AE_IFREG, "/etc/passwd", true);
    packed(a);
    a = pack("class/fifo.tar", TAR, NULL);
    pack_other(a, "udp_echo.c", AE_IFIFO, NULL, false);
    packed(a);
    a = pack("class/device.tar", TAR, NULL);
    pack_other(a, "udp_echo.c", AE_IFCHR, NULL, false);
    packed(a);
    a = pack("class/linkzip.zip", ZIP, NULL);
    pack_other(a, "udp_echo.c", AE_IFLNK, "/etc/passwd", false);
    packed(a);
    /* A link that becomes the folder of what comes after it. */
    a = pack("class/through.tar", TAR, NULL);
    pack_other(a, "src", AE_IFLNK, "/tmp", false);
    pack_text(a, "src/udp_echo.c", "only here");
    packed(a);
    take("class");
    assert_counts(2, 5);
    assert_refused("class: link.tar", "is a link");
    assert_refused("class: hard.tar", "is a link");
    assert_refused("class: fifo.tar", "named pipe");
    assert_refused("class: device.tar", "named pipe, a socket or a device");
    assert_refused("class: linkzip.zip", "is a link");
    assert_echo("through", "only here");
    assert_false(file_exists("/tmp/udp_echo.c"));
}

static void too_many_entries_are_refused(void **state)
{
    (void)state;
    char path[64];
    good_student();
    struct archive *a = pack("class/many.zip", ZIP, NULL),
                   *b = pack("class/big.tar.gz", TAR_GZ, NULL);
    pack_text(a, "udp_echo.c", "x");
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "f/%d", i);
        pack_text(a, path, "");
    }
    for (int i = 0; i < 100000; i++) {
        snprintf(path, sizeof path, "f/%d", i);
        pack_text(b, path, "");
    }
    packed(a);
    packed(b);
    assert_int_equal(file_make_dirs(at("class/folder/f"), 0755, NULL), 0);
    file("class/folder/udp_echo.c", "x");
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "class/folder/f/%d", i);
        put(path, "");
    }
    take("class");
    assert_counts(1, 3);
    assert_refused("class: many.zip", "too many entries");
    assert_refused("class: big.tar.gz", "too many entries");
    assert_refused("class: folder", "more than 4096 files and folders");
    assert_echo("zoe", "good");
}

static void pack_zeros(struct archive *a, const char *path, size_t mib)
{
    static char zeros[1 << 20];
    struct archive_entry *e = archive_entry_new();
    archive_entry_set_pathname(e, path);
    archive_entry_set_filetype(e, AE_IFREG);
    archive_entry_set_size(e, (la_int64_t)mib << 20);
    assert_int_equal(archive_write_header(a, e), ARCHIVE_OK);
    for (size_t i = 0; i < mib; i++)
        assert_int_equal(archive_write_data(a, zeros, sizeof zeros), sizeof zeros);
    archive_entry_free(e);
}

static void bombs_stop_at_their_bounds(void **state)
{
    (void)state;
    good_student();
    struct archive *a = pack("class/source.zip", ZIP, NULL);
    pack_zeros(a, "udp_echo.c", 100);
    packed(a);
    a = pack("class/stream.tar.gz", TAR_GZ, NULL);
    pack_zeros(a, "big.bin", 100);
    pack_text(a, "udp_echo.c", "behind it");
    packed(a);
    /* What is not unpacked does no harm: a zip can be read past it. */
    a = pack("class/beside.zip", ZIP, NULL);
    pack_zeros(a, "big.bin", 100);
    pack_text(a, "udp_echo.c", "beside it");
    packed(a);
    take("class");
    assert_counts(2, 2);
    assert_refused("class: source.zip", "udp_echo.c is too big");
    assert_refused("class: stream.tar.gz", "too many bytes");
    assert_echo("beside", "beside it");
    assert_echo("zoe", "good");
}

static void what_is_locked_broken_or_no_archive_says_so(void **state)
{
    (void)state;
    struct strbuf whole = STRBUF_INIT;
    good_student();
    struct archive *a = pack("class/locked.zip", ZIP, "secret");
    pack_text(a, "udp_echo.c", "hidden");
    packed(a);
    pack_one("whole.tar.gz", TAR_GZ, "udp_echo.c", "int main(void) { return 0; }");
    assert_int_equal(file_read(at("whole.tar.gz"), 1 << 20, 0, &whole, NULL), 0);
    put_bytes("class/cut.tar.gz", whole.data, whole.len / 2);
    strbuf_free(&whole);
    pack_one("whole.zip", ZIP, "udp_echo.c", "int main(void) { return 0; }");
    assert_int_equal(file_read(at("whole.zip"), 1 << 20, 0, &whole, NULL), 0);
    put_bytes("class/cut.zip", whole.data, whole.len / 3);
    strbuf_free(&whole);
    file("class/empty.zip", "");
    file("class/text.zip", "this is no archive\n");
    file("class/named.rar", "Rar!\x1a\x07\x01");
    take("class");
    assert_counts(1, 6);
    assert_refused("class: locked.zip", "locked with a password");
    assert_refused("class: cut.tar.gz", "cannot be taken");
    assert_refused("class: cut.zip", "");
    assert_refused("class: empty.zip", "cannot be taken");
    assert_refused("class: text.zip", "Unrecognized archive format");
    assert_refused("class: named.rar", "Unrecognized archive format");
    assert_echo("zoe", "good");
    take("class/text.zip");
    assert_counts(0, 1);
    assert_refused("text.zip", "cannot be read as a zip, tar or 7z archive");
}

static void names_in_archives_may_be_anything(void **state)
{
    (void)state;
    char long_name[4200], longer[4300];
    memset(long_name, 'n', sizeof long_name);
    for (size_t i = 100; i < sizeof long_name; i += 100)
        long_name[i] = '/';
    long_name[sizeof long_name - 1] = '\0';
    snprintf(longer, sizeof longer, "%s/udp_echo.c", long_name);
    struct archive *a = pack("class.tar", TAR, NULL);
    pack_text(a, "a\nb/udp_echo.c", "newline");
    pack_text(a, "q\"'`$(id)/udp_echo.c", "quotes");
    pack_text(a, "\xf0\x9f\xa6\x8a/udp_echo.c", "fox");
    pack_text(a, longer, "long");
    pack_text(a, "anna/udp_echo.c", "anna");
    pack_text(a, "ANNA/udp_echo.c", "case");
    packed(a);
    take("class.tar");
    assert_echoes(3, {"ab", "newline"}, {"q\"'`$(id)", "quotes"}, {"\xf0\x9f\xa6\x8a", "fox"});
    assert_refused("class.tar: anna", "class.tar: ANNA");
    assert_refused("class.tar", "an entry was left out");
}

/* The next number of a fixed sequence (xorshift, Marsaglia 2003). */
static uint32_t draw(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    return *seed ^= *seed << 5;
}

/* A few bytes changed, some cut off. */
static void mutate(const struct strbuf *whole, const char *name, uint32_t *seed)
{
    char *bytes = mem_alloc(whole->len);
    memcpy(bytes, whole->data, whole->len);
    size_t len = draw(seed) % 4 == 0 ? draw(seed) % whole->len : whole->len;
    for (unsigned n = 1 + draw(seed) % 8; n > 0; n--)
        bytes[draw(seed) % whole->len] = (char)draw(seed);
    put_bytes(name, bytes, len);
    free(bytes);
}

/* Each mutant is taken or refused, with a reason, and the rest of the class is taken. */
static void take_mutants(enum packed_as form)
{
    enum { MUTANTS = 40 };
    uint32_t seed = 4711 + (uint32_t)form;
    struct strbuf whole = STRBUF_INIT;
    good_student();
    struct archive *a = pack("whole", form, NULL);
    pack_text(a, "05_udp_echo/udp_echo.c", "int main(void) { return 0; }\n");
    pack_text(a, "05_udp_echo/proto.h", "#define N 1\n");
    packed(a);
    assert_int_equal(file_read(at("whole"), 1 << 20, 0, &whole, NULL), 0);
    for (int i = 0; i < MUTANTS; i++) {
        char name[64];
        snprintf(name, sizeof name, "class/mutant%02d.zip", i);
        mutate(&whole, name, &seed);
    }
    strbuf_free(&whole);
    take("class");
    assert_true(taken.count + taken.nrefusals >= MUTANTS + 1);
    assert_echo("zoe", "good");
    for (size_t i = 0; i < taken.nrefusals; i++) {
        assert_true(taken.refusals[i].why.text[0] != '\0');
        assert_has(taken.refusals[i].origin, "class: mutant");
    }
    struct file_list list;
    assert_int_equal(file_list(at("out"), &list, NULL), 0);
    assert_int_equal(list.count, 1);
    file_list_free(&list);
}

static void mutated_zips_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(ZIP);
}

static void mutated_tars_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(TAR);
}

static void mutated_gzips_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(TAR_GZ);
}

static void mutated_xz_files_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(TAR_XZ);
}

static void mutated_zstd_files_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(TAR_ZST);
}

static void mutated_7z_files_are_taken_or_refused(void **state)
{
    (void)state;
    take_mutants(SEVEN_ZIP);
}

static void what_a_killed_run_left_is_swept_away(void **state)
{
    (void)state;
    good_student();
    file("out/.intake-killed/0", "half");
    file("out/submissions/zoe/1/.05_udp_echo.new/udp_echo.c", "half");
    take("class");
    assert_counts(1, 0);
    assert_false(file_exists(at("out/.intake-killed")));
    assert_false(file_exists(at("out/submissions/zoe/1/.05_udp_echo.new")));
}

static void deep_folders_are_cut_off(void **state)
{
    (void)state;
    struct strbuf path = STRBUF_INIT;
    good_student();
    strbuf_puts(&path, "class/deep");
    for (int i = 0; i < 60; i++)
        strbuf_puts(&path, "/d");
    strbuf_puts(&path, "/udp_echo.c");
    file(path.data, "deep");
    strbuf_free(&path);
    take("class");
    assert_counts(1, 1);
    assert_refused("class: deep", "too deep");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_class(names_that_lead_out_refuse_a_submission_and_write_nothing),
        in_class(in_a_class_archive_only_the_bad_name_is_left_out),
        in_class(links_devices_and_fifos_in_archives_are_not_files),
        in_class(too_many_entries_are_refused),
        in_class(bombs_stop_at_their_bounds),
        in_class(what_is_locked_broken_or_no_archive_says_so),
        in_class(names_in_archives_may_be_anything),
        in_class(mutated_zips_are_taken_or_refused),
        in_class(mutated_tars_are_taken_or_refused),
        in_class(mutated_gzips_are_taken_or_refused),
        in_class(mutated_xz_files_are_taken_or_refused),
        in_class(mutated_zstd_files_are_taken_or_refused),
        in_class(mutated_7z_files_are_taken_or_refused),
        in_class(what_a_killed_run_left_is_swept_away),
        in_class(deep_folders_are_cut_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
