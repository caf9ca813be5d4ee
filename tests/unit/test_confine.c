/* build/confine: a source reads nothing of this machine, takes a bounded share of it, and leaves
 * nothing; and what stays within its bounds is compiled as ever. Each test runs on every way that
 * this machine has. */
#include "files_help.h"

#include <dirent.h>

#include "base/clock.h"
#include "base/loop.h"
#include "build/build.h"
#include "build/confine.h"

#define SECRET "canary7Q2pXw"

static struct loop *loop;
static bool has_way[2];

static const char *const tiers[] = {"A", "B"}, *const ways[] = {"namespaces", "Landlock"};

static int confine_setup(void **state)
{
    if (folder_setup(state) < 0 || mkdir(at("src"), 0755) < 0 || mkdir(at("lib"), 0755) < 0)
        return -1;
    put("lib/lab.h", "#include <stdio.h>\n#include <string.h>\nint lab_number(void);\n");
    put("lib/lab.c", "int lab_number(void);\nint lab_number(void)\n{\n    return 7;\n}\n");
    char *command =
        mem_format("cd %s/lib && cc -c lab.c && ar rc lib.a lab.o && rm lab.c lab.o", folder);
    int rc = system(command);
    free(command);
    put("secret.c", "int " SECRET " = 1;\n#warning " SECRET "\n#error " SECRET "\n");
    put("secret.s", ".warning \"" SECRET "\"\n.error \"" SECRET "\"\n");
    loop = loop_new(NULL);
    return rc != 0 || loop == NULL ? -1 : 0;
}

/* Nothing half-done is in the cache. */
static bool cache_is_tidy(void)
{
    struct file_list list = {NULL, 0};
    bool tidy = true;
    if (!file_exists(at("cache")))
        return true;
    file_list(at("cache"), &list, NULL);
    for (size_t i = 0; i < list.count; i++)
        tidy = tidy && strstr(list.names[i], "tmp-") == NULL;
    file_list_free(&list);
    return tidy;
}

static int confine_teardown(void **state)
{
    bool tidy = cache_is_tidy();
    loop_free(loop);
    bool child = waitpid(-1, NULL, WNOHANG) >= 0 || errno != ECHILD;
    if (child)
        fprintf(stderr, "a child was left\n");
    if (!tidy)
        fprintf(stderr, "a folder was left in the cache\n");
    return folder_teardown(state) < 0 || child || !tidy ? -1 : 0;
}

#define confined(test) cmocka_unit_test_setup_teardown(test, confine_setup, confine_teardown)

static struct build_request request_for(enum build_confine confine)
{
    struct build_request request = {.source_dir = at("src"),
                                    .source = "p.c",
                                    .lib_dir = at("lib"),
                                    .lib_archive = at("lib/lib.a"),
                                    .cache_dir = at("cache"),
                                    .confine = confine};
    return request;
}

static struct build *build_as(const char *text, enum build_confine confine)
{
    put("src/p.c", text);
    struct build_request request = request_for(confine);
    struct build *b = build_start(loop, &request);
    build_wait(b);
    return b;
}

/* Calls the test with each way that is there. */
static void each_way(void (*test)(void))
{
    bool any = false;
    for (unsigned i = 0; i < 2; i++) {
        if (!has_way[i])
            continue;
        any = true;
        setenv("SOCKLINGS_TIER", tiers[i], 1);
        file_remove_tree(at("cache"), NULL);
        test();
        assert_string_equal(confine_way_name(), ways[i]); /* no way was given up meanwhile */
    }
    unsetenv("SOCKLINGS_TIER");
    if (!any) {
        print_message("SKIPPED FOR: namespaces or Landlock\n");
        skip();
    }
}

/* --- secrets --- */

/* Ends as a refusal whose words hold nothing secret. */
static void must_not_read(const char *text, const char *secret)
{
    struct build *b = build_as(text, CONFINE_OR_FAIL);
    const struct build_result *r = build_wait(b);
    if (r->status != BUILD_FAILED && r->status != BUILD_LIMIT)
        fail_msg("%s\ngave status %d: %s", text, r->status, r->messages);
    /* Its own line, which the compiler quotes, names the file and no more. */
    if (strstr(r->messages, secret) != NULL)
        fail_msg("%s\nleaked: %s", text, r->messages);
    build_free(b);
}

