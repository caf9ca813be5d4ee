/* build: what is compiled, what is refused and how it is said, and the cache. */
#include "files_help.h"

#include <time.h>

#include "base/clock.h"
#include "base/loop.h"
#include "build/build.h"
#include "build/cache.h"
#include "build/compiler.h"
#include "build/messages.h"
#include "build/source.h"

static struct loop *loop;

static int build_setup(void **state)
{
    if (folder_setup(state) < 0)
        return -1;
    if (mkdir(at("src"), 0755) < 0 || mkdir(at("lib"), 0755) < 0)
        return -1;
    put("lib/lab.h", "int lab_number(void);\n");
    loop = loop_new(NULL);
    return loop == NULL ? -1 : 0;
}

static int build_teardown(void **state)
{
    loop_free(loop);
    bool child = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
    if (child)
        fprintf(stderr, "a child was left\n");
    return folder_teardown(state) < 0 || child ? -1 : 0;
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, build_setup, build_teardown)

static struct build_request request_for(const char *source)
{
    struct build_request request = {
        .source_dir = at("src"),
        .source = source,
        .lib_dir = at("lib"),
        .cache_dir = at("cache"),
    };
    return request;
}

static struct build *build_now(const struct build_request *request)
{
    struct build *b = build_start(loop, request);
    build_wait(b);
    return b;
}

/* Builds src/p.c; the caller frees. */
static struct build *build_p(void)
{
    struct build_request request = request_for("p.c");
    return build_now(&request);
}

static void assert_status(struct build *b, enum build_status status)
{
    const struct build_result *r = build_wait(b);
    if (r->status != status)
        fail_msg("status is %d and should be %d: %s", r->status, status, r->messages);
}

/* Builds src/p.c, which must end so, with messages that hold this. */
static void refused(enum build_status status, const char *message)
{
    struct build *b = build_p();
    assert_status(b, status);
    assert_has(build_wait(b)->messages, message);
    assert_null(build_wait(b)->binary);
    build_free(b);
}

static int run(const char *binary)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        loop_child_signals();
        int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
        dup2(null, 2);
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        execl(binary, binary, (char *)NULL);
        _exit(127);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

/* --- compiling --- */

static void a_program_is_built_and_runs(void **state)
{
    (void)state;
    put("src/p.c", "#include \"lab.h\"\nint main(void)\n{\n    return 42;\n}\n");
    struct build *b = build_p();
    assert_status(b, BUILD_OK);
    const struct build_result *r = build_wait(b);
    assert_string_equal(r->messages, "");
    assert_int_equal(r->warnings, 0);
    assert_false(r->cached);
    assert_true(r->ms > 0);
    assert_string_equal(file_name(r->binary), "p");
    assert_int_equal(WEXITSTATUS(run(r->binary)), 42);
    build_free(b);
}

static void warnings_are_shown_with_the_learners_file_name_and_counted(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    int x, y;\n    return 0;\n}\n");
    struct build *b = build_p();
    assert_status(b, BUILD_OK);
    const struct build_result *r = build_wait(b);
    assert_int_equal(r->warnings, 2);
    assert_has(r->messages, "p.c:3:9: warning: unused variable");
    assert_null(strstr(r->messages, folder));
    build_free(b);

    struct build_request strict = request_for("p.c");
    strict.warnings_are_errors = true;
    b = build_now(&strict);
    assert_status(b, BUILD_FAILED);
    assert_has(build_wait(b)->messages, "p.c:3:9: error: unused variable");
    build_free(b);
}

static void a_refusal_is_shown_word_for_word_and_cached(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    return 0\n}\n");
    refused(BUILD_FAILED, "p.c:3:");
    struct build *b = build_p();
    assert_status(b, BUILD_FAILED);
    assert_true(build_wait(b)->cached);
    assert_has(build_wait(b)->messages, "error: ");
    build_free(b);
}

static void a_link_error_names_no_temporary_file(void **state)
{
    (void)state;
    put("src/p.c", "void missing(void);\nint main(void)\n{\n    missing();\n}\n");
    struct build *b = build_p();
    assert_status(b, BUILD_FAILED);
    const struct build_result *r = build_wait(b);
    assert_has(r->messages, "undefined reference to");
    assert_has(r->messages, "missing");
    assert_null(strstr(r->messages, "/tmp-"));
    char *first = mem_string(r->messages);
    build_free(b);
    /* Compiled anew, it says the same. */
    assert_int_equal(file_remove_tree(at("cache"), NULL), 0);
    b = build_p();
    assert_false(build_wait(b)->cached);
    assert_string_equal(build_wait(b)->messages, first);
    build_free(b);
    free(first);
}

