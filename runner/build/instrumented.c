/* build/instrumented: see instrumented.h. */
#include "build/instrumented.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

/* --- the source --- */

/* Parts of words that no program of a lab has a use for. */
static const char *const words[] = {"no_sanitize",
                                    "no_address_safety_analysis",
                                    "disable_sanitizer_instrumentation",
                                    "__asan_",
                                    "__ubsan_",
                                    "__lsan_",
                                    "__sanitizer_"};

/* A line may be cut by a backslash anywhere, also within a word (C11 5.1.1.2, phase 2). The caller
 * frees; `lines[i]` is the line that byte i came from. */
static char *join_lines(const struct strbuf *text, unsigned **lines)
{
    char *out = mem_alloc(text->len + 1);
    unsigned *at = mem_alloc((text->len + 1) * sizeof *at), line = 1;
    size_t n = 0;
    for (size_t i = 0; i < text->len; i++) {
        size_t blank = i + 1; /* gcc lets blanks stand behind the backslash */
        while (blank < text->len && text->data[blank] != '\n' &&
               strchr(" \t\r\f\v", text->data[blank]) != NULL)
            blank++;
        if (text->data[i] == '\\' && blank < text->len && text->data[blank] == '\n') {
            i = blank;
            line++;
            continue;
        }
        at[n] = line;
        out[n++] = text->data[i];
        line += text->data[i] == '\n';
    }
    out[n] = '\0';
    *lines = at;
    return out;
}

bool instrumented_source(const struct source *source, struct strbuf *why)
{
    bool good = true;
    for (size_t f = 0; f < source->count && good; f++) {
        unsigned *lines;
        char *text = join_lines(&source->files[f].bytes, &lines);
        for (size_t w = 0; w < sizeof words / sizeof words[0] && good; w++) {
            const char *found = strstr(text, words[w]);
            if (found == NULL)
                continue;
            strbuf_printf(why,
                          "%s:%u: \"%s…\" meddles with the sanitizers, which look for memory "
                          "mistakes: a program that is to be judged does without\n",
                          source->files[f].name, lines[found - text], words[w]);
            good = false;
        }
        free(text);
        free(lines);
    }
    return good;
}

/* --- the program --- */

static bool begins(const char *name, const char *const *with, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strncmp(name, with[i], strlen(with[i])) == 0)
            return true;
    return false;
}

/* What gcc itself calls (gcc/sanitizer.def); all else of these libraries is for programs that want
 * to talk to them. */
static bool meddles(const char *name)
{
    static const char *const theirs[] = {"__asan_", "__ubsan_", "__lsan_", "__sanitizer_"};
    static const char *const fine[] = {"__asan_init",
                                       "__asan_version_mismatch_check",
                                       "__asan_report_",
                                       "__asan_load",
                                       "__asan_store",
                                       "__asan_mem",
                                       "__asan_handle_no_return",
                                       "__asan_register_globals",
                                       "__asan_unregister_globals",
                                       "__asan_register_elf_globals",
                                       "__asan_unregister_elf_globals",
                                       "__asan_before_dynamic_init",
                                       "__asan_after_dynamic_init",
                                       "__asan_stack_malloc",
                                       "__asan_stack_free",
                                       "__asan_option_detect_stack_use_after_return",
                                       "__asan_poison_stack_memory",
                                       "__asan_unpoison_stack_memory",
                                       "__asan_alloca_poison",
                                       "__asan_allocas_unpoison",
                                       "__asan_set_shadow_",
                                       "__asan_shadow_memory_dynamic_address",
                                       "__ubsan_handle_"};
    return begins(name, theirs, sizeof theirs / sizeof theirs[0]) &&
           !begins(name, fine, sizeof fine / sizeof fine[0]);
}

/* What the sanitizers ask a program for. Those that are part of the program (clang's way) hold weak
 * ones, in front of the program's own (clang links them first): who defines one must do so
 * strongly.
 */
static bool is_hook(const char *name)
{
    static const char *const hooks[] = {"__asan_default_",
                                        "__ubsan_default_",
                                        "__lsan_default_",
                                        "__lsan_is_turned_off",
                                        "__asan_on_error",
                                        "__ubsan_on_report",
                                        "__sanitizer_report_error_summary",
                                        "__sanitizer_on_print",
                                        "__sanitizer_sandbox_on_notify"};
    return begins(name, hooks, sizeof hooks / sizeof hooks[0]);
}

/* True when the section's symbols hold one that meddles. `shared`: the sanitizers are a library. */
static bool look_at_symbols(Elf *elf, Elf_Scn *section, const GElf_Shdr *header, bool shared,
                            struct strbuf *why)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;
    for (size_t i = 0; data != NULL && i < count && i < INT32_MAX; i++) {
        GElf_Sym symbol;
        if (gelf_getsym(data, (int)i, &symbol) == NULL)
            return false;
        const char *name = elf_strptr(elf, header->sh_link, symbol.st_name);
        bool strong = GELF_ST_BIND(symbol.st_info) == STB_GLOBAL;
        if (name != NULL && (shared ? meddles(name) : strong && is_hook(name))) {
            strbuf_printf(why,
                          "%s meddles with the sanitizers, which look for memory mistakes: a "
                          "program that is to be judged does without\n",
                          name);
            return true;
        }
    }
    return false;
}

/* Whether it names the sanitizers' library among those it needs. */
static bool needs_library(Elf *elf, Elf_Scn *section, const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count = header->sh_entsize > 0 ? header->sh_size / header->sh_entsize : 0;
    for (size_t i = 0; data != NULL && i < count && i < INT32_MAX; i++) {
        GElf_Dyn entry;
        if (gelf_getdyn(data, (int)i, &entry) == NULL || entry.d_tag != DT_NEEDED)
            continue;
        const char *name = elf_strptr(elf, header->sh_link, entry.d_un.d_val);
        if (name != NULL && strncmp(name, "libasan.", 8) == 0)
            return true;
    }
    return false;
}

static bool look(Elf *elf, struct strbuf *why)
{
    bool shared = false, found = false;
    GElf_Shdr header;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at != NULL; at = elf_nextscn(elf, at))
        if (gelf_getshdr(at, &header) != NULL && header.sh_type == SHT_DYNAMIC)
            shared = shared || needs_library(elf, at, &header);
    for (Elf_Scn *at = elf_nextscn(elf, NULL); !found && at != NULL; at = elf_nextscn(elf, at))
        if (gelf_getshdr(at, &header) != NULL &&
            (header.sh_type == SHT_DYNSYM || header.sh_type == SHT_SYMTAB))
            found = look_at_symbols(elf, at, &header, shared, why);
    return !found;
}

bool instrumented_program(const char *path, struct strbuf *why)
{
    bool good = true;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    elf_version(EV_CURRENT);
    Elf *elf = fd >= 0 ? elf_begin(fd, ELF_C_READ, NULL) : NULL;
    if (elf != NULL)
        good = look(elf, why);
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return good;
}
