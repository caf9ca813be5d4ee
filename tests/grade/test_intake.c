/* grade/intake: whose files are these, and of which lab? The layouts that people and learning
 * platforms make, and what is wrong with them. Hostile archives: test_intake_hostile.c. */
#include "intake_help.h"

/* --- folders and archives, one a student --- */

static void a_folder_a_student_is_taken_wherever_the_file_lies_in_it(void **state)
{
    (void)state;
    file("class/anna/05_udp_echo/udp_echo.c", "anna");
    file("class/ben/udp_echo.c", "ben");
    file("class/cleo/project-main/src/udp_echo.c", "cleo");
    file("class/cleo/project-main/.git/udp_echo.c", "not this");
    take("class");
    assert_echoes(0, {"anna", "anna"}, {"ben", "ben"}, {"cleo", "cleo"});
    assert_has(find("anna", &echo_lab, 1)->origin, "class: anna");
    assert_string_equal(find("anna", &echo_lab, 1)->folder, "anna");
    assert_has(find("anna", &echo_lab, 1)->dir, "out/submissions/anna/1/05_udp_echo");
}

static void the_labs_own_folder_comes_before_a_shallower_file(void **state)
{
    (void)state;
    file("class/anna/udp_echo.c", "old");
    file("class/anna/work/05_udp_echo/udp_echo.c", "new");
    file("class/anna/work/06_udp_temperature/udp_echo.c", "of another lab");
    take("class");
    assert_echoes(0, {"anna", "new"});
}

static void two_files_equally_near_that_differ_are_refused_by_name(void **state)
{
    (void)state;
    file("class/anna/a/udp_echo.c", "one");
    file("class/anna/b/udp_echo.c", "two");
    file("class/ben/a/udp_echo.c", "same");
    file("class/ben/b/udp_echo.c", "same");
    take("class");
    assert_counts(1, 1);
    assert_refused("class: anna", "05_udp_echo: a/udp_echo.c and b/udp_echo.c differ");
    assert_echo("ben", "same");
}

static void a_lab_with_one_of_its_two_files_is_taken(void **state)
{
    (void)state;
    file("class/anna/temperature_client.c", "client");
    file("class/anna/proto.h", "header");
    file("class/anna/notes.txt", "text");
    take("class");
    assert_counts(1, 0);
    const struct submission *s = find("anna", &temperature_lab, 1);
    assert_file(s, "temperature_client.c", "client");
    assert_file(s, "proto.h", "header");
    struct file_list list;
    assert_int_equal(file_list(s->dir, &list, NULL), 0);
    assert_int_equal(list.count, 2);
    file_list_free(&list);
}

static void headers_that_differ_for_the_two_programs_of_a_lab_are_refused(void **state)
{
    (void)state;
    file("class/anna/client/temperature_client.c", "client");
    file("class/anna/client/proto.h", "one");
    file("class/anna/server/temperature_server.c", "server");
    file("class/anna/server/proto.h", "two");
    take("class");
    assert_counts(0, 1);
    assert_refused("class: anna", "two files proto.h that differ");
}

static void an_archive_of_every_kind_is_a_student_known_by_its_content(void **state)
{
    (void)state;
    pack_one("class/zip.zip", ZIP, "udp_echo.c", "zip");
    pack_one("class/tar.tar", TAR, "x/udp_echo.c", "tar");
    pack_one("class/gz.tar.gz", TAR_GZ, "./05_udp_echo/udp_echo.c", "gz");
    pack_one("class/xz.tar.xz", TAR_XZ, "udp_echo.c", "xz");
    pack_one("class/bz.tar.bz2", TAR_BZ2, "udp_echo.c", "bz");
    pack_one("class/zst.tar.zst", TAR_ZST, "udp_echo.c", "zst");
    pack_one("class/seven.7z", SEVEN_ZIP, "udp_echo.c", "seven");
    pack_one("class/wrong.zip", TAR_GZ, "udp_echo.c", "a tar named zip");
    pack_one("class/noending", ZIP, "udp_echo.c", "no ending");
    take("class");
    assert_echoes(0, {"zip", "zip"}, {"tar", "tar"}, {"gz", "gz"}, {"xz", "xz"}, {"bz", "bz"},
                  {"zst", "zst"}, {"seven", "seven"}, {"wrong", "a tar named zip"},
                  {"noending", "no ending"});
}

