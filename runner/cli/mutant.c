/* cli/mutant - solutions with a seeded mistake. */
#include "cli/mutant.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "cli/foreground.h"

enum { PATCH_MAX = 256 * 1024, SAID_MAX = 4096 };
#define MISTAKE "mistake: "

/* One line of a text, without its newline; *text moves on to the next. The caller frees. */
static char *take_line(const char **text)
{
    size_t len = strcspn(*text, "\n");
    char *line = mem_format("%.*s", (int)len, *text);
    *text += len + ((*text)[len] == '\n' ? 1 : 0);
    return line;
}

/* Reads the lines above the diff into the mutant. */
static int parse_head(struct mutant *mutant, const char *text, struct error *err)
{
    char *line = take_line(&text);
    if (strncmp(line, MISTAKE, strlen(MISTAKE)) != 0 || !line[strlen(MISTAKE)]) {
        free(line);
        return error_set(err, "%s:1: the first line must be \"mistake: ID\"", mutant->path);
    }
    if (strcmp(line + strlen(MISTAKE), "none") != 0)
        mutant->mistake = mem_string(line + strlen(MISTAKE));
    free(line);
    struct strbuf sentence = STRBUF_INIT;
    while (*text && strncmp(text, "--- ", 4) != 0 && strncmp(text, "diff ", 5) != 0) {
        line = take_line(&text);
        if (*line)
            strbuf_printf(&sentence, "%s%s", sentence.len ? " " : "", line);
        free(line);
    }
    mutant->sentence = strbuf_take(&sentence);
    if (!*mutant->sentence)
        return error_set(err, "%s:2: a sentence must say what it seeds", mutant->path);
    if (strncmp(text, "--- a/", 6) != 0 && strncmp(text, "diff ", 5) != 0)
        return error_set(err, "%s: there is no diff with paths a/FILE and b/FILE", mutant->path);
    return 0;
}

static void mutant_free(struct mutant *mutant)
{
    free(mutant->name);
    free(mutant->path);
    free(mutant->mistake);
    free(mutant->sentence);
}

static int load_one(const char *dir, const char *file, struct mutant *mutant, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    memset(mutant, 0, sizeof *mutant);
    mutant->path = file_join(dir, file);
    mutant->name = mem_format("%.*s", (int)(strlen(file) - strlen(".patch")), file);
    int status = file_read(mutant->path, PATCH_MAX, FILE_REGULAR, &text, err);
    if (status == 0)
        status = parse_head(mutant, text.data, err);
    strbuf_free(&text);
    if (status < 0)
        mutant_free(mutant);
    return status;
}

static void add_fault(struct strbuf *faults, const struct error *err)
{
    strbuf_printf(faults, "%s%s", faults->len ? "\n" : "", err->text);
}

int mutants_load(const struct lab *lab, struct mutant_list *list, struct error *err)
{
    struct file_list files;
    struct error one;
    struct strbuf faults = STRBUF_INIT;
    char *dir = file_join(lab->dir, "mutants");
    memset(list, 0, sizeof *list);
    if (file_list(dir, &files, err) < 0) {
        free(dir);
        return -1;
    }
    list->mutants = mem_alloc((files.count + 1) * sizeof *list->mutants);
    for (size_t i = 0; i < files.count; i++) {
        size_t len = strlen(files.names[i]);
        if (len <= 6 || strcmp(files.names[i] + len - 6, ".patch") != 0)
            continue;
        if (load_one(dir, files.names[i], &list->mutants[list->count], &one) == 0)
            list->count++;
        else
            add_fault(&faults, &one);
    }
    int status = faults.len ? error_set(err, "%s", faults.data) : 0;
    file_list_free(&files);
    strbuf_free(&faults);
    free(dir);
    return status;
}

void mutants_free(struct mutant_list *list)
{
    for (unsigned i = 0; i < list->count; i++)
        mutant_free(&list->mutants[i]);
    free(list->mutants);
    memset(list, 0, sizeof *list);
}

static int copy_solution(const struct lab *lab, const char *to, struct error *err)
{
    struct file_list files;
    char *from = file_join(lab->dir, "solution");
    int status = file_list(from, &files, err);
    if (status < 0) {
        free(from);
        return -1;
    }
    for (size_t i = 0; i < files.count && status == 0; i++) {
        char *source = file_join(from, files.names[i]), *target = file_join(to, files.names[i]);
        if (!file_is_dir(source))
            status = file_copy(source, target, FILE_REGULAR, err);
        free(source);
        free(target);
    }
    file_list_free(&files);
    free(from);
    return status;
}

/* What patch(1) printed, for the error. */
static void add_said(int fd, struct strbuf *out)
{
    char said[SAID_MAX];
    ssize_t n = pread(fd, said, sizeof said, 0);
    while (n > 0 && said[n - 1] == '\n')
        n--;
    if (n > 0)
        bytes_escape_lines(out, said, (size_t)n);
}

static int run_patch(const struct mutant *mutant, const char *dir, struct error *err)
{
    char *argv[] = {"patch",    "-p1",
                    "--batch",  "--fuzz=0",
                    "--silent", "--no-backup-if-mismatch",
                    "-d",       (char *)(size_t)dir,
                    "-i",       mutant->path,
                    NULL};
    struct foreground what = {.argv = argv, .input = -1};
    struct strbuf said = STRBUF_INIT;
    int status = 0;
    what.output = memfd_create("socklings-patch", MFD_CLOEXEC);
    if (what.output < 0)
        return error_errno(err, "patch cannot be started");
    int result = foreground_run(&what, &status, err);
    if (result < 0 && errno == ENOENT)
        error_set(err, "patch(1) is not installed; it is needed for mutants");
    if (result == 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 0)) {
        add_said(what.output, &said);
        result = error_set(err, "%s does not apply to the solution: %s", mutant->path, said.data);
    }
    close(what.output);
    strbuf_free(&said);
    return result;
}

int mutant_apply(const struct lab *lab, const struct mutant *mutant, char **dir, struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    char *made = mem_format("%s/socklings-mutant-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(made)) {
        error_errno(err, "%s cannot be made", made);
        free(made);
        return -1;
    }
    if (copy_solution(lab, made, err) < 0 || run_patch(mutant, made, err) < 0) {
        file_remove_tree(made, NULL);
        free(made);
        return -1;
    }
    *dir = made;
    return 0;
}