static void an_undeclared_function_is_an_error(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    return getpid();\n}\n");
    refused(BUILD_FAILED, "getpid");
}

static void the_library_is_found_and_linked(void **state)
{
    (void)state;
    put("lib.c", "int lab_number(void);\nint lab_number(void)\n{\n    return 7;\n}\n");
    char *command = mem_format("cd %s && cc -c lib.c && ar rc lib/lib.a lib.o", folder);
    assert_int_equal(system(command), 0);
    free(command);
    put("src/p.c", "#include \"lab.h\"\nint main(void)\n{\n    return lab_number();\n}\n");
    struct build_request request = request_for("p.c");
    request.lib_archive = at("lib/lib.a");
    struct build *b = build_now(&request);
    assert_status(b, BUILD_OK);
    assert_int_equal(WEXITSTATUS(run(build_wait(b)->binary)), 7);
    build_free(b);

    request.lib_archive = at("lib/none.a");
    b = build_now(&request);
    assert_status(b, BUILD_INTERNAL);
    assert_has(build_wait(b)->messages, "the helper library is not complete");
    build_free(b);
}

static void the_sanitized_variant_reports_and_fails(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "int main(void)\n{\n    volatile int i = 4;\n    int a[4] = {0};\n    return a[i];\n}\n",
        "int main(void)\n{\n    volatile int i = 0x7fffffff;\n    i += 1;\n    return 0;\n}\n",
    };
    for (size_t i = 0; i < 2; i++) {
        put("src/p.c", wrong[i]);
        struct build_request request = request_for("p.c");
        request.variant = BUILD_SANITIZED;
        struct build *b = build_start(loop, &request), *plain = build_p();
        if (build_wait(b)->status == BUILD_NO_COMPILER) {
            build_free(b);
            build_free(plain);
            print_message("SKIPPED FOR: the compiler's sanitizer libraries\n");
            skip();
        }
        assert_status(b, BUILD_OK);
        assert_status(plain, BUILD_OK);
        int status = run(build_wait(b)->binary);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
        assert_int_equal(run(build_wait(plain)->binary) & 0x7f, 0);
        assert_string_not_equal(build_wait(b)->binary, build_wait(plain)->binary);
        build_free(b);
        build_free(plain);
    }
}

static void clang_builds_as_well(void **state)
{
    (void)state;
    char *version = build_compiler_version("clang", NULL);
    if (version == NULL) {
        print_message("SKIPPED FOR: clang\n");
        skip();
    }
    assert_has(version, "clang version");
    free(version);
    put("src/p.c", "int main(void)\n{\n    int x;\n    return 3;\n}\n");
    struct build_request request = request_for("p.c");
    request.compiler = "clang";
    struct build *b = build_now(&request);
    assert_status(b, BUILD_OK);
    assert_int_equal(build_wait(b)->warnings, 1);
    assert_int_equal(WEXITSTATUS(run(build_wait(b)->binary)), 3);
    build_free(b);
}

/* --- sources that are refused --- */

static void a_missing_file_or_folder_is_named(void **state)
{
    (void)state;
    refused(BUILD_BAD_SOURCE, "there is no p.c in ");
    assert_int_equal(rmdir(at("src")), 0);
    refused(BUILD_BAD_SOURCE, "src does not exist");
    mkdir(at("src"), 0755);
}

static void an_empty_file_is_refused(void **state)
{
    (void)state;
    put("src/p.c", "");
    refused(BUILD_BAD_SOURCE, "p.c is empty");
    put("src/p.c", " \n\t\n");
    refused(BUILD_BAD_SOURCE, "p.c is empty");
}

static void a_file_that_is_no_text_is_refused(void **state)
{
    (void)state;
    put_bytes("src/p.c", "int main(void)\n{\n\0}\n", 20);
    refused(BUILD_BAD_SOURCE, "p.c is not C source: line 3");
    put_bytes("src/p.c", "\177ELF\2\1\1\0", 8);
    refused(BUILD_BAD_SOURCE, "p.c is a compiled program");
    put_bytes("src/p.c", "\377\376i\0n\0t\0", 8);
    refused(BUILD_BAD_SOURCE, "UTF-16");
}

