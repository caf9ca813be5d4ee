/*
 * build/compiler: see compiler.h.
 *
 * The flags, and why:
 * - gnu11: POSIX and Linux sockets are there without feature-test macros, which are no beginner's
 *   business.
 * - An undeclared function is an error with every compiler, as it is with the newest; a call with
 *   the wrong kind of pointer is a warning with every compiler, as it was with the older.
 * - UBSan stops at the first finding, so that the exit status tells; ASan does so anyway.
 * - gold links the sanitized variant in a third of the time that ld takes (5 ms instead of 30).
 */
#include "build/compiler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"

static const char *const plain_flags[] = {
    "-std=gnu11",
    "-O0",
    "-g",
    "-pipe",
    "-Wall",
    "-Wextra",
    "-Werror=implicit-function-declaration",
    "-fno-omit-frame-pointer",
    "-fdiagnostics-color=never",
    "-pthread",
    /* An object that says it is for link-time optimisation, which assembly can say as well, brings
     * options and code of a compiler that nobody has asked for. */
    "-fno-lto",
};

/* Attributes that would keep the sanitizers out of a function come to nothing, also where the
 * preprocessor puts them together (C11 6.10.3.4: what ## made is looked at again); and what a
 * program would tell the sanitizers, it tells nobody. instrumented.h. */
#define NOT_HEARD(name) "-D" name "=" name "_not_heard", "-D__" name "__=" name "_not_heard"
#define NOT_TOLD(name) "-D" name "=not_told" name
static const char *const sanitizer_flags[] = {
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=undefined",
    NOT_HEARD("no_sanitize"),
    NOT_HEARD("no_sanitize_address"),
    NOT_HEARD("no_sanitize_undefined"),
    NOT_HEARD("no_address_safety_analysis"),
    NOT_HEARD("disable_sanitizer_instrumentation"),
    NOT_TOLD("__asan_default_options"),
    NOT_TOLD("__ubsan_default_options"),
    NOT_TOLD("__lsan_default_options"),
    NOT_TOLD("__asan_on_error"),
    NOT_TOLD("__asan_set_death_callback"),
    NOT_TOLD("__asan_set_error_report_callback"),
    NOT_TOLD("__asan_unpoison_memory_region"),
    NOT_TOLD("__sanitizer_set_death_callback"),
    NOT_TOLD("__sanitizer_set_report_fd"),
    NOT_TOLD("__sanitizer_set_report_path"),
};

static const struct {
    const char *manager, *command;
} installers[] = {
    {"apt-get", "apt-get install -y gcc libc6-dev"},
    {"dnf", "dnf install -y gcc glibc-devel libasan libubsan"},
    {"pacman", "pacman -S --needed gcc"},
    {"apk", "apk add gcc musl-dev"},
    {"zypper", "zypper install -y gcc glibc-devel"},
};

/* --- finding programs --- */

/* The full path of a program, as execvp would find it; NULL if there is none. Caller frees. */
static char *find_program(const char *name)
{
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 ? mem_string(name) : NULL;
    const char *path = getenv("PATH");
    if (path == NULL)
        path = "/usr/local/bin:/usr/bin:/bin";
    while (*path != '\0') {
        size_t len = strcspn(path, ":");
        char *folder = mem_format("%.*s", (int)len, path);
        char *full = file_join(len == 0 ? "." : folder, name);
        free(folder);
        struct stat st;
        if (access(full, X_OK) == 0 && stat(full, &st) == 0 && S_ISREG(st.st_mode))
            return full;
        free(full);
        path += len + (path[len] == ':');
    }
    return NULL;
}

void compiler_advice(struct strbuf *out)
{
    for (size_t i = 0; i < sizeof installers / sizeof *installers; i++) {
        char *manager = find_program(installers[i].manager);
        if (manager == NULL)
            continue;
        free(manager);
        strbuf_printf(out, "Install one: %s%s", geteuid() == 0 ? "" : "sudo ",
                      installers[i].command);
        return;
    }
    strbuf_puts(out, "Install gcc or clang with your system's package manager.");
}

static int find_words(struct compiler *compiler, const char *command)
{
    char *copy = mem_string(command);
    char *rest = NULL;
    struct word_list list = {NULL, 0};
    for (char *word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) {
        char *program = list.count == 0 ? find_program(word) : mem_string(word);
        if (program == NULL)
            break;
        word_add(&list, program);
        free(program);
    }
    free(copy);
    compiler->words = list.words;
    compiler->count = list.count;
    return list.count > 0 ? 0 : -1;
}

static int search(struct compiler *compiler, const char *wanted, struct error *err)
{
    *compiler = (struct compiler){NULL, 0, NULL};
    const char *named = wanted != NULL ? wanted : getenv("CC");
    if (named != NULL && named[0] == '\0')
        named = NULL;
    static const char *const usual[] = {"gcc", "clang", "cc"};
    bool found = named != NULL && find_words(compiler, named) == 0;
    for (size_t i = 0; !found && wanted == NULL && i < sizeof usual / sizeof *usual; i++)
        found = find_words(compiler, usual[i]) == 0;
    if (found) {
        compiler->linker = find_program("ld.gold");
        return 0;
    }
    struct strbuf advice = STRBUF_INIT;
    compiler_advice(&advice);
    if (wanted != NULL)
        error_set(err, "There is no C compiler called %s. %s", wanted, advice.data);
    else
        error_set(err, "There is no C compiler: neither gcc nor clang was found. %s", advice.data);
    strbuf_free(&advice);
    return -1;
}

