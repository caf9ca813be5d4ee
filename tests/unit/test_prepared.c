/* build/prepared: lab.h compiled ahead changes nothing but the time, and is gone when it is old. */
#include "files_help.h"

#include "base/loop.h"
#include "build/build.h"

static struct loop *loop;
static const char *compiler; /* NULL: as found */

/* A warning, an error, and a note that points into a header. */
static const char faulty[] = "#include \"lab.h\"\n"
                             "int main(void)\n{\n"
                             "    char unused;\n"
                             "    return system_number(\"ann\", 1);\n"
                             "}\n";
static const char number[] = "#include \"lab.h\"\n"
                             "int main(void)\n{\n"
                             "    return GIVEN;\n"
                             "}\n";

static int prepared_setup(void **state)
{
    if (folder_setup(state) < 0 || mkdir(at("src"), 0755) < 0 || mkdir(at("lib"), 0755) < 0 ||
        mkdir(at("system"), 0755) < 0)
        return -1;
    char *header = mem_format("#include \"%s\"\n", at("system/number.h"));
    put("lib/lab.h", header);
    free(header);
    put("system/number.h", "int system_number(int n);\n#define GIVEN 41\n");
    loop = loop_new(NULL);
    compiler = NULL;
    return loop == NULL ? -1 : 0;
}

static int prepared_teardown(void **state)
{
    loop_free(loop);
    return folder_teardown(state);
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, prepared_setup, prepared_teardown)

/* Builds the text as src/p.c; the caller frees. */
static struct build *build_text(const char *text)
{
    put("src/p.c", text);
    struct build_request request = {.source_dir = at("src"),
                                    .source = "p.c",
                                    .lib_dir = at("lib"),
                                    .compiler = compiler,
                                    .cache_dir = at("cache")};
    struct build *b = build_start(loop, &request);
    build_wait(b);
    return b;
}

/* The path of what is below a folder of headers in the cache, NULL: there is none. The caller
 * frees. */