static void a_file_of_ten_megabytes_is_refused(void **state)
{
    (void)state;
    put("src/p.c", "int main(void) { }\n");
    assert_int_equal(truncate(at("src/p.c"), 10 * 1024 * 1024), 0);
    refused(BUILD_BAD_SOURCE, "p.c is too big: 10485760 bytes");
}

static void what_is_no_regular_file_is_refused_at_once(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(at("src/p.c"), 0600), 0);
    refused(BUILD_BAD_SOURCE, "p.c is a named pipe");
    assert_int_equal(unlink(at("src/p.c")), 0);
    assert_int_equal(mkdir(at("src/p.c"), 0700), 0);
    refused(BUILD_BAD_SOURCE, "p.c is a folder");
    assert_int_equal(rmdir(at("src/p.c")), 0);
}

static void a_link_may_lead_to_a_file_beside_it_and_no_further(void **state)
{
    (void)state;
    put("src/real.c", "int main(void)\n{\n    return 5;\n}\n");
    put("outside.c", "int main(void)\n{\n    return 6;\n}\n");
    assert_int_equal(symlink("real.c", at("src/p.c")), 0);
    struct build *b = build_p();
    assert_status(b, BUILD_OK);
    assert_int_equal(WEXITSTATUS(run(build_wait(b)->binary)), 5);
    build_free(b);

    static const char *const outside[] = {"../outside.c", "/etc/passwd", "../src/real.c"};
    for (size_t i = 0; i < 3; i++) {
        unlink(at("src/p.c"));
        assert_int_equal(symlink(outside[i], at("src/p.c")), 0);
        refused(BUILD_BAD_SOURCE, "p.c is a symbolic link that leads out of");
    }
    unlink(at("src/p.c"));
    assert_int_equal(symlink("p.c", at("src/p.c")), 0);
    refused(BUILD_BAD_SOURCE, "symbolic link");
    unlink(at("src/p.c"));
    assert_int_equal(symlink("gone.c", at("src/p.c")), 0);
    refused(BUILD_BAD_SOURCE, "symbolic link to a file that does not exist");
}

static void names_that_are_no_c_files_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"../outside.c", "-o.c", "p", ".c", "a/b.c", ""};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct build_request request = request_for(names[i]);
        struct build *b = build_now(&request);
        assert_status(b, BUILD_BAD_SOURCE);
        build_free(b);
    }
}

static int read_unreadable(void)
{
    struct source source;
    struct error err;
    if (source_read(&source, at("src"), "p.c", &err) != -1)
        return 1;
    source_free(&source);
    return strstr(err.text, "cannot open p.c in") != NULL &&
                   strstr(err.text, "Permission denied") != NULL
               ? 0
               : 2;
}

static void a_file_that_may_not_be_read_is_named(void **state)
{
    (void)state;
    put("src/p.c", "int main(void) { }\n");
    chmod(at("src/p.c"), 0);
    in_child(be_ordinary, read_unreadable, "changing to an ordinary user");
}

/* --- the learner's own headers --- */

static void headers_beside_the_source_are_used_and_part_of_the_key(void **state)
{
    (void)state;
    put("src/p.c", "#include \"own.h\"\nint main(void)\n{\n    return OWN;\n}\n");
    for (int value = 8; value < 10; value++) {
        char text[32];
        snprintf(text, sizeof text, "#define OWN %d\n", value);
        put("src/own.h", text);
        struct build *b = build_p();
        assert_status(b, BUILD_OK);
        assert_int_equal(WEXITSTATUS(run(build_wait(b)->binary)), value);
        build_free(b);
    }
}

static void a_header_that_was_left_out_is_told_when_it_matters(void **state)
{
    (void)state;
    put("src/p.c", "#include \"own.h\"\nint main(void)\n{\n    return 0;\n}\n");
    assert_int_equal(symlink("/etc/passwd", at("src/own.h")), 0);
    struct build *b = build_p();
    assert_status(b, BUILD_FAILED);
    assert_has(build_wait(b)->messages, "own.h: No such file");
    assert_has(build_wait(b)->messages, "note: own.h was left out: own.h is a symbolic link");
    build_free(b);
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    b = build_p();
    assert_status(b, BUILD_OK);
    assert_string_equal(build_wait(b)->messages, "");
    build_free(b);
}

/* --- the cache --- */