static void names_that_begin_with_anothers_are_other_students(void **state)
{
    (void)state;
    file("class/li/a.h", "");
    file("class/li/udp_echo.c", "li");
    file("class/li-b/udp_echo.c", "li-b");
    file("class/li b/udp_echo.c", "li b");
    pack_one("class/li-zip.zip", ZIP, "udp_echo.c", "li-zip");
    pack_one("class/li.tar.zip", ZIP, "udp_echo.c", "li.tar");
    take("class");
    assert_echoes(0, {"li", "li"}, {"li-b", "li-b"}, {"li b", "li b"}, {"li-zip", "li-zip"},
                  {"li.tar", "li.tar"});
}

static void an_argument_with_a_labs_files_is_one_students(void **state)
{
    (void)state;
    file("anna/05_udp_echo/udp_echo.c", "anna");
    file("anna/progress.json", "{}");
    file("ben/udp_echo.c", "ben");
    pack_one("cleo.tar.gz", TAR_GZ, "udp_echo.c", "cleo");
    take("anna", "ben/", "cleo.tar.gz");
    assert_echoes(0, {"anna", "anna"}, {"ben", "ben"}, {"cleo", "cleo"});
}

static void an_archive_with_a_class_is_taken_also_below_one_folder(void **state)
{
    (void)state;
    struct archive *a = pack("class.zip", ZIP, NULL);
    pack_text(a, "week5/anna/udp_echo.c", "anna");
    pack_text(a, "week5/ben/src/udp_echo.c", "ben");
    pack_text(a, "__MACOSX/week5/anna/._udp_echo.c", "junk");
    packed(a);
    take("class.zip");
    assert_echoes(0, {"anna", "anna"}, {"ben", "ben"});
    assert_has(find("anna", &echo_lab, 1)->origin, "class.zip: week5/anna");
    assert_int_equal(find("anna", &echo_lab, 1)->handed_in, 1700000000);
}

static void an_archive_in_a_students_folder_is_opened_but_not_one_in_that(void **state)
{
    (void)state;
    pack_one("class/anna/hand-in.zip", ZIP, "src/udp_echo.c", "anna");
    pack_one("inner.zip", ZIP, "udp_echo.c", "deep");
    char *inner = mem_string(at("inner.zip"));
    struct strbuf bytes = STRBUF_INIT;
    assert_int_equal(file_read(inner, 1 << 20, 0, &bytes, NULL), 0);
    free(inner);
    struct archive *a = pack("class/ben.zip", ZIP, NULL);
    pack_bytes(a, "inner.zip", bytes.data, bytes.len, 1);
    packed(a);
    pack_one("class/cleo/old.zip", ZIP, "udp_echo.c", "old");
    file("class/cleo/udp_echo.c", "new");
    strbuf_free(&bytes);
    take("class");
    assert_echoes(1, {"anna", "anna"}, {"cleo", "new"});
    assert_refused("class: ben.zip", "nothing of the labs' files is in it");
}

static void flat_files_tell_the_student_before_the_labs_name(void **state)
{
    (void)state;
    file("class/anna_udp_echo.c", "anna");
    file("class/ben-li_temperature_client.c", "ben");
    file("class/main.c", "whose?");
    take("class");
    assert_counts(2, 1);
    assert_echo("anna", "anna");
    assert_file(find("ben-li", &temperature_lab, 1), "temperature_client.c", "ben");
    assert_refused("class: main.c", "neither a student nor a lab");
}

/* --- learning platforms --- */

