/* grade/intake: what is not there, what may not be read, and what stops a run. */
#include "intake_help.h"

/* --- what is not there --- */

static void an_empty_submission_is_told_what_is_looked_for(void **state)
{
    (void)state;
    assert_int_equal(file_make_dirs(at("class/anna"), 0755, NULL), 0);
    file("class/ben/udp-echo.c", "x");
    file("class/cleo/05_udp_echo/udp_echo.c", "x");
    file("class/cleo/06_udp_temperature/temperature_sever.c", "x");
    take("class");
    assert_counts(1, 3);
    assert_refused("class: anna", "nothing of the labs' files is in it: udp_echo.c, "
                                  "temperature_server.c, temperature_client.c are looked for");
    assert_refused("class: ben", "found udp-echo.c: did they mean udp_echo.c?");
    assert_refused("class: cleo", "06_udp_temperature: found 06_udp_temperature/temperature_sever.c"
                                  ": did they mean temperature_server.c?");
    struct error err;
    assert_int_equal(take_labs(&err, 1, "class", NULL), 0);
    assert_refused("class: anna", "nothing of the labs' files is in it: udp_echo.c is looked for");
}

static void an_empty_class_is_told_and_a_missing_one_stops_the_run(void **state)
{
    (void)state;
    struct error err;
    assert_int_equal(file_make_dirs(at("class"), 0755, NULL), 0);
    take("class");
    assert_counts(0, 1);
    assert_refused("class", "nothing of the labs' files is in it");
    assert_int_equal(take_labs(&err, 2, "nowhere", NULL), -1);
    assert_has(err.text, "nowhere: No such file");
    file("out/x/udp_echo.c", "x");
    assert_int_equal(take_labs(&err, 2, "out", NULL), -1);
    assert_has(err.text, "--out");
}

static void what_is_no_file_is_refused_and_the_rest_taken(void **state)
{
    (void)state;
    file("class/anna/udp_echo.c/inner.txt", "a folder");
    assert_int_equal(file_make_dirs(at("class/ben"), 0755, NULL), 0);
    assert_int_equal(mkfifo(at("class/ben/udp_echo.c"), 0600), 0);
    file("secret.c", "secret");
    assert_int_equal(file_make_dirs(at("class/cleo"), 0755, NULL), 0);
    assert_int_equal(symlink(at("secret.c"), at("class/cleo/udp_echo.c")), 0);
    file("elsewhere/udp_echo.c", "elsewhere");
    assert_int_equal(symlink(at("elsewhere"), at("class/dora")), 0);
    assert_int_equal(file_make_dirs(at("class/emil"), 0755, NULL), 0);
    assert_int_equal(symlink(at("elsewhere"), at("class/emil/src")), 0);
    file("class/fritz/udp_echo.c", "fritz");
    assert_int_equal(mkfifo(at("class/pipe"), 0600), 0);
    take("class");
    assert_echoes(6, {"fritz", "fritz"});
    assert_refused("class: anna", "udp_echo.c is a folder");
    assert_refused("class: ben", "named pipe");
    assert_refused("class: cleo", "udp_echo.c is a link");
    assert_refused("class: dora", "symbolic link");
    assert_refused("class: emil", "nothing of the labs' files");
    assert_refused("class: pipe", "named pipe");
}

static void a_file_of_exactly_a_mebibyte_is_taken_and_no_larger_one(void **state)
{
    (void)state;
    char *text = mem_alloc(INTAKE_FILE_MOST + 2);
    memset(text, 'x', INTAKE_FILE_MOST + 1);
    file("class/big/udp_echo.c", text);
    pack_one("class/packed.zip", ZIP, "udp_echo.c", text);
    text[INTAKE_FILE_MOST] = '\0';
    file("class/fits/udp_echo.c", text);
    pack_one("class/just.tar.gz", TAR_GZ, "udp_echo.c", text);
    free(text);
    take("class");
    assert_counts(2, 2);
    assert_refused("class: big", "udp_echo.c is too big");
    assert_refused("class: packed.zip", "udp_echo.c is too big");
    (void)find("fits", &echo_lab, 1);
    (void)find("just", &echo_lab, 1);
}

static int take_unreadable(void)
{
    struct error err;
    if (take_labs(&err, 2, "class", NULL) != 0)
        return 1;
    if (taken.count != 1 || strcmp(taken.list[0].student, "cleo") != 0)
        return 2;
    if (taken.nrefusals != 2)
        return 3;
    return strstr(taken.refusals[0].why.text, "Permission denied") != NULL &&
                   strstr(taken.refusals[1].why.text, "Permission denied") != NULL
               ? 0
               : 4;
}

static void what_may_not_be_read_is_refused_by_name(void **state)
{
    (void)state;
    file("class/anna/udp_echo.c", "anna");
    file("class/ben/src/udp_echo.c", "ben");
    file("class/cleo/udp_echo.c", "cleo");
    assert_int_equal(file_make_dirs(at("out"), 0777, NULL), 0);
    assert_int_equal(chmod(at("out"), 0777), 0);
    assert_int_equal(chmod(at("class/anna/udp_echo.c"), 0), 0);
    assert_int_equal(chmod(at("class/ben/src"), 0), 0);
    in_child(be_ordinary, take_unreadable, "an ordinary user");
    assert_int_equal(chmod(at("class/ben/src"), 0755), 0);
}