static void the_second_build_is_a_look_up(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    int unused;\n    return 0;\n}\n");
    struct build *b = build_p();
    assert_status(b, BUILD_OK);
    char *first = mem_string(build_wait(b)->binary);
    build_free(b);
    b = build_p();
    assert_status(b, BUILD_OK);
    assert_true(build_wait(b)->cached);
    assert_string_equal(build_wait(b)->binary, first);
    assert_int_equal(build_wait(b)->warnings, 1);
    assert_has(build_wait(b)->messages, "unused variable");
    build_free(b);
    free(first);
}

static void any_change_of_an_input_is_noticed(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    build_free(build_p());
    put("lib/lab.h", "int lab_number(void); /* changed */\n");
    struct build *b = build_p();
    assert_false(build_wait(b)->cached);
    build_free(b);
    put("src/p.c", "int main(void)\n{\n    return 1;\n}\n");
    b = build_p();
    assert_false(build_wait(b)->cached);
    build_free(b);
    put("src/q.c", "int main(void)\n{\n    return 1;\n}\n");
    struct build_request request = request_for("q.c");
    b = build_now(&request);
    assert_false(build_wait(b)->cached);
    assert_string_equal(file_name(build_wait(b)->binary), "q");
    build_free(b);
}

static void damage(const char *binary, const char *how)
{
    char *dir = file_folder(binary);
    char *record = file_join(dir, ".build");
    struct error err;
    int rc = 0;
    if (strcmp(how, "binary cut") == 0)
        rc = truncate(binary, 100);
    else if (strcmp(how, "binary gone") == 0)
        rc = unlink(binary);
    else if (strcmp(how, "binary changed") == 0)
        rc = file_write(binary, "#!/bin/false\n", 13, 0755, 0, &err);
    else if (strcmp(how, "record gone") == 0)
        rc = unlink(record);
    else if (strcmp(how, "record cut") == 0)
        rc = truncate(record, 20);
    else
        rc = file_write(record, "\0\0\0", 3, 0644, 0, &err);
    assert_int_equal(rc, 0);
    free(record);
    free(dir);
}

static void a_damaged_entry_is_built_again(void **state)
{
    (void)state;
    static const char *const ways[] = {"binary cut",  "binary gone", "binary changed",
                                       "record gone", "record cut",  "record garbled"};
    put("src/p.c", "int main(void)\n{\n    return 9;\n}\n");
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct build *b = build_p();
        assert_status(b, BUILD_OK);
        damage(build_wait(b)->binary, ways[i]);
        build_free(b);
        b = build_p();
        assert_status(b, BUILD_OK);
        if (build_wait(b)->cached)
            fail_msg("%s was not noticed", ways[i]);
        assert_int_equal(WEXITSTATUS(run(build_wait(b)->binary)), 9);
        build_free(b);
    }
}

static void many_builds_of_the_same_at_once_agree(void **state)
{
    (void)state;
    enum { BUILDS = 6 };
    struct build *builds[BUILDS];
    put("src/p.c", "int main(void)\n{\n    return 4;\n}\n");
    struct build_request request = request_for("p.c");
    for (int i = 0; i < BUILDS; i++)
        builds[i] = build_start(loop, &request);
    for (int i = 0; i < BUILDS; i++) {
        assert_status(builds[i], BUILD_OK);
        assert_string_equal(build_wait(builds[i])->binary, build_wait(builds[0])->binary);
        assert_int_equal(WEXITSTATUS(run(build_wait(builds[i])->binary)), 4);
    }
    for (int i = 0; i < BUILDS; i++)
        build_free(builds[i]);
    struct file_list list;
    assert_int_equal(file_list(at("cache"), &list, NULL), 0);
    for (size_t i = 0; i < list.count; i++)
        assert_null(strstr(list.names[i], "tmp-")); /* nothing half-done is left */
    file_list_free(&list);
}

static void add_entry(const char *name, size_t bytes, time_t age)
{
    char path[64];
    snprintf(path, sizeof path, "cache/%s", name);
    assert_int_equal(file_make_dirs(at(path), 0755, NULL), 0);
    snprintf(path, sizeof path, "cache/%s/p", name);
    char *data = mem_alloc(bytes);
    put_bytes(path, data, bytes);
    free(data);
    snprintf(path, sizeof path, "cache/%s", name);
    struct timespec times[2] = {{time(NULL) - age, 0}, {time(NULL) - age, 0}};
    assert_int_equal(utimensat(AT_FDCWD, at(path), times, 0), 0);
}

