/* workspace: nothing a learner wrote is lost, whatever happens to the disk or beside us. */
#include "files_help.h"

#include <sys/file.h>

#include "workspace/workspace.h"

static const struct lab_step steps[] = {{.id = "socket"}, {.id = "bind"}, {.id = "echo"}};
static struct lab lab = {.id = "05_udp_echo", .number = 5, .steps = steps, .nsteps = 3};
static struct lab other = {.id = "10_tcp_server", .number = 10, .steps = steps, .nsteps = 2};

static struct strbuf notice;
static struct error err;

static int lab_setup(void **state)
{
    if (folder_setup(state) < 0)
        return -1;
    strbuf_init(&notice);
    if (file_make_dirs(at("labs/05/starter"), 0755, NULL) < 0 || mkdir(at("lib"), 0755) < 0)
        return -1;
    put("labs/05/starter/udp_echo.c", "/* starter */\n");
    put("labs/05/starter/extra.h", "/* header */\n");
    lab.dir = mem_string(at("labs/05"));
    other.dir = mem_string(at("labs/10"));
    return 0;
}

static int lab_teardown(void **state)
{
    free((char *)lab.dir);
    free((char *)other.dir);
    strbuf_free(&notice);
    return folder_teardown(state);
}

#define with_lab(test) cmocka_unit_test_setup_teardown(test, lab_setup, lab_teardown)

static struct workspace *opened(void)
{
    strbuf_cut(&notice, 0);
    struct workspace *ws = workspace_open(at("work"), &notice, &err);
    if (ws == NULL)
        fail_msg("%s", err.text);
    return ws;
}

static void ok(int rc)
{
    if (rc != 0)
        fail_msg("%s", err.text);
}

static void start(struct workspace *ws)
{
    unsigned created;
    ok(workspace_start(ws, &lab, at("lib"), &created, &err));
}

/* --- files --- */

static void start_puts_the_starter_and_the_editors_flags(void **state)
{
    (void)state;
    unsigned created;
    chmod(at("labs/05/starter/udp_echo.c"), 0444); /* as installed */
    struct workspace *ws = opened();
    assert_string_equal(notice.data, "");
    assert_false(file_exists(at("work"))); /* opening creates nothing */
    ok(workspace_start(ws, &lab, at("lib"), &created, &err));
    assert_int_equal(created, 2);
    assert_string_equal(workspace_lab_dir(ws, &lab), at("work/05_udp_echo"));
    assert_contents("work/05_udp_echo/udp_echo.c", "/* starter */\n");
    struct stat st;
    assert_int_equal(stat(at("work/05_udp_echo/udp_echo.c"), &st), 0);
    assert_int_equal(st.st_mode & 0200, 0200); /* to be edited */
    char *flags = contents("work/compile_flags.txt");
    char *line = mem_format("-I%s\n", at("lib"));
    assert_has(flags, line);
    free(line);
    free(flags);
    assert_true(workspace_progress(ws, &lab)->started);
    assert_false(workspace_progress(ws, &other)->started);
    workspace_free(ws);
}

static void start_keeps_what_is_there(void **state)
{
    (void)state;
    unsigned created;
    struct workspace *ws = opened();
    start(ws);
    put("work/05_udp_echo/udp_echo.c", "my work\n");
    put("work/compile_flags.txt", "-DMINE\n");
    unlink(at("work/05_udp_echo/extra.h"));
    ok(workspace_start(ws, &lab, at("lib"), &created, &err));
    assert_int_equal(created, 1);
    assert_contents("work/05_udp_echo/udp_echo.c", "my work\n");
    assert_contents("work/05_udp_echo/extra.h", "/* header */\n");
    assert_contents("work/compile_flags.txt", "-DMINE\n");
    workspace_free(ws);
}

static void generated_flags_follow_the_library(void **state)
{
    (void)state;
    unsigned created;
    struct workspace *ws = opened();
    start(ws);
    mkdir(at("lib2"), 0755);
    ok(workspace_start(ws, &lab, at("lib2"), &created, &err));
    char *flags = contents("work/compile_flags.txt");
    assert_has(flags, "/lib2\n");
    free(flags);
    workspace_free(ws);
}