/* The same source does read it when nothing holds it: the test could fail. */
static void can_read_unconfined(const char *text)
{
    struct build *b = build_as(text, CONFINE_NONE);
    const struct build_result *r = build_wait(b);
    if (r->status == BUILD_FAILED && strstr(r->messages, SECRET) == NULL)
        fail_msg("%s\nis no attack: %s", text, r->messages);
    build_free(b);
}

static void try_path(const char *path, bool readable)
{
    static const char *const before[] = {
        "#include \"",
        "__asm__(\".incbin \\\"",
        "__asm__(\".include \\\"",
        "#pragma GCC system_header\n#include \"",
    };
    static const char *const after[] = {"\"\n", "\\\"\");\n", "\\\"\");\n", "\"\n"};
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        char *text =
            mem_format("%s%s%sint main(void)\n{\n    return 0;\n}\n", before[i], path, after[i]);
        must_not_read(text, SECRET);
        must_not_read(text, "root:");
        if (readable && (i == 0 || i == 3))
            can_read_unconfined(text);
        free(text);
    }
}

static void try_hosts_files(void)
{
    char *far = mem_format("/proc/1/root%s", at("secret.c"));
    char *own = mem_format("/proc/self/root%s", at("secret.c"));
    char *up = mem_format("../../../../../../../../../..%s", at("secret.c"));
    char *plain = mem_string(at("secret.c")), *assembly = mem_string(at("secret.s"));
    try_path(plain, true);
    try_path(assembly, false);
    try_path(far, false);
    try_path(own, true);
    try_path(up, true);
    try_path("/etc/passwd", false);
    try_path("/etc/shadow", false);
    try_path("../../../secret.c", false);
    free(assembly);
    free(plain);
    free(up);
    free(own);
    free(far);
}

static void no_file_of_the_host_is_read(void **state)
{
    (void)state;
    each_way(try_hosts_files);
}

static void try_process_files(void)
{
    setenv("SECRET_OF_OURS", SECRET, 1);
    static const char *const paths[] = {"/proc/self/environ", "/proc/1/environ", "/proc/self/maps",
                                        "/proc/self/cmdline", "/dev/stdin",      "/proc/self/fd/0"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        char *text = mem_format("__asm__(\".incbin \\\"%s\\\"\");\n#include \"%s\"\n"
                                "int main(void)\n{\n    return 0;\n}\n",
                                paths[i], paths[i]);
        must_not_read(text, SECRET);
        free(text);
    }
    unsetenv("SECRET_OF_OURS");
}

static void no_process_and_no_environment_is_read(void **state)
{
    (void)state;
    each_way(try_process_files);
}

static void try_probing(void)
{
    char *text = mem_format("#if __has_include(\"%s\")\n#error it is there\n#else\n"
                            "#error it is not\n#endif\nint main(void)\n{\n    return 0;\n}\n",
                            at("secret.c"));
    must_not_read(text, "it is there");
    free(text);
}

static void whether_a_file_is_there_cannot_be_asked(void **state)
{
    (void)state;
    each_way(try_probing);
}

static void try_solutions(void)
{
    /* Where `make install` puts the labs, when this machine has them, or anything at all. */
    struct file_list list;
    if (file_list("/usr/share/doc", &list, NULL) != 0 || list.count == 0)
        return;
    must_not_read("#if __has_include(\"/usr/share/doc/libc6/copyright\") || "
                  "__has_include(\"/usr/share/doc/gcc/copyright\")\n#error shared is readable\n"
                  "#else\n#error no\n#endif\nint main(void)\n{\n    return 0;\n}\n",
                  "shared is readable");
    file_list_free(&list);
}

static void installed_solutions_are_out_of_reach(void **state)
{
    (void)state;
    each_way(try_solutions);
}