static void pruning_removes_what_was_unused_longest(void **state)
{
    (void)state;
    add_entry("b-old", 100000, 5000);
    add_entry("b-older", 100000, 6000);
    add_entry("b-young", 100000, 3000);
    add_entry("b-now", 100000, 0);
    add_entry("tmp-abandoned", 10, 5000);
    add_entry("tmp-now", 10, 0);
    put("cache/foreign", "not ours");
    cache_prune(at("cache"), 250000, 900);
    assert_false(file_exists(at("cache/b-older")));
    assert_false(file_exists(at("cache/b-old")));
    assert_true(file_exists(at("cache/b-young")));
    assert_true(file_exists(at("cache/b-now")));
    assert_false(file_exists(at("cache/tmp-abandoned")));
    assert_true(file_exists(at("cache/tmp-now")));
    cache_prune(at("cache"), 0, 900);
    assert_false(file_exists(at("cache/b-young")));
    assert_true(file_exists(at("cache/b-now"))); /* somebody may be about to run it */
    assert_contents("cache/foreign", "not ours");
}

static int build_on_full_disk(void)
{
    if (mkdir(at("src"), 0755) < 0 || mkdir(at("lib"), 0755) < 0)
        return 1;
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct loop *own = loop_new(NULL);
    struct build_request request = request_for("p.c");
    struct build *b = build_start(own, &request);
    const struct build_result *r = build_wait(b);
    int rc = r->status != BUILD_INTERNAL                    ? 2
             : strstr(r->messages, "No space left") == NULL ? 3
             : r->binary != NULL || r->cached               ? 4
                                                            : 0;
    build_free(b);
    loop_free(own);
    return rc;
}

static int small_disk(void)
{
    return on_small_disk("size=16k");
}

static void a_full_disk_is_the_runners_trouble_not_the_learners(void **state)
{
    (void)state;
    in_child(small_disk, build_on_full_disk, "user namespaces");
}

static void a_cache_that_cannot_be_made_is_told(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    put("blocked", "a file");
    struct build_request request = request_for("p.c");
    request.cache_dir = at("blocked/cache");
    struct build *b = build_now(&request);
    assert_status(b, BUILD_INTERNAL);
    assert_has(build_wait(b)->messages, "blocked is not a folder");
    build_free(b);
}

static void the_cache_folder_follows_the_environment(void **state)
{
    (void)state;
    struct error err;
    setenv("SOCKLINGS_CACHE", at("named"), 1);
    assert_string_equal(build_cache_dir(&err), at("named"));
    assert_true(file_is_dir(at("named")));
    put("file", "x");
    setenv("SOCKLINGS_CACHE", at("file/cache"), 1);
    assert_null(build_cache_dir(&err));
    assert_has(err.text, "SOCKLINGS_CACHE");
    unsetenv("SOCKLINGS_CACHE");
    setenv("XDG_CACHE_HOME", at("xdg"), 1);
    assert_string_equal(build_cache_dir(&err), at("xdg/socklings"));
    unsetenv("XDG_CACHE_HOME");
    setenv("HOME", folder, 1);
    assert_string_equal(build_cache_dir(&err), at(".cache/socklings"));
    setenv("HOME", "/nonexistent", 1);
    char expected[64];
    snprintf(expected, sizeof expected, "/tmp/socklings-%u", (unsigned)geteuid());
    const char *last = build_cache_dir(&err);
    assert_true(last == NULL || strcmp(last, expected) == 0);
    rmdir(expected);
}

/* --- limits and missing compilers --- */

/* A compiler of ours: a shell script. */
static void put_compiler(const char *script)
{
    put("cc", script);
    assert_int_equal(chmod(at("cc"), 0755), 0);
}

static void without_a_compiler_the_way_to_one_is_told(void **state)
{
    (void)state;
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct build_request request = request_for("p.c");
    request.compiler = "no-such-compiler";
    struct build *b = build_now(&request);
    assert_status(b, BUILD_NO_COMPILER);
    assert_has(build_wait(b)->messages, "no C compiler called no-such-compiler");
    build_free(b);

    char *path = mem_string(getenv("PATH"));
    setenv("PATH", at("src"), 1);
    b = build_p();
    struct error err;
    assert_null(build_compiler_version(NULL, &err));
    setenv("PATH", path, 1);
    free(path);
    assert_status(b, BUILD_NO_COMPILER);
    assert_has(build_wait(b)->messages, "neither gcc nor clang was found");
    assert_has(build_wait(b)->messages, "nstall");
    assert_has(err.text, "neither gcc nor clang");
    build_free(b);
}