static void reset_keeps_each_version_under_the_next_number(void **state)
{
    (void)state;
    struct strbuf backups = STRBUF_INIT;
    struct workspace *ws = opened();
    start(ws);
    ok(workspace_reset(ws, &lab, &backups, &err));
    assert_string_equal(backups.data, ""); /* nothing was changed, nothing to keep */
    put("work/05_udp_echo/udp_echo.c", "first try\n");
    put("work/05_udp_echo/notes.txt", "mine\n");
    ok(workspace_reset(ws, &lab, &backups, &err));
    put("work/05_udp_echo/udp_echo.c", "second try\n");
    put("work/05_udp_echo/udp_echo.c.3", "not ours\n");
    ok(workspace_reset(ws, &lab, &backups, &err));
    put("work/05_udp_echo/udp_echo.c", "third try\n");
    ok(workspace_reset(ws, &lab, &backups, &err));
    assert_string_equal(backups.data, "udp_echo.c kept as udp_echo.c.1\n"
                                      "udp_echo.c kept as udp_echo.c.2\n"
                                      "udp_echo.c kept as udp_echo.c.4\n");
    assert_contents("work/05_udp_echo/udp_echo.c", "/* starter */\n");
    assert_contents("work/05_udp_echo/udp_echo.c.1", "first try\n");
    assert_contents("work/05_udp_echo/udp_echo.c.2", "second try\n");
    assert_contents("work/05_udp_echo/udp_echo.c.3", "not ours\n");
    assert_contents("work/05_udp_echo/udp_echo.c.4", "third try\n");
    assert_contents("work/05_udp_echo/notes.txt", "mine\n");
    strbuf_free(&backups);
    workspace_free(ws);
}

static void reset_brings_back_a_missing_file(void **state)
{
    (void)state;
    struct strbuf backups = STRBUF_INIT;
    struct workspace *ws = opened();
    ok(workspace_reset(ws, &lab, &backups, &err));
    assert_string_equal(backups.data, "");
    assert_contents("work/05_udp_echo/udp_echo.c", "/* starter */\n");
    unlink(at("work/05_udp_echo/udp_echo.c"));
    put("outside.c", "elsewhere\n");
    assert_int_equal(symlink("../../outside.c", at("work/05_udp_echo/udp_echo.c")), 0);
    ok(workspace_reset(ws, &lab, &backups, &err));
    assert_contents("outside.c", "elsewhere\n"); /* never written through a link */
    assert_contents("work/05_udp_echo/udp_echo.c", "/* starter */\n");
    strbuf_free(&backups);
    workspace_free(ws);
}

static void a_lab_without_a_starter_is_told(void **state)
{
    (void)state;
    unsigned created;
    struct workspace *ws = opened();
    assert_int_equal(workspace_start(ws, &other, at("lib"), &created, &err), -1);
    assert_has(err.text, "10_tcp_server has no starter");
    workspace_free(ws);
}

/* --- progress --- */

static void progress_is_remembered(void **state)
{
    (void)state;
    static const bool one[] = {true, false, false}, all[] = {true, true, true};
    struct workspace *ws = opened();
    assert_null(workspace_current(ws));
    ok(workspace_note_check(ws, &lab, one, 1000, &err));
    ok(workspace_note_hint(ws, &lab, "bind", 2, &err));
    ok(workspace_note_hint(ws, &lab, "bind", 1, &err)); /* seen is seen */
    ok(workspace_note_quiz(ws, &lab, 3, 4, &err));
    ok(workspace_set_current(ws, &lab, &err));
    ok(workspace_note_check(ws, &lab, one, 1300, &err));
    ok(workspace_note_check(ws, &lab, all, 5000, &err)); /* after a long pause */
    ok(workspace_note_check(ws, &lab, one, 5060, &err));
    workspace_free(ws);

    ws = opened();
    assert_string_equal(notice.data, "");
    const struct progress *p = workspace_progress(ws, &lab);
    assert_true(p->started);
    assert_true(p->passed); /* it stays */
    assert_false(p->gave_up);
    assert_int_equal(p->checks, 4);
    assert_int_equal(p->first_at, 1000);
    assert_int_equal(p->last_at, 5060);
    assert_int_equal(p->passed_at, 5000);
    assert_int_equal(p->seconds, 360);
    assert_int_equal(p->quiz_right, 3);
    assert_int_equal(p->quiz_asked, 4);
    assert_int_equal(p->nsteps, 3);
    assert_string_equal(p->steps[1].id, "bind");
    assert_int_equal(p->steps[1].hints, 2);
    assert_true(p->steps[0].passed);
    assert_false(p->steps[1].passed);
    assert_string_equal(workspace_current(ws), "05_udp_echo");
    assert_int_equal(workspace_progress(ws, &other)->checks, 0);
    workspace_free(ws);
}