/* --- again and again --- */

static void taking_again_changes_nothing_and_a_new_file_takes_its_place(void **state)
{
    (void)state;
    struct stat before, after;
    file("class/anna/udp_echo.c", "first");
    file("class/anna/proto.h", "header");
    take("class");
    char *path = mem_string(at("out/submissions/anna/1/05_udp_echo/udp_echo.c"));
    assert_int_equal(stat(path, &before), 0);
    take("class");
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    file("class/anna/udp_echo.c", "second");
    assert_int_equal(unlink(at("class/anna/proto.h")), 0);
    take("class");
    assert_echoes(0, {"anna", "second"});
    assert_false(file_exists(at("out/submissions/anna/1/05_udp_echo/proto.h")));
    free(path);
    struct file_list list;
    assert_int_equal(file_list(at("out"), &list, NULL), 0);
    assert_int_equal(list.count, 1); /* submissions, and nothing left of the work */
    file_list_free(&list);
    assert_int_equal(file_list(at("out/submissions/anna/1"), &list, NULL), 0);
    assert_int_equal(list.count, 1);
    file_list_free(&list);
}

static void the_output_folder_in_the_class_is_not_a_student(void **state)
{
    (void)state;
    struct error err;
    char *paths[] = {mem_string(at("class"))};
    char *out = mem_string(at("class/grades"));
    struct intake_request request = {
        .paths = paths, .npaths = 1, .labs = both_labs, .nlabs = 2, .out = out};
    file("class/anna/udp_echo.c", "anna");
    for (int i = 0; i < 2; i++) {
        submissions_free(&taken);
        assert_int_equal(intake(&request, &taken, &err), 0);
        assert_counts(1, 0);
    }
    free(paths[0]);
    free(out);
}

static void an_interrupted_run_says_so_and_leaves_nothing_of_its_work(void **state)
{
    (void)state;
    struct error err;
    volatile int interrupted = 1;
    char *paths[] = {mem_string(at("class"))};
    char *out = mem_string(at("out"));
    struct intake_request request = {.paths = paths,
                                     .npaths = 1,
                                     .labs = both_labs,
                                     .nlabs = 2,
                                     .out = out,
                                     .interrupted = &interrupted};
    file("class/anna/udp_echo.c", "anna");
    assert_int_equal(intake(&request, &taken, &err), -1);
    assert_string_equal(err.text, "interrupted");
    struct file_list list;
    assert_int_equal(file_list(out, &list, NULL), 0);
    assert_int_equal(list.count, 0);
    file_list_free(&list);
    free(paths[0]);
    free(out);
}

static int make_small_disk(void)
{
    return on_small_disk("size=256k");
}

static int fill_the_disk(void)
{
    struct error err;
    char *text = mem_alloc(200 * 1024);
    memset(text, 'x', 100 * 1024);
    file("class/anna/udp_echo.c", text);
    if (take_labs(&err, 2, "class", NULL) != 0)
        return 1;
    memset(text, 'y', 150 * 1024);
    FILE *f = fopen(at("class/anna/udp_echo.c"), "we");
    memset(text, 'y', 100 * 1024);
    fwrite(text, 1, 100 * 1024, f);
    fclose(f);
    if (take_labs(&err, 2, "class", NULL) != -1 || strstr(err.text, "No space left") == NULL)
        return 2;
    char *old = contents("out/submissions/anna/1/05_udp_echo/udp_echo.c");
    if (strlen(old) != 100 * 1024 || old[0] != 'x')
        return 3;
    struct file_list list;
    if (file_list(at("out/submissions/anna/1"), &list, NULL) != 0 || list.count != 1)
        return 4;
    free(old);
    free(text);
    return 0;
}

static void a_full_disk_stops_the_run_and_the_old_files_stay_whole(void **state)
{
    (void)state;
    in_child(make_small_disk, fill_the_disk, "a small disk (user namespaces)");
}

static void a_class_of_two_thousand_is_taken(void **state)
{
    (void)state;
    char path[100];
    for (int i = 0; i < 2000; i++) {
        snprintf(path, sizeof path, "class/student%04d/05_udp_echo/udp_echo.c", i);
        file(path, "int main(void) { return 0; }\n");
    }
    take("class");
    assert_counts(2000, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_class(an_empty_submission_is_told_what_is_looked_for),
        in_class(an_empty_class_is_told_and_a_missing_one_stops_the_run),
        in_class(what_is_no_file_is_refused_and_the_rest_taken),
        in_class(a_file_of_exactly_a_mebibyte_is_taken_and_no_larger_one),
        in_class(what_may_not_be_read_is_refused_by_name),
        in_class(taking_again_changes_nothing_and_a_new_file_takes_its_place),
        in_class(the_output_folder_in_the_class_is_not_a_student),
        in_class(an_interrupted_run_says_so_and_leaves_nothing_of_its_work),
        in_class(a_full_disk_stops_the_run_and_the_old_files_stay_whole),
        in_class(a_class_of_two_thousand_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