/* The caller frees. */
static char *word_found(const char *wanted)
{
    struct compiler compiler;
    struct error err;
    if (compiler_find(&compiler, wanted, &err) != 0)
        return mem_string("none");
    char *word = mem_string(compiler.words[0]);
    compiler_free(&compiler);
    return word;
}

static void assert_found(const char *wanted, const char *expected)
{
    char *found = word_found(wanted);
    assert_string_equal(found, expected);
    free(found);
}

static void a_compiler_is_looked_for_anew_when_it_has_gone_or_another_is_asked_for(void **state)
{
    (void)state;
    char *path = mem_string(getenv("PATH")), *ours = mem_format("%s:%s", at("bin"), path);
    char *usual = word_found("gcc");
    put_compiler("#!/bin/sh\nexit 1\n");
    assert_int_equal(file_make_dirs(at("bin"), 0755, NULL), 0);
    assert_int_equal(rename(at("cc"), at("bin/gcc")), 0);
    assert_found("gcc", usual);
    setenv("PATH", ours, 1);
    assert_found("gcc", at("bin/gcc"));
    assert_found("no-such-compiler", "none");
    assert_found("gcc", at("bin/gcc"));
    assert_int_equal(unlink(at("bin/gcc")), 0);
    assert_found("gcc", usual);
    setenv("PATH", path, 1);
    free(usual);
    free(ours);
    free(path);
}

static void a_compiler_that_hangs_is_killed_with_its_children(void **state)
{
    (void)state;
    /* The child keeps the pipe open; were it not killed too, it would hold the FIFO's end. */
    assert_int_equal(mkfifo(at("held"), 0600), 0);
    char *script =
        mem_format("#!/bin/sh\ncat <>%s >/dev/null &\ncat <>%s\n", at("held"), at("held"));
    put_compiler(script);
    free(script);
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct build_request request = request_for("p.c");
    request.compiler = at("cc");
    request.limit_ms = 50;
    struct build *b = build_now(&request);
    assert_status(b, BUILD_LIMIT);
    assert_has(build_wait(b)->messages, "took longer than 50 ms");
    build_free(b);
    /* All readers and writers are gone: opening the write end without a reader says ENXIO. A
     * killed process may take a moment to be gone. */
    int64_t until = clock_now() + 20 * CLOCK_S;
    int fd;
    while ((fd = open(at("held"), O_WRONLY | O_NONBLOCK | O_CLOEXEC)) >= 0) {
        close(fd);
        assert_true(clock_now() < until);
        sched_yield();
    }
    assert_int_equal(errno, ENXIO);
}

static void a_flood_of_messages_is_cut_and_says_so(void **state)
{
    (void)state;
    put_compiler("#!/bin/sh\nhead -c 3000000 /dev/zero | tr '\\0' 'x'\nexit 1\n");
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct build_request request = request_for("p.c");
    request.compiler = at("cc");
    struct build *b = build_now(&request);
    assert_status(b, BUILD_FAILED);
    const char *messages = build_wait(b)->messages;
    assert_true(strlen(messages) < 200000);
    assert_has(messages + strlen(messages) - 100, "the rest is left out");
    build_free(b);
}

static void a_program_too_large_for_the_limit_is_stopped(void **state)
{
    (void)state;
    put("src/p.c",
        "char big[100 * 1024 * 1024] = {1};\nint main(void)\n{\n    return big[0];\n}\n");
    refused(BUILD_LIMIT, "larger than 64 MiB");
}

static void the_compiler_sees_no_environment_of_ours(void **state)
{
    (void)state;
    put_compiler("#!/bin/sh\nenv >&2\nexit 1\n");
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    setenv("CPATH", "/somewhere", 1);
    setenv("LANG", "de_DE.UTF-8", 1);
    struct build_request request = request_for("p.c");
    request.compiler = at("cc");
    struct build *b = build_now(&request);
    unsetenv("CPATH");
    assert_status(b, BUILD_FAILED);
    assert_has(build_wait(b)->messages, "LC_ALL=C");
    assert_null(strstr(build_wait(b)->messages, "CPATH"));
    assert_null(strstr(build_wait(b)->messages, "LANG"));
    build_free(b);
}