static void giving_up_counts_only_before_passing(void **state)
{
    (void)state;
    static const bool all[] = {true, true, true};
    struct workspace *ws = opened();
    ok(workspace_note_gave_up(ws, &other, &err));
    assert_true(workspace_progress(ws, &other)->gave_up);
    ok(workspace_note_check(ws, &lab, all, 10, &err));
    ok(workspace_note_gave_up(ws, &lab, &err));
    assert_false(workspace_progress(ws, &lab)->gave_up);
    workspace_free(ws);
}

static void what_another_runner_wrote_is_seen(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    struct workspace *a = opened(), *b = opened();
    ok(workspace_note_check(a, &lab, none, 10, &err));
    assert_int_equal(workspace_progress(b, &lab)->checks, 1);
    ok(workspace_note_check(b, &lab, none, 20, &err));
    assert_int_equal(workspace_progress(a, &lab)->checks, 2);
    workspace_free(a);
    workspace_free(b);
}

static void the_file_before_is_kept_as_backup(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    struct workspace *ws = opened();
    ok(workspace_note_check(ws, &lab, none, 10, &err));
    char *first = contents("work/progress.json");
    ok(workspace_note_check(ws, &lab, none, 20, &err));
    assert_contents("work/progress.json.bak", first);
    free(first);
    workspace_free(ws);
}

static void unknown_members_are_kept(void **state)
{
    (void)state;
    mkdir(at("work"), 0755);
    put("work/progress.json",
        "{\"version\":1,\"note\":\"mine\",\"labs\":{\"99_gone\":{\"checks\":7}}}");
    struct workspace *ws = opened();
    ok(workspace_set_current(ws, &lab, &err));
    workspace_free(ws);
    char *text = contents("work/progress.json");
    assert_has(text, "\"mine\"");
    assert_has(text, "99_gone");
    free(text);
}

/* --- damage --- */

static void a_damaged_file_is_set_aside_and_told(void **state)
{
    (void)state;
    static const char *const damaged[] = {
        "",
        "{\"version\":1,\"labs\":{",
        "[]",
        "null",
        "{\"labs\":{}}",
        "{\"version\":0,\"labs\":{}}",
        "{\"version\":\"1\",\"labs\":{}}",
        "{\"version\":1,\"labs\":[]}",
        "{\"version\":1,\"labs\":{\"05_udp_echo\":3}}",
        "{\"version\":1,\"labs\":{\"05_udp_echo\":{\"checks\":-1}}}",
        "{\"version\":1,\"labs\":{\"05_udp_echo\":{\"checks\":1e300}}}",
        "{\"version\":1,\"labs\":{\"05_udp_echo\":{\"passed\":\"yes\"}}}",
        "{\"version\":1,\"labs\":{\"05_udp_echo\":{\"steps\":{\"bind\":[]}}}}",
        "{\"version\":1,\"current\":5,\"labs\":{}}",
        "{\"version\":1,\"labs\":{},\"x\":\"\377\"}",
    };
    mkdir(at("work"), 0755);
    for (unsigned i = 0; i < sizeof damaged / sizeof *damaged; i++) {
        char name[64], path[96];
        put("work/progress.json", damaged[i]);
        struct workspace *ws = opened();
        snprintf(name, sizeof name, "progress.json.damaged-%u", i + 1);
        assert_has(notice.data, "damaged");
        assert_has(notice.data, name);
        assert_has(notice.data, "begins anew");
        snprintf(path, sizeof path, "work/%s", name);
        assert_contents(path, damaged[i]);
        assert_false(file_exists(at("work/progress.json")));
        assert_int_equal(workspace_progress(ws, &lab)->checks, 0);
        workspace_free(ws);
    }
}