static void moodle_folders_are_told_apart_by_their_number(void **state)
{
    (void)state;
    struct archive *a = pack("CS-Lab 5-42.zip", ZIP, NULL);
    pack_text(a, "Anna Li_1234567_assignsubmission_file_/udp_echo.c", "anna");
    pack_text(a, "Anna Li_7654321_assignsubmission_file/src/udp_echo.c", "another Anna");
    pack_text(a, "Ben_9_assignsubmission_file_udp_echo.c", "older and flat");
    pack_text(a, "Anna Li_1234567_assignsubmission_onlinetext_/onlinetext.html", "<p>");
    pack_text(a, "Default group_assignsubmission_file_/udp_echo.c", "team");
    packed(a);
    take("CS-Lab 5-42.zip");
    assert_echoes(0, {"1234567", "anna"}, {"7654321", "another Anna"}, {"9", "older and flat"},
                  {"Default group", "team"});
    assert_string_equal(find("1234567", &echo_lab, 1)->name, "Anna Li");
    assert_string_equal(find("7654321", &echo_lab, 1)->name, "Anna Li");
    assert_string_equal(find("9", &echo_lab, 1)->name, "Ben");
}

static void what_is_refused_keeps_the_name_that_the_platform_tells(void **state)
{
    (void)state;
    file("class/Anna Li_12_assignsubmission_file_/notes.txt", "");
    pack_one("class/Ben Roth_13_assignsubmission_file_/work.zip", ZIP, "../udp_echo.c", "");
    file("class/plain/notes.txt", "");
    take("class");
    assert_counts(0, 3);
    assert_string_equal(assert_refused("Anna Li", "nothing of the labs")->name, "Anna Li");
    assert_string_equal(assert_refused("Ben Roth", "leads out")->name, "Ben Roth");
    assert_null(assert_refused("plain", "nothing of the labs")->name);
}

static void two_exports_of_moodle_are_two_attempts_by_time(void **state)
{
    (void)state;
    file("late/Anna Li_12_assignsubmission_file_/udp_echo.c", "second");
    file("early/Anna Li_12_assignsubmission_file_/udp_echo.c", "first");
    set_time("late/Anna Li_12_assignsubmission_file_/udp_echo.c", 2000);
    set_time("early/Anna Li_12_assignsubmission_file_/udp_echo.c", 1000);
    take("late", "early");
    assert_counts(2, 0);
    assert_file(find("12", &echo_lab, 1), "udp_echo.c", "first");
    assert_file(find("12", &echo_lab, 2), "udp_echo.c", "second");
    assert_int_equal(find("12", &echo_lab, 2)->handed_in, 2000);
    assert_has(find("12", &echo_lab, 2)->dir, "submissions/12/2/05_udp_echo");
}

static void canvas_files_are_grouped_by_user_and_their_attempts_numbered(void **state)
{
    (void)state;
    struct archive *a = pack("submissions.zip", ZIP, NULL);
    pack_text(a, "lianna_12345_67890_temperature_server.c", "server");
    pack_text(a, "lianna_12345_67891_temperature_client-1.c", "client, again");
    pack_text(a, "lianna_12345_67892_proto-1.h", "header");
    pack_text(a, "meierben_LATE_555_1_udp_echo.c", "first");
    pack_text(a, "meierben_LATE_555_2_udp_echo-1.c", "second");
    pack_text(a, "meierben_LATE_555_3_udp_echo-2.c", "third");
    pack_text(a, "anon_aB3x9_77_udp_echo.c", "somebody");
    packed(a);
    take("submissions.zip");
    assert_counts(5, 0);
    const struct submission *anna = find("12345", &temperature_lab, 1);
    assert_string_equal(anna->name, "lianna");
    assert_file(anna, "temperature_server.c", "server");
    assert_file(anna, "temperature_client.c", "client, again");
    assert_file(anna, "proto.h", "header");
    assert_file(find("555", &echo_lab, 1), "udp_echo.c", "first");
    assert_file(find("555", &echo_lab, 2), "udp_echo.c", "second");
    assert_file(find("555", &echo_lab, 3), "udp_echo.c", "third");
    assert_string_equal(find("555", &echo_lab, 3)->name, "meierben");
    assert_has(find("555", &echo_lab, 1)->origin,
               "submissions.zip: meierben_LATE_555_1_udp_echo.c");
    assert_has(find("555", &echo_lab, 3)->origin, ": meierben_LATE_555_3_udp_echo-2.c");
    assert_echo("anon_aB3x9", "somebody");
}