static void try_plugin(void)
{
    static const char *const texts[] = {
        "#pragma GCC optimize (\"-fplugin=/tmp/x.so\")\n#error end\n",
        "#pragma GCC pch_preprocess \"/etc/passwd\"\n#error end\n",
        "#pragma GCC dependency \"/etc/passwd\"\n#error end\n",
        "#line 1 \"/etc/passwd\"\nint x = y;\n",
        "#line 1 \"/etc/shadow\"\nint x = y;\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        must_not_read(texts[i], "root:");
    /* The line that a diagnostic quotes is read from the file that #line names. */
    char *text = mem_format("#line 1 \"%s\"\nint x = y;\n", at("secret.c"));
    must_not_read(text, SECRET);
    free(text);
}

static void pragmas_and_line_markers_open_nothing(void **state)
{
    (void)state;
    each_way(try_plugin);
}

static void try_link(void)
{
    char *target = mem_format("%s", at("secret.c"));
    unlink(at("src/own.h"));
    assert_int_equal(symlink(target, at("src/own.h")), 0);
    must_not_read("#include \"own.h\"\nint main(void)\n{\n    return 0;\n}\n", SECRET);
    free(target);
}

static void a_link_as_a_header_is_left_out(void **state)
{
    (void)state;
    each_way(try_link);
}

static void an_unconfined_build_with_a_secret_is_not_served_later(void **state)
{
    (void)state;
    if (!has_way[0] && !has_way[1]) {
        print_message("SKIPPED FOR: namespaces or Landlock\n");
        skip();
    }
    put("secret.h", "#define N 3\n");
    char *text =
        mem_format("#include \"%s\"\nint main(void)\n{\n    return N;\n}\n", at("secret.h"));
    struct build *b = build_as(text, CONFINE_NONE);
    assert_int_equal(build_wait(b)->status, BUILD_OK);
    build_free(b);
    must_not_read(text, SECRET);
    free(text);
}

/* --- seen from inside --- */

/* A compiler of ours tells what it finds. */
static struct build *ask_inside(const char *script)
{
    put("cc", script);
    assert_int_equal(chmod(at("cc"), 0755), 0);
    put("src/p.c", "int main(void)\n{\n    return 0;\n}\n");
    struct build_request request = request_for(CONFINE_OR_FAIL);
    request.compiler = at("cc");
    request.lib_dir = NULL; /* nothing to prepare: that is done outside, from our own headers */
    struct build *b = build_start(loop, &request);
    build_wait(b);
    return b;
}

static void look_around(void)
{
    setenv("SECRET_OF_OURS", SECRET, 1);
    int inherited = dup(0); /* not close-on-exec */
    char *script =
        mem_format("#!/bin/sh\nenv\n"
                   "for n in 3 4 5 6 7 8 9; do\n"
                   "  (eval \"exec 0<&$n\") 2>/dev/null && echo \"descriptor $n\"\n"
                   "done\n"
                   "cat /etc/passwd %s /proc/1/status /dev/zero 2>/dev/null | head -c 100\n"
                   "(echo x >%s) 2>/dev/null\n"
                   "(echo x >/usr/lib/socklings-test) 2>/dev/null && echo \"wrote lib\"\n"
                   "echo x >inside && echo \"wrote inside\"\n"
                   "echo \"uid $(id -u)\"\nexit 1\n",
                   at("secret.c"), at("lib/escaped"));
    struct build *b = ask_inside(script);
    const char *said = build_wait(b)->messages;
    static const char *const never[] = {SECRET,   "descriptor", "wrote lib",     "root:",
                                        "State:", "uid 0\n",    "SECRET_OF_OURS"};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (strstr(said, never[i]) != NULL)
            fail_msg("\"%s\" was said inside: %s", never[i], said);
    assert_has(said, "LC_ALL=C");
    assert_has(said, "wrote inside");
    assert_has(said, "uid ");
    assert_false(file_exists(at("lib/escaped")));
    build_free(b);
    free(script);
    close(inherited);
    unsetenv("SECRET_OF_OURS");
}

static void what_runs_inside_has_nothing_of_ours(void **state)
{
    (void)state;
    each_way(look_around);
}

static void inside_there_is_no_network_and_no_other_process(void **state)
{
    (void)state;
    if (!has_way[0]) {
        print_message("SKIPPED FOR: namespaces\n");
        skip();
    }
    struct build *b =
        ask_inside("#!/bin/sh\necho /*\necho \"pid $$ of $PPID\"\n"
                   "for n in 1 2 3 4 5 6 7 8 9 10 11 12; do\n"
                   "  [ $n -le 2 ] || [ $n -eq $$ ] || kill -0 $n && echo \"saw $n\"\n"
                   "done 2>/dev/null\nhostname >/dev/null\nexit 1\n");
    const char *said = build_wait(b)->messages;
    assert_has(said, "pid 2 of 1");
    assert_null(strstr(said, "saw 5"));
    assert_null(strstr(said, "/home"));
    assert_null(strstr(said, "/root"));
    assert_null(strstr(said, "/proc"));
    assert_null(strstr(said, "/sys"));
    build_free(b);
}

/* --- the same as ever --- */

static const char honest[] = "#include \"lab.h\"\nint main(void)\n{\n    int unused;\n"
                             "    char text[4] = \"abc\";\n"
                             "    printf(\"%s %s %d\\n\", __FILE__, text, lab_number());\n"
                             "    return lab_number();\n}\n";
static const char faulty[] = "#include \"lab.h\"\nint main(void)\n{\n    missing();\n"
                             "    return lab_number(1);\n}\n";
static const char unlinked[] = "#include \"lab.h\"\nvoid missing(void);\nint main(void)\n{\n"
                               "    missing();\n    return 0;\n}\n";

static void same_as_unconfined(const char *text, enum build_variant variant, const char *compiler)
{
    struct build *builds[2];
    put("src/p.c", text);
    for (int i = 0; i < 2; i++) {
        struct build_request request = request_for(i == 0 ? CONFINE_NONE : CONFINE_OR_FAIL);
        request.variant = variant;
        request.compiler = compiler;
        builds[i] = build_start(loop, &request);
        build_wait(builds[i]);
    }
    const struct build_result *open = build_wait(builds[0]), *shut = build_wait(builds[1]);
    assert_string_equal(shut->messages, open->messages);
    assert_int_equal(shut->status, open->status);
    assert_int_equal(shut->warnings, open->warnings);
    struct strbuf bytes[2] = {STRBUF_INIT, STRBUF_INIT};
    for (int i = 0; i < 2 && open->status == BUILD_OK; i++)
        assert_int_equal(file_read(build_wait(builds[i])->binary, 64 << 20, 0, &bytes[i], NULL), 0);
    assert_int_equal(bytes[0].len, bytes[1].len);
    if (bytes[0].len > 0)
        assert_memory_equal(bytes[0].data, bytes[1].data, bytes[0].len);
    for (int i = 0; i < 2; i++) {
        strbuf_free(&bytes[i]);
        build_free(builds[i]);
    }
}

static void try_same(void)
{
    static const char *const compilers[] = {NULL, "gcc", "clang"};
    for (size_t i = 0; i < 3; i++) {
        char *version = build_compiler_version(compilers[i], NULL);
        if (version == NULL)
            continue;
        free(version);
        for (enum build_variant variant = BUILD_PLAIN; variant <= BUILD_SANITIZED; variant++) {
            same_as_unconfined(honest, variant, compilers[i]);
            same_as_unconfined(faulty, variant, compilers[i]);
            same_as_unconfined(unlinked, variant, compilers[i]);
        }
    }
}

static void programs_and_messages_are_the_same_byte_for_byte(void **state)
{
    (void)state;
    each_way(try_same);
}

static void try_own_header(void)
{
    put("src/own.h", "#define OWN 5\n");
    struct build *b = build_as("#include \"own.h\"\n#include \"lab.h\"\n"
                               "int main(void)\n{\n    return OWN;\n}\n",
                               CONFINE_OR_FAIL);
    if (build_wait(b)->status != BUILD_OK)
        fail_msg("%s", build_wait(b)->messages);
    build_free(b);
    b = build_as("#include \"own.h\"\n#include \"lab.h\"\n"
                 "int main(void)\n{\n    return OWN;\n}\n",
                 CONFINE_OR_FAIL);
    assert_true(build_wait(b)->cached);
    build_free(b);
}

static void headers_beside_the_source_are_seen_and_the_cache_works(void **state)
{
    (void)state;
    each_way(try_own_header);
}

/* --- bombs --- */

static void must_be_stopped(const char *text, unsigned limit_ms)
{
    put("src/p.c", text);
    struct build_request request = request_for(CONFINE_OR_FAIL);
    request.limit_ms = limit_ms;
    int64_t start = clock_now();
    struct build *b = build_start(loop, &request);
    const struct build_result *r = build_wait(b);
    if (r->status != BUILD_LIMIT)
        fail_msg("%.60s… gave status %d: %.400s", text, r->status, r->messages);
    assert_true(clock_now() - start < (limit_ms + 20000) * CLOCK_MS);
    build_free(b);
}

static void try_size_bombs(void)
{
    must_be_stopped("char a[1ULL << 40] = {1};\nint main(void)\n{\n    return a[0];\n}\n", 20000);
    must_be_stopped("char a[100 << 20] = {1};\nint main(void)\n{\n    return a[0];\n}\n", 20000);
    must_be_stopped("__asm__(\".rept 1000000000\\n.byte 1\\n.endr\");\n"
                    "int main(void)\n{\n    return 0;\n}\n",
                    20000);
    must_be_stopped("__asm__(\".space 1000000000, 1\");\nint main(void)\n{\n    return 0;\n}\n",
                    20000);
}

static void a_huge_object_is_stopped(void **state)
{
    (void)state;
    each_way(try_size_bombs);
}

static void try_time_bombs(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, "#define M0 1 +\n");
    for (int i = 1; i < 40; i++)
        strbuf_printf(&text, "#define M%d M%d M%d\n", i, i - 1, i - 1);
    strbuf_puts(&text, "int x = M39 0;\nint main(void)\n{\n    return x;\n}\n");
    must_be_stopped(text.data, 2000);
    strbuf_free(&text);
    must_be_stopped("__asm__(\".altmacro\\n.macro m n\\nm %(\\\\n+1)\\n.endm\\n"
                    ".rept 100000000\\n.if 0\\n.endif\\n.endr\");\n"
                    "int main(void)\n{\n    return 0;\n}\n",
                    1000);
}