static void what_is_no_file_counts_as_damaged(void **state)
{
    (void)state;
    mkdir(at("work"), 0755);
    assert_int_equal(mkdir(at("work/progress.json"), 0755), 0);
    workspace_free(opened());
    assert_true(file_is_dir(at("work/progress.json.damaged-1")));
    assert_int_equal(mkfifo(at("work/progress.json"), 0644), 0);
    workspace_free(opened());
    assert_has(notice.data, "damaged-2");
    put("work/progress.json", "");
    assert_int_equal(truncate(at("work/progress.json"), 10 * 1024 * 1024), 0);
    workspace_free(opened());
    assert_has(notice.data, "damaged-3");
}

static void the_backup_takes_the_place_of_a_damaged_file(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    struct workspace *ws = opened();
    ok(workspace_note_check(ws, &lab, none, 10, &err));
    ok(workspace_note_check(ws, &lab, none, 20, &err));
    /* While it is open: the next note finds the damage. */
    put("work/progress.json", "gar\0bage");
    ok(workspace_note_check(ws, &lab, none, 30, &err));
    assert_int_equal(workspace_progress(ws, &lab)->checks, 2); /* one of the backup, and this */
    strbuf_cut(&notice, 0);
    workspace_notice(ws, &notice);
    assert_has(notice.data, "damaged-1");
    assert_has(notice.data, "The one before it is used");
    strbuf_cut(&notice, 0);
    workspace_notice(ws, &notice);
    assert_string_equal(notice.data, "");
    workspace_free(ws);

    put("work/progress.json", "{");
    ws = opened();
    assert_has(notice.data, "damaged-2");
    assert_has(notice.data, "The one before it is used");
    assert_int_equal(workspace_progress(ws, &lab)->checks, 1);
    workspace_free(ws);
    workspace_free(opened());
    assert_string_equal(notice.data, ""); /* told once, repaired for good */
}

static void a_newer_version_is_left_alone(void **state)
{
    (void)state;
    static const char newer[] =
        "{\"version\":2,\"labs\":{\"05_udp_echo\":{\"checks\":7,\"steps\":[1]}}}";
    static const bool all[] = {true, true, true};
    unsigned created;
    mkdir(at("work"), 0755);
    put("work/progress.json", newer);
    struct workspace *ws = opened();
    assert_has(notice.data, "newer socklings");
    assert_int_equal(workspace_progress(ws, &lab)->checks, 7);
    assert_int_equal(workspace_note_check(ws, &lab, all, 10, &err), -1);
    assert_has(err.text, "newer socklings");
    ok(workspace_start(ws, &lab, at("lib"), &created,
                       &err)); /* the files are no matter of versions */
    assert_int_equal(created, 2);
    assert_int_equal(workspace_progress(ws, &lab)->checks, 7);
    assert_contents("work/progress.json", newer);
    assert_false(file_exists(at("work/progress.json.bak")));
    workspace_free(ws);
}

/* --- a workspace that cannot be written --- */

static int use_read_only(void)
{
    static const bool all[] = {true, true, true};
    unsigned created;
    struct strbuf told = STRBUF_INIT;
    struct workspace *ws = workspace_open(at("work"), &told, &err);
    if (ws == NULL || told.len != 0)
        return 1;
    if (workspace_note_check(ws, &lab, all, 99, &err) != -1)
        return 2;
    if (strstr(err.text, "cannot be written") == NULL)
        return 3;
    if (workspace_progress(ws, &lab)->passed || workspace_progress(ws, &lab)->checks != 1)
        return 4;
    if (workspace_start(ws, &other, at("lib"), &created, &err) != -1)
        return 5;
    workspace_free(ws);
    return 0;
}

static void a_read_only_workspace_can_be_read_and_says_so(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    struct workspace *ws = opened();
    ok(workspace_note_check(ws, &lab, none, 10, &err));
    workspace_free(ws);
    chmod(at("work/.lock"), 0444);
    chmod(at("work"), 0555);
    in_child(be_ordinary, use_read_only, "changing to an ordinary user");
    chmod(at("work"), 0755);
    chmod(at("work/.lock"), 0644);
    ws = opened();
    assert_int_equal(workspace_progress(ws, &lab)->checks, 1);
    workspace_free(ws);
}