static char *prepared(const char *name)
{
    struct file_list list;
    char *found = NULL;
    assert_int_equal(file_list(at("cache"), &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++) {
        if (strncmp(list.names[i], "h-", 2) != 0)
            continue;
        free(found);
        char *dir = file_join(at("cache"), list.names[i]);
        found = file_join(dir, name);
        free(dir);
        if (!file_exists(found)) {
            free(found);
            found = NULL;
        }
    }
    file_list_free(&list);
    return found;
}

/* What main returns. */
static int result_of(const char *text)
{
    struct build *b = build_text(text);
    if (build_wait(b)->status != BUILD_OK)
        fail_msg("%s", build_wait(b)->messages);
    pid_t pid = fork();
    if (pid == 0) {
        execl(build_wait(b)->binary, "p", (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    build_free(b);
    return WEXITSTATUS(status);
}

/* The same program, and yet not the same source. */
static const char *saved_again(const char *text)
{
    static char again[1024];
    static unsigned times;
    snprintf(again, sizeof again, "%s/* %u */\n", text, ++times);
    return again;
}

/* Of the same size, and with the time of before. */
static void change_unseen(const char *name, const char *text)
{
    struct stat st;
    assert_int_equal(stat(at(name), &st), 0);
    assert_int_equal(st.st_size, strlen(text));
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    int fd = open(at(name), O_WRONLY | O_CLOEXEC);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
}

static bool is_gcc(void)
{
    struct error err;
    char *version = build_compiler_version(NULL, &err);
    bool gcc = version != NULL && strstr(version, "gcc") != NULL;
    free(version);
    return gcc;
}

static void it_is_made_once_and_read_in_place_of_the_headers(void **state)
{
    (void)state;
    if (!is_gcc()) {
        print_message("SKIPPED FOR: gcc\n");
        skip();
    }
    assert_int_equal(result_of(number), 41);
    change_unseen("system/number.h", "int system_number(int n);\n#define GIVEN 42\n");
    assert_int_equal(result_of(saved_again(number)), 41); /* the header was not read */
}

/* Each with a header of its own; of other values, and behind an include, without. */
static void it_is_made_for_sources_that_define_gnu_source(void **state)
{
    static const struct {
        const char *opening;
        int read, changed;
    } cases[] = {
        {"#define _GNU_SOURCE\n#include \"lab.h\"\n", 43, 43},
        {" # define\t_GNU_SOURCE 1 /* for splice() */\r\n#include \"lab.h\"\n", 43, 43},
        {"#define _GNU_SOURCE 2\n#include \"lab.h\"\n", 43, 45},
        {"#define _GNU_SOURCES\n#include \"lab.h\"\n", 41, 41},
        {"#include \"lab.h\"\n#define _GNU_SOURCE\n", 41, 41},
    };
    char text[256];
    (void)state;
    if (!is_gcc()) {
        print_message("SKIPPED FOR: gcc\n");
        skip();
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        put("system/number.h", "#ifdef _GNU_SOURCE\n#define GIVEN 43\n#else\n"
                               "#define GIVEN 41\n#endif\n");
        snprintf(text, sizeof text, "%sint main(void)\n{\n    return GIVEN;\n}\n",
                 cases[i].opening);
        assert_int_equal(result_of(saved_again(text)), cases[i].read);
        change_unseen("system/number.h", "#ifdef _GNU_SOURCE\n#define GIVEN 45\n#else\n"
                                         "#define GIVEN 47\n#endif\n");
        assert_int_equal(result_of(saved_again(text)), cases[i].changed);
    }
}

static void a_header_that_has_changed_is_compiled_again(void **state)
{
    (void)state;
    assert_int_equal(result_of(number), 41);
    put("system/number.h", "int system_number(int n);\n#define GIVEN 1234 % 256\n");
    assert_int_equal(result_of(saved_again(number)), 1234 % 256);
    put("lib/lab.h", "#define GIVEN 7\n");
    assert_int_equal(result_of(saved_again(number)), 7);
}

static void messages_are_the_same_without_it(void **state)
{
    (void)state;
    struct build *with = build_text(faulty);
    char *record = prepared(".headers");
    if (record != NULL) { /* an empty one says that none can be made */
        assert_int_equal(file_write(record, "", 0, 0644, 0, NULL), 0);
        free(record);
    }
    struct build *without = build_text(saved_again(faulty));
    assert_int_equal(build_wait(with)->status, BUILD_FAILED);
    assert_has(build_wait(with)->messages, "p.c:5:");
    assert_string_equal(build_wait(with)->messages, build_wait(without)->messages);
    build_free(with);
    build_free(without);
}

static void a_damaged_one_is_made_again(void **state)
{
    (void)state;
    if (!is_gcc()) {
        print_message("SKIPPED FOR: gcc\n");
        skip();
    }
    assert_int_equal(result_of(number), 41);
    char *path = prepared("lab.h.gch");
    assert_non_null(path);
    assert_int_equal(truncate(path, 5000), 0);
    assert_int_equal(result_of(saved_again(number)), 41);
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    assert_true(st.st_size > 5000);
    free(path);
}

/* As large as before, and its time is right: gcc finds out, or reads the header itself. */
static void one_that_gcc_cannot_take_is_done_without(void **state)
{
    (void)state;
    if (!is_gcc()) {
        print_message("SKIPPED FOR: gcc\n");
        skip();
    }
    assert_int_equal(result_of(number), 41);
    char *path = prepared("lab.h.gch");
    struct stat st;
    assert_int_equal(stat(path, &st), 0);
    const struct timespec times[2] = {st.st_atim, st.st_mtim};
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_int_equal(pwrite(fd, "no header", 9, 0), 9);
    assert_int_equal(futimens(fd, times), 0);
    close(fd);
    free(path);
    assert_int_equal(result_of(saved_again(number)), 41);
}

static void a_header_of_the_learners_own_comes_first(void **state)
{
    (void)state;
    assert_int_equal(result_of(number), 41);
    put("src/lab.h", "#define GIVEN 5\n");
    assert_int_equal(result_of(saved_again(number)), 5);
}

static void a_header_that_does_not_compile_is_told_as_ever(void **state)
{
    (void)state;
    put("lib/lab.h", "#error nothing here\n");
    struct build *b = build_text(number);
    assert_int_equal(build_wait(b)->status, BUILD_FAILED);
    assert_has(build_wait(b)->messages, "nothing here");
    build_free(b);
    char *path = prepared("lab.h.gch");
    assert_null(path);
}

static void clang_makes_none(void **state)
{
    (void)state;
    if (system("command -v clang >/dev/null") != 0) {
        print_message("SKIPPED FOR: clang\n");
        skip();
    }
    compiler = "clang";
    assert_int_equal(result_of(number), 41);
    assert_null(prepared(".headers"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_loop(it_is_made_once_and_read_in_place_of_the_headers),
        with_loop(it_is_made_for_sources_that_define_gnu_source),
        with_loop(a_header_that_has_changed_is_compiled_again),
        with_loop(messages_are_the_same_without_it),
        with_loop(a_damaged_one_is_made_again),
        with_loop(one_that_gcc_cannot_take_is_done_without),
        with_loop(a_header_of_the_learners_own_comes_first),
        with_loop(a_header_that_does_not_compile_is_told_as_ever),
        with_loop(clang_makes_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