static void a_macro_bomb_is_stopped(void **state)
{
    (void)state;
    each_way(try_time_bombs);
}

static void try_endless_includes(void)
{
    must_not_read("#include \"/dev/zero\"\nint main(void)\n{\n    return 0;\n}\n", SECRET);
    must_not_read("__asm__(\".incbin \\\"/dev/zero\\\"\");\nint main(void) { return 0; }\n",
                  SECRET);
    must_not_read("#include __FILE__\nint main(void)\n{\n    return 0;\n}\n", SECRET);
}

static void endless_includes_end(void **state)
{
    (void)state;
    each_way(try_endless_includes);
}

static void try_flood(void)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, "__asm__(\".rept 10000000\\n.print \\\"");
    for (int i = 0; i < 20; i++)
        strbuf_puts(&text, "all work and no play ");
    strbuf_puts(&text, "\\\"\\n.endr\");\nint main(void)\n{\n    return 0;\n}\n");
    must_be_stopped(text.data, 20000);
    strbuf_free(&text);
}

static void a_flood_of_messages_is_stopped(void **state)
{
    (void)state;
    each_way(try_flood);
}

static void try_lies(void)
{
    static const char *const lies[] = {"/usr/bin/ld: cannot find -lasan",
                                       "as: No space left on device",
                                       "gcc: fatal error: cannot execute 'cc1'"};
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        char *text = mem_format("__asm__(\".print \\\"%s\\\"\");\n__asm__(\".error \\\"x\\\"\");\n"
                                "int main(void)\n{\n    return 0;\n}\n",
                                lies[i]);
        struct build *b = build_as(text, CONFINE_OR_FAIL);
        const struct build_result *r = build_wait(b);
        if (r->status != BUILD_FAILED && r->status != BUILD_LIMIT)
            fail_msg("\"%s\" was believed: %d, %s", lies[i], r->status, r->messages);
        build_free(b);
        free(text);
    }
}