static int damaged_and_read_only(void)
{
    struct strbuf told = STRBUF_INIT;
    struct workspace *ws = workspace_open(at("work"), &told, &err);
    if (ws == NULL || strstr(told.data, "stays where it is") == NULL)
        return 1;
    if (!file_exists(at("work/progress.json")))
        return 2;
    workspace_free(ws);
    strbuf_free(&told);
    return 0;
}

static void a_damaged_file_that_cannot_be_moved_stays(void **state)
{
    (void)state;
    mkdir(at("work"), 0755);
    put("work/progress.json", "{");
    chmod(at("work"), 0555);
    in_child(be_ordinary, damaged_and_read_only, "changing to an ordinary user");
    chmod(at("work"), 0755);
}

static int open_unreadable(void)
{
    struct strbuf told = STRBUF_INIT;
    if (workspace_open(at("work"), &told, &err) != NULL)
        return 1;
    return strstr(err.text, "Permission denied") != NULL ? 0 : 2;
}

static void what_cannot_be_read_is_an_error_and_not_damage(void **state)
{
    (void)state;
    mkdir(at("work"), 0755);
    put("work/progress.json", "{\"version\":1,\"labs\":{}}");
    chmod(at("work/progress.json"), 0);
    in_child(be_ordinary, open_unreadable, "changing to an ordinary user");
    assert_true(file_exists(at("work/progress.json")));
}

static void a_workspace_that_is_a_file_is_refused(void **state)
{
    (void)state;
    put("work", "x");
    assert_null(workspace_open(at("work"), &notice, &err));
    assert_has(err.text, "work is not a folder");
}

