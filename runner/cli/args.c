/* cli/args - words, options and arguments. */
#include "cli/args.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/text.h"

enum { SHOWN_MAX = 40 };

static void words_push(struct words *words, struct strbuf *word)
{
    words->words = mem_resize(words->words, (size_t)words->count + 2, sizeof(char *));
    words->words[words->count++] = strbuf_take(word);
    words->words[words->count] = NULL;
}

/* Reads one word from *line into *word. False at the end of the line; -1 through *err when a quote
 * is open. */
static int read_word(const char **line, struct strbuf *word, struct error *err)
{
    const char *p = *line;
    char quote = '\0';
    while (*p && (quote || !isspace((unsigned char)*p))) {
        if (!quote && (*p == '\'' || *p == '"')) {
            quote = *p++;
        } else if (quote && *p == quote) {
            quote = '\0';
            p++;
        } else if (*p == '\\' && quote != '\'' && p[1] && (!quote || p[1] == '"' || p[1] == '\\')) {
            strbuf_putc(word, p[1]);
            p += 2;
        } else {
            strbuf_putc(word, *p++);
        }
    }
    *line = p;
    if (quote)
        return error_set(err, "a quote (%c) is opened and not closed.", quote);
    return 0;
}

int words_split(const char *line, struct words *out, struct error *err)
{
    out->words = mem_alloc(sizeof(char *));
    out->count = 0;
    for (;;) {
        struct strbuf word = STRBUF_INIT;
        while (isspace((unsigned char)*line))
            line++;
        if (!*line || *line == '#')
            return 0;
        if (read_word(&line, &word, err) < 0) {
            strbuf_free(&word);
            words_free(out);
            return -1;
        }
        words_push(out, &word);
    }
}

void words_free(struct words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->words[i]);
    free(words->words);
    words->words = NULL;
    words->count = 0;
}

/* The word as a message repeats it: escaped, quoted, cut. The caller frees. */
static char *shown(const char *word)
{
    struct strbuf out = STRBUF_INIT;
    bytes_quote(&out, word, strlen(word), SHOWN_MAX);
    return strbuf_take(&out);
}

static int unknown_option(const struct command *command, const char *word, struct error *err)
{
    const char *names[COMMAND_OPTIONS_MAX];
    size_t count = 0;
    for (const struct command_option *o = command->options; o->name; o++)
        names[count++] = o->name;
    const char *near = text_nearest(word, names, count);
    char *quoted = shown(word);
    if (near)
        error_set(err, "%s has no option %s. Did you mean \"%s\"?", command->name, quoted, near);
    else
        error_set(err, "%s has no option %s. \"help %s\" tells what it takes.", command->name,
                  quoted, command->name);
    free(quoted);
    return -1;
}

/* A value that may be left out is one when it stands next and is neither an option nor a number,
 * which is a lab's: `trace --json 20`, `trace --json out.json 20`. */
static bool is_left_out(const struct command_option *option, int count, char *const *words, int i)
{
    if (option->value[0] != '[')
        return false;
    if (i + 1 >= count)
        return true;
    const char *next = words[i + 1];
    return (next[0] == '-' && next[1] != '\0') || next[strspn(next, "0123456789")] == '\0';
}

/* An option that does not repeat takes its last value. */
static int keep_value(struct invocation *inv, int option, const char *value, struct error *err)
{
    const struct command_option *o = &inv->command->options[option];
    if (!o->repeats || inv->options[option] == NULL) {
        inv->options[option] = value;
        return 0;
    }
    if (inv->nmore == COMMAND_REPEATS_MAX)
        return error_set(err, "%s stands there too often: at most %d times.", o->name,
                         COMMAND_REPEATS_MAX + 1);
    inv->more[inv->nmore].option = option;
    inv->more[inv->nmore++].value = value;
    return 0;
}

/* Takes the option words[*i], and its value if it has one. */
static int take_option(const struct command *command, int count, char *const *words, int *i,
                       struct invocation *inv, struct error *err)
{
    const char *word = words[*i];
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    for (int k = 0; command->options[k].name; k++) {
        const struct command_option *o = &command->options[k];
        if (strlen(o->name) != len || strncmp(o->name, word, len) != 0)
            continue;
        if (!o->value && equals)
            return error_set(err, "%s takes no value.", o->name);
        if (!o->value)
            return keep_value(inv, k, "", err);
        if (equals)
            return keep_value(inv, k, equals + 1, err);
        if (is_left_out(o, count, words, *i))
            return keep_value(inv, k, "", err);
        if (*i + 1 < count && strncmp(words[*i + 1], "--", 2) != 0)
            return keep_value(inv, k, words[++*i], err);
        return error_set(err, "%s needs a value: %s %s.", o->name, o->name, o->value);
    }
    return unknown_option(command, word, err);
}

static int usage_error(const struct command *command, struct error *err, const char *what)
{
    struct strbuf synopsis = STRBUF_INIT;
    command_synopsis(command, &synopsis);
    error_set(err, "%s. The command is: %s", what, synopsis.data);
    strbuf_free(&synopsis);
    return -1;
}

static int too_many(const struct command *command, const char *word, struct error *err)
{
    char *quoted = shown(word);
    char *what = mem_format("%s has no use for %s", command->name, quoted);
    usage_error(command, err, what);
    free(what);
    free(quoted);
    return -1;
}

static int too_few(const struct command *command, const char *name, struct error *err)
{
    char *what = mem_format("%s needs %s", command->name, name);
    usage_error(command, err, what);
    free(what);
    return -1;
}

static void keep_arg(struct invocation *inv, char *word)
{
    inv->all = mem_resize(inv->all, (size_t)inv->nall + 2, sizeof *inv->all);
    inv->all[inv->nall++] = word;
    inv->all[inv->nall] = NULL;
}

static int parse(const struct command *command, int count, char *const *words,
                 struct invocation *inv, struct error *err)
{
    int nargs = 0;
    for (int i = 1; i < count; i++) {
        const char *word = words[i];
        if (strcmp(word, "--") == 0) {
            if (!command->rest)
                return error_set(err, "%s takes nothing after \"--\".", command->name);
            inv->rest = words + i + 1;
            inv->nrest = count - i - 1;
            break;
        }
        if (word[0] == '-' && word[1]) {
            if (take_option(command, count, words, &i, inv, err) < 0)
                return -1;
        } else if (nargs < COMMAND_ARGS_MAX && command->args[nargs].name) {
            inv->args[nargs++] = word;
            if (command->many)
                keep_arg(inv, words[i]);
        } else if (command->many) {
            keep_arg(inv, words[i]);
        } else {
            return too_many(command, word, err);
        }
    }
    for (int k = nargs; command->args[k].name; k++)
        if (command->args[k].required)
            return too_few(command, command->args[k].name, err);
    return 0;
}

int args_parse(const struct command *command, int count, char *const *words, struct invocation *inv,
               struct error *err)
{
    memset(inv, 0, sizeof *inv);
    inv->command = command;
    int rc = parse(command, count, words, inv, err);
    if (rc != 0)
        invocation_free(inv);
    return rc;
}

int args_number(const char *text, const char *what, unsigned long long max, unsigned long long *out,
                struct error *err)
{
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end || errno || value == 0 || value > max) {
        char *quoted = shown(text);
        error_set(err, "%s takes a whole number from 1 to %llu, not %s.", what, max, quoted);
        free(quoted);
        return -1;
    }
    *out = value;
    return 0;
}