static void a_source_that_blames_the_machine_is_not_believed(void **state)
{
    (void)state;
    each_way(try_lies);
}

static void try_awkward_files(void)
{
    char name[300] = "src/";
    memset(name + 4, 'h', 240);
    strcpy(name + 244, ".h");
    put(name, "int x;\n");
    char *bytes = mem_alloc(1 << 20);
    memset(bytes, ' ', 1 << 20);
    for (int i = 0; i < 70; i++) {
        char header[32];
        snprintf(header, sizeof header, "src/%d.h", i);
        put_bytes(header, bytes, 1 << 20);
    }
    free(bytes);
    struct build *b = build_as(honest, CONFINE_OR_FAIL);
    if (build_wait(b)->status != BUILD_OK)
        fail_msg("%s", build_wait(b)->messages);
    build_free(b);
}

static void many_large_headers_with_long_names_trouble_nobody_else(void **state)
{
    (void)state;
    each_way(try_awkward_files);
}

/* --- what is left --- */

/* True while a process of this machine has the mark in its command line. */
static bool anyone_says(const char *mark)
{
    DIR *proc = opendir("/proc");
    bool found = false;
    struct dirent *entry;
    while (!found && (entry = readdir(proc)) != NULL) {
        char path[300], line[4096];
        if (entry->d_name[0] < '0' || entry->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t n = fd < 0 ? -1 : read(fd, line, sizeof line);
        if (fd >= 0)
            close(fd);
        found = n > 0 && memmem(line, (size_t)n, mark, strlen(mark)) != NULL;
    }
    closedir(proc);
    return found;
}

static void wait_until_said(const char *mark, bool said)
{
    int64_t until = clock_now() + 30 * CLOCK_S;
    while (anyone_says(mark) != said) {
        assert_true(clock_now() < until);
        sched_yield();
    }
}

static const char endless[] = "__asm__(\".rept 1000000000\\n.if 0\\n.endif\\n.endr\");\n"
                              "int main(void)\n{\n    return 0;\n}\n";

/* A file name that no other process has in its command line. */
static const char *unique_name(void)
{
    static char name[64];
    static unsigned times;
    snprintf(name, sizeof name, "endless%d_%u.c", (int)getpid(), ++times);
    return name;
}

static void kill_runner(void)
{
    const char *name = unique_name();
    char *path = file_join("src", name);
    put(path, endless);
    free(path);
    fflush(NULL);
    pid_t runner = fork();
    assert_true(runner >= 0);
    if (runner == 0) {
        struct loop *own = loop_new(NULL);
        struct build_request request = request_for(CONFINE_OR_FAIL);
        request.source = name;
        build_wait(build_start(own, &request));
        _exit(1);
    }
    wait_until_said(name, true);
    assert_int_equal(kill(runner, SIGKILL), 0);
    int status;
    assert_int_equal(waitpid(runner, &status, 0), runner);
    assert_true(WIFSIGNALED(status));
    wait_until_said(name, false);
    int64_t until = clock_now() + 30 * CLOCK_S;
    while (!cache_is_tidy()) {
        assert_true(clock_now() < until);
        sched_yield();
    }
}

static void a_killed_runner_leaves_no_process_and_no_folder(void **state)
{
    (void)state;
    each_way(kill_runner);
}

static void give_up(void)
{
    const char *name = unique_name();
    char *path = file_join("src", name);
    put(path, endless);
    free(path);
    struct build_request request = request_for(CONFINE_OR_FAIL);
    request.source = name;
    struct build *b = build_start(loop, &request);
    while (!anyone_says(name))
        loop_step(loop, clock_now() + CLOCK_MS);
    assert_false(build_done(b));
    build_free(b);
    wait_until_said(name, false);
}

static void a_build_given_up_leaves_nothing(void **state)
{
    (void)state;
    each_way(give_up);
}

/* --- where it cannot be had --- */

static void what_must_be_confined_and_cannot_is_not_compiled(void **state)
{
    (void)state;
    setenv("SOCKLINGS_TIER", "C", 1);
    struct build *b = build_as(honest, CONFINE_OR_FAIL);
    unsetenv("SOCKLINGS_TIER");
    assert_int_equal(build_wait(b)->status, BUILD_INTERNAL);
    assert_has(build_wait(b)->messages, "cannot be shut in");
    assert_null(build_wait(b)->binary);
    build_free(b);
}

static void what_need_not_be_confined_is_compiled_anyway(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        setenv("SOCKLINGS_TIER", "C", 1);
        struct build *b = build_as(honest, CONFINE_IF_POSSIBLE);
        unsetenv("SOCKLINGS_TIER");
        assert_int_equal(build_wait(b)->status, BUILD_OK);
        assert_int_equal(build_wait(b)->cached, i == 1);
        build_free(b);
    }
    /* and is not taken for what was confined */
    struct build *b = build_as(honest, CONFINE_IF_POSSIBLE);
    assert_int_equal(build_wait(b)->status, BUILD_OK);
    assert_false(build_wait(b)->cached && (has_way[0] || has_way[1]));
    build_free(b);
}