static void an_archive_handed_in_through_canvas_is_opened(void **state)
{
    (void)state;
    pack_one("class/lianna_12_34_work-1.zip", ZIP, "udp_echo.c", "anna");
    file("class/meierben_13_35_udp_echo.c", "ben");
    take("class");
    assert_echoes(0, {"12", "anna"}, {"13", "ben"});
}

static void gradescope_tells_names_and_times_and_both_of_a_pair(void **state)
{
    (void)state;
    struct archive *a = pack("export.zip", ZIP, NULL);
    pack_text(a, "assignment_9_export/submission_metadata.yml",
              "---\n"
              "submission_100:\n"
              "  :submitters:\n"
              "  - :name: Anna Li\n"
              "    :sid: '30123'\n"
              "    :email: anna@example.org\n"
              "  - :name: Ben\n"
              "    :sid:\n"
              "    :email: ben@example.org\n"
              "  :created_at: 2026-05-15 10:20:30.123456000 +02:00\n"
              "  :history:\n"
              "  - :id: 7\n"
              "    :created_at: 2026-05-01 00:00:00 Z\n"
              "submission_300:\n"
              "  :submitters:\n"
              "  - :name: West\n"
              "    :sid: '7'\n"
              "  :created_at: 2026-05-15 01:20:30 -07:00\n");
    pack_text(a, "assignment_9_export/submission_100/udp_echo.c", "pair");
    pack_text(a, "assignment_9_export/submission_300/udp_echo.c", "west");
    pack_text(a, "assignment_9_export/submission_200/udp_echo.c", "unknown");
    packed(a);
    take("export.zip");
    assert_echoes(0, {"30123", "pair"}, {"ben@example.org", "pair"}, {"submission_200", "unknown"},
                  {"7", "west"});
    assert_string_equal(find("30123", &echo_lab, 1)->name, "Anna Li");
    assert_int_equal(find("30123", &echo_lab, 1)->handed_in, 1778833230);
    assert_int_equal(find("7", &echo_lab, 1)->handed_in, 1778833230);
    assert_int_equal(find("submission_200", &echo_lab, 1)->handed_in, 1700000000);
}

static void clones_of_github_classroom_lose_the_assignments_name(void **state)
{
    (void)state;
    file("udp-lab-submissions/udp-lab-anna/udp_echo.c", "anna");
    file("udp-lab-submissions/udp-lab-ben/udp_echo.c", "ben");
    file("udp-lab-submissions/udp-lab-ben/.github/udp_echo.c", "junk");
    file("old/hw-05-15-2026-10-11-12/hw-cleo/udp_echo.c", "cleo");
    file("old/hw-05-15-2026-10-11-12/hw-dora/udp_echo.c", "dora");
    file("plain/lab-emil/udp_echo.c", "emil");
    take("udp-lab-submissions", "old", "plain");
    assert_echoes(0, {"anna", "anna"}, {"ben", "ben"}, {"cleo", "cleo"}, {"dora", "dora"},
                  {"lab-emil", "emil"});
}

/* --- who is who --- */

static void one_name_in_two_arguments_is_one_student_with_different_labs(void **state)
{
    (void)state;
    file("week5/anna/udp_echo.c", "echo");
    file("week6/anna/temperature_client.c", "client");
    file("week6/anna/udp_echo.c", "echo");
    take("week5", "week6");
    assert_counts(2, 0);
    assert_echo("anna", "echo");
    assert_file(find("anna", &temperature_lab, 1), "temperature_client.c", "client");
}

static void two_different_hand_ins_by_one_name_are_both_refused(void **state)
{
    (void)state;
    file("a/anna/udp_echo.c", "one");
    file("b/anna/udp_echo.c", "two");
    file("b/ben/udp_echo.c", "ben");
    take("a", "b");
    assert_counts(1, 2);
    assert_refused("a: anna", "b: anna");
    assert_refused("b: anna", "a: anna");
    assert_echo("ben", "ben");
}

