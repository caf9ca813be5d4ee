/* build/instrumented: a program cannot get rid of the sanitizers. */
#include "files_help.h"

#include "base/loop.h"
#include "build/build.h"

static struct loop *loop;
static const char *compiler; /* NULL: the default */

static int setup(void **state)
{
    if (folder_setup(state) < 0 || mkdir(at("src"), 0755) < 0 || mkdir(at("lib"), 0755) < 0)
        return -1;
    put("lib/lab.h", "int lab_number(void);\n");
    loop = loop_new(NULL);
    return loop == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    compiler = NULL;
    loop_free(loop);
    return folder_teardown(state);
}

static struct build *sanitized(const char *text)
{
    put("src/p.c", text);
    struct build_request request = {.source_dir = at("src"),
                                    .source = "p.c",
                                    .variant = BUILD_SANITIZED,
                                    .lib_dir = at("lib"),
                                    .compiler = compiler,
                                    .cache_dir = at("cache")};
    struct build *b = build_start(loop, &request);
    if (build_wait(b)->status == BUILD_NO_COMPILER) {
        build_free(b);
        print_message("SKIPPED FOR: the compiler's sanitizer libraries\n");
        skip();
    }
    return b;
}

/* A write past the end in a function with these words before it; main() begins with `first`. */
static struct build *overflow(const char *before, const char *attribute, const char *first)
{
    char text[4096];
    snprintf(text, sizeof text,
             "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n%s\n"
             "%s int wrong(int i) { volatile char a[8]; a[i] = 1; return a[0]; }\n"
             "int main(int argc, char **argv) { (void)argv; %s return wrong(7 + argc) & 0; }\n",
             before, attribute, first);
    return sanitized(text);
}

/* 0: it ran to its end, and nobody had noticed. */
static int outcome(const char *binary)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        setenv("ASAN_OPTIONS", "detect_leaks=0", 1);
        unsetenv("UBSAN_OPTIONS");
        int null = open("/dev/null", O_WRONLY);
        dup2(null, 1);
        dup2(null, 2);
        execl(binary, binary, (char *)NULL);
        _exit(99);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void still_noticed(const char *before, const char *attribute, const char *first)
{
    struct build *b = overflow(before, attribute, first);
    const struct build_result *result = build_wait(b);
    if (result->status != BUILD_OK)
        fail_msg("it was not built: %s", result->messages);
    assert_int_not_equal(outcome(result->binary), 0);
    build_free(b);
}

static void refused(const char *before, const char *attribute, const char *first, const char *why)
{
    struct build *b = overflow(before, attribute, first);
    const struct build_result *result = build_wait(b);
    assert_int_equal(result->status, BUILD_FAILED);
    assert_null(result->binary);
    assert_has(result->messages, why);
    build_free(b);
    b = overflow(before, attribute, first); /* the cache says the same */
    assert_int_equal(build_wait(b)->status, BUILD_FAILED);
    assert_has(build_wait(b)->messages, why);
    build_free(b);
}

static void a_mistake_is_noticed(void **state)
{
    (void)state;
    still_noticed("", "", "");
}

static void attributes_are_refused_with_their_line(void **state)
{
    (void)state;
    refused("", "__attribute__((no_sanitize(\"address\", \"undefined\")))", "",
            "p.c:5: \"no_sanitize…\" meddles with the sanitizers");
    refused("#define QUIET __attribute__((no_sanitize_address, no_sanitize_undefined))", "QUIET",
            "", "p.c:4: ");
    refused("", "__attribute__((no_sani\\\ntize_address, no_sanitize_undefined))", "", "p.c:5: ");
    refused("", "__attribute__((no_sani\\ \t\ntize(\"address\", \"undefined\")))", "", "p.c:5: ");
    refused("#undef no_sanitize\n#define G(a, b) a##b",
            "__attribute__((G(no_sani, tize)(\"all\")))", "", "p.c:4: ");
}