static void a_build_that_still_runs_can_be_given_up(void **state)
{
    (void)state;
    assert_int_equal(mkfifo(at("held"), 0600), 0);
    char *script = mem_format("#!/bin/sh\nexec cat <>%s\n", at("held"));
    put_compiler(script);
    free(script);
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct build_request request = request_for("p.c");
    request.compiler = at("cc");
    struct build *b = build_start(loop, &request);
    assert_false(build_done(b));
    build_free(b);
    struct file_list list;
    assert_int_equal(file_list(at("cache"), &list, NULL), 0);
    assert_int_equal(list.count, 0);
    file_list_free(&list);
}

static void a_part_of_the_compiler_that_is_missing_is_no_fault_of_the_source(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "/usr/bin/ld: cannot find -lasan: No such file or directory",
        "gcc: fatal error: cannot execute 'cc1': execvp: No such file or directory",
    };
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    for (size_t i = 0; i < 2; i++) {
        char *script = mem_format("#!/bin/sh\necho \"%s\" >&2\nexit 1\n", lines[i]);
        put_compiler(script);
        free(script);
        struct build_request request = request_for("p.c");
        request.compiler = at("cc");
        struct build *b = build_now(&request);
        assert_status(b, BUILD_NO_COMPILER);
        assert_has(build_wait(b)->messages, lines[i]);
        assert_has(build_wait(b)->messages, "nstall");
        build_free(b);
    }
}

static void words_in_the_source_are_not_taken_for_the_compilers(void **state)
{
    (void)state;
    assert_int_equal(messages_trouble("p.c:1:1: error: x\n    1 | No space left on device\n"),
                     TROUBLE_NONE);
    assert_int_equal(messages_trouble("p.c:1:1: error: x\nputs(\"No space left on device\")\n"),
                     TROUBLE_NONE);
    assert_int_equal(messages_trouble("puts(\"No space left on device\")\n"
                                      "ld: final close failed: No space left on device\n"),
                     TROUBLE_NO_SPACE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_loop(a_program_is_built_and_runs),
        with_loop(warnings_are_shown_with_the_learners_file_name_and_counted),
        with_loop(a_refusal_is_shown_word_for_word_and_cached),
        with_loop(a_link_error_names_no_temporary_file),
        with_loop(an_undeclared_function_is_an_error),
        with_loop(the_library_is_found_and_linked),
        with_loop(the_sanitized_variant_reports_and_fails),
        with_loop(clang_builds_as_well),
        with_loop(a_missing_file_or_folder_is_named),
        with_loop(an_empty_file_is_refused),
        with_loop(a_file_that_is_no_text_is_refused),
        with_loop(a_file_of_ten_megabytes_is_refused),
        with_loop(what_is_no_regular_file_is_refused_at_once),
        with_loop(a_link_may_lead_to_a_file_beside_it_and_no_further),
        with_loop(names_that_are_no_c_files_are_refused),
        with_loop(a_file_that_may_not_be_read_is_named),
        with_loop(headers_beside_the_source_are_used_and_part_of_the_key),
        with_loop(a_header_that_was_left_out_is_told_when_it_matters),
        with_loop(the_second_build_is_a_look_up),
        with_loop(any_change_of_an_input_is_noticed),
        with_loop(a_damaged_entry_is_built_again),
        with_loop(many_builds_of_the_same_at_once_agree),
        with_loop(pruning_removes_what_was_unused_longest),
        in_folder(a_full_disk_is_the_runners_trouble_not_the_learners),
        with_loop(a_cache_that_cannot_be_made_is_told),
        with_loop(the_cache_folder_follows_the_environment),
        with_loop(without_a_compiler_the_way_to_one_is_told),
        with_loop(a_compiler_is_looked_for_anew_when_it_has_gone_or_another_is_asked_for),
        with_loop(a_compiler_that_hangs_is_killed_with_its_children),
        with_loop(a_flood_of_messages_is_cut_and_says_so),
        with_loop(a_program_too_large_for_the_limit_is_stopped),
        with_loop(the_compiler_sees_no_environment_of_ours),
        with_loop(a_build_that_still_runs_can_be_given_up),
        with_loop(a_part_of_the_compiler_that_is_missing_is_no_fault_of_the_source),
        with_loop(words_in_the_source_are_not_taken_for_the_compilers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
