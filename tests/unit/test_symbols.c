/* trace/symbols: says what libdw says, and remembers a file only as what it is. */
#include <dlfcn.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "trace/symbols.h"

static int no_debug_file(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word crc, char **found)
{
    (void)mod, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
    return -1;
}

static const Dwfl_Callbacks callbacks = {.find_debuginfo = no_debug_file,
                                         .section_address = dwfl_offline_section_address};

struct library {
    Dwfl *dwfl;
    Dwfl_Module *mod;
    Dwarf_Addr from, to;
    struct symbols_file file;
};

/* The C library, as if it were mapped at `base`. */
static struct library open_library(Dwarf_Addr base)
{
    struct library lib = {.dwfl = dwfl_begin(&callbacks)};
    Dl_info info;
    struct stat st;
    dwfl_report_begin(lib.dwfl);
    assert_true(dladdr(dlsym(RTLD_DEFAULT, "send"), &info) != 0);
    int fd = open(info.dli_fname, O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0 && fstat(fd, &st) == 0);
    lib.file = symbols_file_of(&st);
    lib.mod = dwfl_report_elf(lib.dwfl, "libc", info.dli_fname, fd, base, true);
    assert_non_null(lib.mod);
    dwfl_report_end(lib.dwfl, NULL, NULL);
    dwfl_module_info(lib.mod, NULL, &lib.from, &lib.to, NULL, NULL, NULL, NULL);
    return lib;
}

static void test_every_address_has_the_name_that_libdw_gives_it(void **state)
{
    struct library lib = open_library(0x7fff00000000);
    unsigned found = 0;
    (void)state;
    for (Dwarf_Addr pc = lib.from; pc < lib.to; pc += 1499) {
        GElf_Off offset;
        GElf_Sym symbol;
        const char *name = NULL;
        const char *wanted = dwfl_module_addrinfo(lib.mod, pc, &offset, &symbol, NULL, NULL, NULL);
        unsigned type = wanted != NULL ? GELF_ST_TYPE(symbol.st_info) : STT_OBJECT;
        if (!symbols_find(lib.mod, &lib.file, pc, &name) || type == STT_OBJECT)
            continue; /* left to libdw, or data */
        if (offset >= symbol.st_size) {
            if (symbol.st_size > 0 && name != NULL)
                fail_msg("%llx: '%s', where libdw knows nothing", (unsigned long long)pc, name);
            continue;
        }
        found++;
        if (name == NULL || strcmp(name, wanted) != 0)
            fail_msg("%llx: '%s' is '%s' to libdw", (unsigned long long)pc, name, wanted);
    }
    assert_true(found > 50);
    dwfl_end(lib.dwfl);
    symbols_forget_all();
}

static void test_a_library_mapped_elsewhere_has_the_same_names(void **state)
{
    struct library here = open_library(0x7fff00000000), there = open_library(0x1000000);
    const char *name;
    unsigned compared = 0;
    (void)state;
    for (Dwarf_Addr at = 0; here.from + at < here.to; at += 4999) {
        if (!symbols_find(here.mod, &here.file, here.from + at, &name) || name == NULL)
            continue;
        char *first = mem_string(name);
        assert_true(symbols_find(there.mod, &there.file, there.from + at, &name));
        assert_string_equal(name, first);
        free(first);
        compared++;
    }
    assert_true(compared > 10);
    dwfl_end(here.dwfl);
    /* What is remembered does not need the module that it was read from. */
    assert_true(symbols_find(there.mod, &there.file, there.from + 4999, &name));
    dwfl_end(there.dwfl);
    symbols_forget_all();
}

static void test_a_module_of_an_unknown_file_is_left_to_libdw(void **state)
{
    struct library lib = open_library(0x7fff00000000);
    struct symbols_file none = {.ino = 0};
    const char *name;
    (void)state;
    assert_false(symbols_find(lib.mod, &none, lib.from + 4999, &name));
    assert_false(symbols_find(lib.mod, &lib.file, lib.from - 1, &name));
    dwfl_end(lib.dwfl);
    symbols_forget_all();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_address_has_the_name_that_libdw_gives_it),
        cmocka_unit_test(test_a_library_mapped_elsewhere_has_the_same_names),
        cmocka_unit_test(test_a_module_of_an_unknown_file_is_left_to_libdw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