static void names_that_differ_in_case_or_encoding_only_are_refused(void **state)
{
    (void)state;
    file("class/anna/udp_echo.c", "one");
    file("class/Anna/udp_echo.c", "two");
    file("class/Zo\xc3\xab/udp_echo.c", "composed");
    file("class/Zoe\xcc\x88/udp_echo.c", "decomposed");
    file("class/Zoe/udp_echo.c", "another");
    take("class");
    assert_echoes(4, {"Zoe", "another"});
    assert_refused("class: anna", "class: Anna");
    assert_refused("class: Zo\xc3\xab", "go by the name");
}

static void hostile_names_become_safe_and_stay_apart(void **state)
{
    (void)state;
    file("class/a b\n\"<script>/udp_echo.c", "newline");
    file("class/a_b__script_/udp_echo.c", "the same safe name");
    file("class/\xff\xfe/udp_echo.c", "invalid");
    file("class/\xf0\x9f\xa6\x8a/udp_echo.c", "fox");
    file("class/.hidden/udp_echo.c", "dot");
    file("class/-rf/udp_echo.c", "option");
    file("class/\xe2\x80\xaegnp/udp_echo.c", "turned");
    take("class");
    assert_counts(7, 0);
    assert_echo("a b\"<script>", "newline");
    assert_string_equal(find("a b\"<script>", &echo_lab, 1)->folder, "a_b__script_");
    assert_string_equal(find("a_b__script_", &echo_lab, 1)->folder, "a_b__script_-2");
    assert_echo("\xef\xbf\xbd\xef\xbf\xbd", "invalid");
    assert_string_equal(find(".hidden", &echo_lab, 1)->folder, "_hidden");
    assert_string_equal(find("-rf", &echo_lab, 1)->folder, "_rf");
    assert_echo("gnp", "turned");
    assert_has(find("gnp", &echo_lab, 1)->origin, "\\xe2\\x80\\xaegnp");
}

static void long_names_are_cut_and_stay_apart(void **state)
{
    (void)state;
    char name[240], path[300];
    memset(name, 'n', sizeof name);
    for (int i = 0; i < 2; i++) {
        name[238] = (char)('a' + i);
        name[239] = '\0';
        snprintf(path, sizeof path, "class/%s/udp_echo.c", name);
        file(path, i == 0 ? "a" : "b");
    }
    take("class");
    assert_counts(2, 0);
    assert_true(strcmp(taken.list[0].student, taken.list[1].student) != 0);
    assert_true(strcmp(taken.list[0].folder, taken.list[1].folder) != 0);
    assert_true(strlen(taken.list[0].student) <= 160);
    assert_true(strlen(taken.list[0].folder) <= 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_class(a_folder_a_student_is_taken_wherever_the_file_lies_in_it),
        in_class(the_labs_own_folder_comes_before_a_shallower_file),
        in_class(two_files_equally_near_that_differ_are_refused_by_name),
        in_class(a_lab_with_one_of_its_two_files_is_taken),
        in_class(headers_that_differ_for_the_two_programs_of_a_lab_are_refused),
        in_class(an_archive_of_every_kind_is_a_student_known_by_its_content),
        in_class(names_that_begin_with_anothers_are_other_students),
        in_class(an_argument_with_a_labs_files_is_one_students),
        in_class(an_archive_with_a_class_is_taken_also_below_one_folder),
        in_class(an_archive_in_a_students_folder_is_opened_but_not_one_in_that),
        in_class(flat_files_tell_the_student_before_the_labs_name),
        in_class(moodle_folders_are_told_apart_by_their_number),
        in_class(what_is_refused_keeps_the_name_that_the_platform_tells),
        in_class(two_exports_of_moodle_are_two_attempts_by_time),
        in_class(canvas_files_are_grouped_by_user_and_their_attempts_numbered),
        in_class(an_archive_handed_in_through_canvas_is_opened),
        in_class(gradescope_tells_names_and_times_and_both_of_a_pair),
        in_class(clones_of_github_classroom_lose_the_assignments_name),
        in_class(one_name_in_two_arguments_is_one_student_with_different_labs),
        in_class(two_different_hand_ins_by_one_name_are_both_refused),
        in_class(names_that_differ_in_case_or_encoding_only_are_refused),
        in_class(hostile_names_become_safe_and_stay_apart),
        in_class(long_names_are_cut_and_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