static void attributes_put_together_are_not_heard(void **state)
{
    (void)state;
    still_noticed("#define G(a, b) a##b",
                  "__attribute__((G(no_sani, tize_address), G(no_sani, tize_undefined)))", "");
    still_noticed("#define G(a, b) a##b",
                  "__attribute__((G(no_sani, tize)(\"address\", \"undefined\")))", "");
    still_noticed("#define G(a, b) a##b",
                  "__attribute__((G(__no_sani, tize__)(\"address\", \"undefined\")))", "");
    still_noticed("#define G(a, b) a##b\n#define X(a, b) G(a, b)\n#define Y no_sani",
                  "__attribute__((X(Y, tize_address), X(Y, tize_undefined)))", "");
}

static void options_of_its_own_are_not_told_to_the_sanitizers(void **state)
{
    (void)state;
    still_noticed("#define G(a, b) a##b\n"
                  "const char *G(__as, an_default_options)(void);\n"
                  "const char *G(__as, an_default_options)(void)"
                  "{ return \"halt_on_error=0:exitcode=0:log_path=/dev/null\"; }",
                  "", "");
    refused("const char *__asan_default_options(void) { return \"exitcode=0\"; }", "", "",
            "p.c:4: \"__asan_…\"");
}

static void compile_with(const char *name)
{
    char command[64];
    snprintf(command, sizeof command, "%s --version >/dev/null 2>&1", name);
    if (system(command) != 0) {
        print_message("SKIPPED FOR: %s\n", name);
        skip();
    }
    compiler = name;
}

/* Of clang, too, whose sanitizers are in the program. */
static void what_is_put_in_the_place_of_theirs_is_found(void **state)
{
    (void)state;
    compile_with("clang");
    still_noticed("", "", "");
    refused("void quiet(void) __asm__(\"__as\" \"an_on_error\"); void quiet(void) { _exit(0); }",
            "", "", "__asan_on_error meddles with the sanitizers");
    refused("__asm__(\".globl __as\" \"an_default_options\\n__as\" \"an_default_options: ret\");",
            "", "", "__asan_default_options meddles with the sanitizers");
    still_noticed("void quiet(void) __attribute__((weak)) __asm__(\"__as\" \"an_on_error\");\n"
                  "void quiet(void) { _exit(0); }",
                  "", "");
}

/* With gcc, whose sanitizers are a shared library. */
static void a_symbol_of_another_name_is_found(void **state)
{
    (void)state;
    compile_with("gcc");
    refused("void quiet(void) __asm__(\"__as\" \"an_on_error\"); void quiet(void) { _exit(0); }",
            "", "", "__asan_on_error meddles with the sanitizers");
    refused("void unpoison(void const volatile *, size_t)\n"
            "    __asm__(\"__asan\" \"_unpoison_memory_region\");",
            "", "char c; unpoison(&c - 64, 128);", "__asan_unpoison_memory_region meddles");
}

static void the_word_in_a_header_beside_it_is_found(void **state)
{
    (void)state;
    put("src/mine.h", "\n#define QUIET __attribute__((no_sanitize_address))\n");
    refused("#include \"mine.h\"", "QUIET", "", "mine.h:2: ");
}

static void a_plain_program_may_say_what_it_likes(void **state)
{
    (void)state;
    put("src/p.c", "__attribute__((no_sanitize(\"address\"))) int main(void) { return 0; }\n");
    struct build_request request = {
        .source_dir = at("src"), .source = "p.c", .lib_dir = at("lib"), .cache_dir = at("cache")};
    struct build *b = build_start(loop, &request);
    assert_int_equal(build_wait(b)->status, BUILD_OK);
    assert_string_equal(build_wait(b)->messages, "");
    build_free(b);
}

#define with_loop(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_loop(a_mistake_is_noticed),
        with_loop(attributes_are_refused_with_their_line),
        with_loop(attributes_put_together_are_not_heard),
        with_loop(options_of_its_own_are_not_told_to_the_sanitizers),
        with_loop(a_symbol_of_another_name_is_found),
        with_loop(what_is_put_in_the_place_of_theirs_is_found),
        with_loop(the_word_in_a_header_beside_it_is_found),
        with_loop(a_plain_program_may_say_what_it_likes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