static void the_machine_proves_it_to_doctor(void **state)
{
    (void)state;
    if (!has_way[0] && !has_way[1]) {
        print_message("SKIPPED FOR: namespaces or Landlock\n");
        skip();
    }
    struct error err;
    const char *how = NULL;
    setenv("SOCKLINGS_CACHE", at("cache"), 1);
    int rc = build_prove_confinement(&how, &err);
    setenv("SOCKLINGS_TIER", "C", 1);
    struct error refused = {""};
    const char *none = "?";
    int without = build_prove_confinement(&none, &refused);
    unsetenv("SOCKLINGS_TIER");
    unsetenv("SOCKLINGS_CACHE");
    if (rc != 0)
        fail_msg("%s", err.text);
    assert_non_null(how);
    assert_int_equal(without, -1);
    assert_null(none);
    assert_has(refused.text, "cannot be shut in");
}

/* --- all of it as an ordinary user too --- */

static int find_ways(void)
{
    void *state = NULL;
    if (confine_setup(&state) != 0)
        return -1;
    for (unsigned i = 0; i < 2; i++) {
        setenv("SOCKLINGS_TIER", tiers[i], 1);
        struct build *b = build_as("int main(void)\n{\n    return 0;\n}\n", CONFINE_OR_FAIL);
        const struct build_result *r = build_wait(b);
        const char *name = confine_way_name();
        has_way[i] = r->status == BUILD_OK && name != NULL && strcmp(name, ways[i]) == 0;
        if (!has_way[i])
            fprintf(stderr, "# %s: %s\n", i == 0 ? "namespaces" : "Landlock", r->messages);
        build_free(b);
        file_remove_tree(at("cache"), NULL);
    }
    unsetenv("SOCKLINGS_TIER");
    return confine_teardown(&state);
}

