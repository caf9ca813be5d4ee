/* trace/modest: debugging information of unusual size is not read. */
#include "files_help.h"

#include "trace/modest.h"

/* Whether `text`, compiled with these flags, is read. */
static bool is_read(const char *text, const char *flags)
{
    char command[4400];
    if (system("gcc --version >/dev/null 2>&1") != 0) {
        print_message("SKIPPED FOR: gcc\n");
        skip();
    }
    put("p.c", text);
    snprintf(command, sizeof command, "gcc -g %s -o %s", flags, at("p"));
    snprintf(command + strlen(command), sizeof command - strlen(command), " %s", at("p.c"));
    assert_int_equal(system(command), 0);
    int fd = open(at("p"), O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    bool read = modest_program(fd);
    close(fd);
    return read;
}

static void what_a_compiler_writes_is_read(void **state)
{
    (void)state;
    assert_true(is_read("#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n", ""));
    assert_true(is_read("int main(void) { return 0; }\n", "-g0"));
}

static void a_program_without_end_is_not(void **state)
{
    (void)state;
    assert_false(is_read("int main(void) { return 0; }\n"
                         "__asm__(\".section .debug_info,\\\"\\\",@progbits\\n"
                         ".fill 1048577, 1, 0\\n.text\\n\");\n",
                         ""));
    assert_false(is_read("int main(void) { return 0; }\n"
                         "__asm__(\".section .debug_more,\\\"\\\",@progbits\\n"
                         ".fill 600000, 1, 0\\n.section .debug_info\\n"
                         ".fill 600000, 1, 0\\n.text\\n\");\n",
                         ""));
}

static void what_is_compressed_counts_as_it_is_read(void **state)
{
    (void)state;
    assert_true(is_read("int main(void) { return 0; }\n", "-gz"));
    assert_false(is_read("int main(void) { return 0; }\n"
                         "__asm__(\".section .debug_info,\\\"\\\",@progbits\\n"
                         ".fill 1048577, 1, 0\\n.text\\n\");\n",
                         "-gz"));
}

static void what_is_no_program_is_not(void **state)
{
    (void)state;
    put("text", "\177ELF and no more");
    int fd = open(at("text"), O_RDONLY | O_CLOEXEC);
    assert_false(modest_program(fd));
    close(fd);
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_false(modest_program(fd));
    close(fd);
}

#define in_folder(test) cmocka_unit_test_setup_teardown(test, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_folder(what_a_compiler_writes_is_read),
        in_folder(a_program_without_end_is_not),
        in_folder(what_is_compressed_counts_as_it_is_read),
        in_folder(what_is_no_program_is_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