static void copy(struct compiler *to, const struct compiler *from)
{
    *to = (struct compiler){mem_alloc(from->count * sizeof *to->words), from->count,
                            mem_string(from->linker)};
    for (size_t i = 0; i < from->count; i++)
        to->words[i] = mem_string(from->words[i]);
}

/* What was found is remembered, since each program of a class is built with it: for the same
 * question, and as long as it is there. */
int compiler_find(struct compiler *compiler, const char *wanted, struct error *err)
{
    static struct compiler known;
    static char *known_question;
    const char *named = getenv("CC"), *path = getenv("PATH");
    char *question =
        mem_format("%s%s\n%s\n%s", wanted != NULL ? "only " : "", wanted != NULL ? wanted : "",
                   named != NULL ? named : "", path != NULL ? path : "");
    int rc = 0;
    if (known_question == NULL || strcmp(question, known_question) != 0 ||
        access(known.words[0], X_OK) != 0) {
        rc = search(compiler, wanted, err);
        if (rc == 0) {
            compiler_free(&known);
            copy(&known, compiler);
            free(known_question);
            known_question = mem_string(question);
        }
    } else {
        copy(compiler, &known);
    }
    free(question);
    return rc;
}

void compiler_free(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->count; i++)
        free(compiler->words[i]);
    free(compiler->words);
    free(compiler->linker);
    *compiler = (struct compiler){NULL, 0, NULL};
}

static void hash_identity(struct hash *h, const char *path)
{
    struct stat st;
    hash_string(h, path);
    if (path == NULL || stat(path, &st) < 0)
        return;
    hash_field(h, &st.st_size, sizeof st.st_size);
    hash_field(h, &st.st_mtim.tv_sec, sizeof st.st_mtim.tv_sec);
    hash_field(h, &st.st_mtim.tv_nsec, sizeof st.st_mtim.tv_nsec);
}

void compiler_hash(const struct compiler *compiler, struct hash *h)
{
    for (size_t i = 0; i < compiler->count; i++) {
        /* "ccache gcc": gcc decides, ccache only runs it. */
        char *program = compiler->words[i][0] == '-' ? NULL : find_program(compiler->words[i]);
        hash_string(h, compiler->words[i]);
        hash_identity(h, program);
        free(program);
    }
    hash_identity(h, compiler->linker);
}

/* --- the command --- */

void word_add(struct word_list *list, const char *word)
{
    list->words = mem_resize(list->words, list->count + 2, sizeof *list->words);
    list->words[list->count++] = mem_string(word);
    list->words[list->count] = NULL;
}

void word_list_free(struct word_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->words[i]);
    free(list->words);
    *list = (struct word_list){NULL, 0};
}

static void add_joined(struct word_list *list, const char *flag, const char *value)
{
    char *word = mem_format("%s%s", flag, value);
    word_add(list, word);
    free(word);
}

static void add_flags(const struct compiler *compiler, const struct build_request *request,
                      struct word_list *command)
{
    for (size_t i = 0; i < compiler->count; i++)
        word_add(command, compiler->words[i]);
    for (size_t i = 0; i < sizeof plain_flags / sizeof *plain_flags; i++)
        word_add(command, plain_flags[i]);
    if (request->variant == BUILD_SANITIZED) {
        for (size_t i = 0; i < sizeof sanitizer_flags / sizeof *sanitizer_flags; i++)
            word_add(command, sanitizer_flags[i]);
    }
    if (request->warnings_are_errors)
        word_add(command, "-Werror");
    else
        word_add(command, "-Wno-error=incompatible-pointer-types");
}

void compiler_command(const struct compiler *compiler, const struct build_request *request,
                      const char *headers, const char *output, struct word_list *command)
{
    add_flags(compiler, request, command);
    if (compiler->linker != NULL)
        word_add(command, "-fuse-ld=gold");
    if (headers != NULL)
        add_joined(command, "-I", headers);
    if (request->lib_dir != NULL)
        add_joined(command, "-I", request->lib_dir);
    word_add(command, "-o");
    word_add(command, output);
    word_add(command, request->source);
    if (request->lib_archive != NULL)
        word_add(command, request->lib_archive);
}

/* clang takes a compiled header only when it is named on the command line. */
static bool takes_headers(const struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->count; i++)
        if (strstr(file_name(compiler->words[i]), "clang") != NULL)
            return false;
    return true;
}

bool compiler_header_command(const struct compiler *compiler, const struct build_request *request,
                             const char *header, const char *feature, const char *output,
                             const char *deps, struct word_list *command)
{
    if (request->lib_dir == NULL || !takes_headers(compiler))
        return false;
    char *path = file_join(request->lib_dir, header);
    bool there = file_exists(path);
    if (there) {
        add_flags(compiler, request, command);
        if (feature != NULL)
            add_joined(command, "-D", feature);
        add_joined(command, "-I", request->lib_dir);
        word_add(command, "-MD");
        word_add(command, "-MF");
        word_add(command, deps);
        word_add(command, "-o");
        word_add(command, output);
        word_add(command, "-x");
        word_add(command, "c-header");
        word_add(command, path);
    }
    free(path);
    return there;
}