static int run_all(void)
{
    const struct CMUnitTest tests[] = {
        confined(no_file_of_the_host_is_read),
        confined(no_process_and_no_environment_is_read),
        confined(whether_a_file_is_there_cannot_be_asked),
        confined(installed_solutions_are_out_of_reach),
        confined(pragmas_and_line_markers_open_nothing),
        confined(a_link_as_a_header_is_left_out),
        confined(an_unconfined_build_with_a_secret_is_not_served_later),
        confined(what_runs_inside_has_nothing_of_ours),
        confined(inside_there_is_no_network_and_no_other_process),
        confined(programs_and_messages_are_the_same_byte_for_byte),
        confined(headers_beside_the_source_are_seen_and_the_cache_works),
        confined(a_huge_object_is_stopped),
        confined(a_macro_bomb_is_stopped),
        confined(endless_includes_end),
        confined(a_flood_of_messages_is_stopped),
        confined(a_source_that_blames_the_machine_is_not_believed),
        confined(many_large_headers_with_long_names_trouble_nobody_else),
        confined(a_killed_runner_leaves_no_process_and_no_folder),
        confined(a_build_given_up_leaves_nothing),
        confined(what_must_be_confined_and_cannot_is_not_compiled),
        confined(what_need_not_be_confined_is_compiled_anyway),
        confined(the_machine_proves_it_to_doctor),
    };
    return find_ways() != 0 ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}

int main(void)
{
    return run_all();
}