static int fill_up(void)
{
    static const bool none[] = {false, false, false}, all[] = {true, true, true};
    struct strbuf told = STRBUF_INIT, backups = STRBUF_INIT;
    struct workspace *ws = workspace_open(at("work"), &told, &err);
    if (ws == NULL || workspace_note_check(ws, &lab, none, 10, &err) != 0)
        return 1;
    if (file_make_dirs(at("work/05_udp_echo"), 0755, NULL) < 0)
        return 2;
    put("work/05_udp_echo/udp_echo.c", "my work\n");
    int fd = open(at("work/filler"), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    static char block[4096];
    while (write(fd, block, sizeof block) > 0)
        continue;
    close(fd);
    if (workspace_note_check(ws, &lab, all, 20, &err) != -1)
        return 3;
    if (strstr(err.text, "No space left") == NULL)
        return 4;
    if (workspace_progress(ws, &lab)->checks != 1 || workspace_progress(ws, &lab)->passed)
        return 5;
    if (file_make_dirs(at("labs/05/starter"), 0755, NULL) == 0) /* there is no room for it */
        put("labs/05/starter/udp_echo.c", "");
    if (workspace_reset(ws, &lab, &backups, &err) == 0 && backups.len == 0)
        return 6;
    workspace_free(ws);
    struct strbuf mine = STRBUF_INIT;
    const char *kept = file_exists(at("work/05_udp_echo/udp_echo.c.1"))
                           ? at("work/05_udp_echo/udp_echo.c.1")
                           : at("work/05_udp_echo/udp_echo.c");
    if (file_read(kept, 100, 0, &mine, NULL) < 0 || strcmp(mine.data, "my work\n") != 0)
        return 7;
    unlink(at("work/filler"));
    ws = workspace_open(at("work"), &told, &err);
    if (ws == NULL || told.len != 0 || workspace_progress(ws, &lab)->checks != 1)
        return 8;
    if (workspace_note_check(ws, &lab, all, 30, &err) != 0)
        return 9;
    workspace_free(ws);
    strbuf_free(&mine);
    strbuf_free(&backups);
    return 0;
}

static int small_disk(void)
{
    return on_small_disk("size=64k");
}

static void on_a_full_disk_nothing_is_lost(void **state)
{
    (void)state;
    in_child(small_disk, fill_up, "user namespaces");
}

/* --- several runners --- */

enum { WRITERS = 2, NOTES = 150 };

static int note_many(const struct lab *of)
{
    static const bool none[] = {false, false, false};
    struct strbuf told = STRBUF_INIT;
    struct workspace *ws = workspace_open(at("work"), &told, &err);
    if (ws == NULL)
        return 1;
    for (int i = 0; i < NOTES; i++) {
        if (workspace_note_check(ws, of, none, i + 1, &err) != 0) {
            fprintf(stderr, "%s\n", err.text);
            return 2;
        }
    }
    workspace_free(ws);
    return told.len == 0 ? 0 : 3;
}

static void two_runners_at_once_lose_no_update(void **state)
{
    (void)state;
    pid_t pids[WRITERS];
    fflush(NULL);
    for (int i = 0; i < WRITERS; i++) {
        pids[i] = fork();
        assert_true(pids[i] >= 0);
        if (pids[i] == 0)
            _exit(note_many(&lab));
    }
    for (int i = 0; i < WRITERS; i++) {
        int status;
        assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
        assert_int_equal(status, 0);
    }
    struct workspace *ws = opened();
    assert_string_equal(notice.data, "");
    assert_int_equal(workspace_progress(ws, &lab)->checks, WRITERS * NOTES);
    workspace_free(ws);
}

static void a_runner_killed_while_writing_leaves_a_good_file(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    unsigned before = 0;
    for (unsigned round = 0; round < 40; round++) {
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(note_many(&lab));
        struct workspace *ws = opened();
        while (workspace_progress(ws, &lab)->checks <= before)
            sched_yield();
        for (unsigned spin = 0; spin < round * 300; spin++)
            (void)getppid();
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        workspace_free(ws);

        ws = opened();
        assert_string_equal(notice.data, "");
        assert_true(workspace_progress(ws, &lab)->checks > before);
        ok(workspace_note_check(ws, &lab, none, 1, &err)); /* the lock is free again */
        before = workspace_progress(ws, &lab)->checks;
        workspace_free(ws);
    }
    struct file_list list;
    assert_int_equal(file_list(at("work"), &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++)
        assert_null(strstr(list.names[i], ".new")); /* strays were swept */
    file_list_free(&list);
}

static void a_lock_that_is_held_is_told_after_a_while(void **state)
{
    (void)state;
    static const bool none[] = {false, false, false};
    mkdir(at("work"), 0755);
    int fd = open(at("work/.lock"), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(flock(fd, LOCK_EX), 0);
    struct workspace *ws = opened();
    assert_int_equal(workspace_note_check(ws, &lab, none, 1, &err), -1);
    assert_has(err.text, "is in use");
    close(fd);
    ok(workspace_note_check(ws, &lab, none, 1, &err));
    workspace_free(ws);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_lab(start_puts_the_starter_and_the_editors_flags),
        with_lab(start_keeps_what_is_there),
        with_lab(generated_flags_follow_the_library),
        with_lab(reset_keeps_each_version_under_the_next_number),
        with_lab(reset_brings_back_a_missing_file),
        with_lab(a_lab_without_a_starter_is_told),
        with_lab(progress_is_remembered),
        with_lab(giving_up_counts_only_before_passing),
        with_lab(what_another_runner_wrote_is_seen),
        with_lab(the_file_before_is_kept_as_backup),
        with_lab(unknown_members_are_kept),
        with_lab(a_damaged_file_is_set_aside_and_told),
        with_lab(what_is_no_file_counts_as_damaged),
        with_lab(the_backup_takes_the_place_of_a_damaged_file),
        with_lab(a_newer_version_is_left_alone),
        with_lab(a_read_only_workspace_can_be_read_and_says_so),
        with_lab(a_damaged_file_that_cannot_be_moved_stays),
        with_lab(what_cannot_be_read_is_an_error_and_not_damage),
        with_lab(a_workspace_that_is_a_file_is_refused),
        with_lab(on_a_full_disk_nothing_is_lost),
        with_lab(two_runners_at_once_lose_no_update),
        with_lab(a_runner_killed_while_writing_leaves_a_good_file),
        with_lab(a_lock_that_is_held_is_told_after_a_while),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
