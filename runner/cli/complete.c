/* cli/complete - completion of commands, labs, roles and options. */
#include "cli/complete.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <readline/readline.h>

#include "base/mem.h"
#include "catalog/lesson.h"
#include "cli/args.h"

static void add(struct candidates *out, const char *word, const char *text)
{
    if (strncmp(text, word, strlen(word)) != 0)
        return;
    out->texts = mem_resize(out->texts, (size_t)out->count + 1, sizeof(char *));
    out->texts[out->count++] = mem_string(text);
}

static void add_commands(struct candidates *out, const char *word)
{
    for (const struct command *c = commands; c->name; c++)
        add(out, word, c->name);
}

static const struct lab *find_lab(const struct cli *cli, const char *name)
{
    struct error err;
    return cli->catalog_loaded ? catalog_find(&cli->catalog, name, &err) : NULL;
}

/* A number is completed to the id ("5" to "05_udp_echo"); a name stays a name. */
static void add_labs(const struct cli *cli, struct candidates *out, const char *word)
{
    for (unsigned i = 0; cli->catalog_loaded && i < cli->catalog.nlabs; i++) {
        const struct lab *lab = cli->catalog.labs[i];
        const char *name = strchr(lab->id, '_');
        char number[16];
        snprintf(number, sizeof number, "%u", lab->number);
        if (strcmp(word, number) == 0)
            add(out, "", lab->id);
        else if (strncmp(lab->id, word, strlen(word)) == 0)
            add(out, word, lab->id);
        else if (name && *word)
            add(out, word, name + 1);
    }
}

/* Roles of the lab that was named before, or of the one worked on. */
static void add_roles(const struct cli *cli, struct candidates *out, const char *word,
                      const char *named)
{
    const struct lab *lab = NULL;
    if (named)
        lab = find_lab(cli, named);
    else if (cli->workspace && workspace_current(cli->workspace))
        lab = find_lab(cli, workspace_current(cli->workspace));
    for (unsigned i = 0; lab && i < lab->nprograms; i++)
        add(out, word, lab->programs[i].role);
}

static void add_sections(const struct cli *cli, struct candidates *out, const char *word,
                         const char *named)
{
    const struct lab *lab = named ? find_lab(cli, named) : NULL;
    struct lesson *lesson = lab && cli->paths.lessons
                                ? lesson_load(cli->paths.lessons, cli->language, lab->id, NULL)
                                : NULL;
    for (unsigned i = 0; lesson && i < lesson->nheadings; i++)
        add(out, word, lesson->headings[i].anchor);
    lesson_free(lesson);
}

static void add_kind(const struct cli *cli, enum complete_kind kind, struct candidates *out,
                     const char *word, const char *named)
{
    switch (kind) {
    case COMPLETE_NONE:
        break;
    case COMPLETE_LAB:
        add_labs(cli, out, word);
        break;
    case COMPLETE_ROLE:
        add_roles(cli, out, word, named);
        break;
    case COMPLETE_SECTION:
        add_sections(cli, out, word, named);
        break;
    case COMPLETE_COMMAND:
        add_commands(out, word);
        break;
    case COMPLETE_DIR:
        out->folders = true;
        break;
    }
}

static const struct command_option *option_named(const struct command *command, const char *name)
{
    for (const struct command_option *o = command->options; o->name; o++)
        if (strcmp(o->name, name) == 0)
            return o;
    return NULL;
}

void complete_find(const struct cli *cli, int nbefore, char *const *before, const char *word,
                   struct candidates *out)
{
    struct error err;
    memset(out, 0, sizeof *out);
    if (nbefore == 0) {
        add_commands(out, word);
        return;
    }
    const struct command *command = command_find(before[0], &err);
    if (!command)
        return;
    int place = 0;
    const char *first = NULL;
    for (int i = 1; i < nbefore; i++) {
        if (strcmp(before[i], "--") == 0)
            return;
        const struct command_option *o = option_named(command, before[i]);
        if (o && o->value && i + 1 == nbefore) {
            add_kind(cli, o->complete, out, word, NULL);
            return;
        }
        if (o && o->value)
            i++;
        else if (before[i][0] != '-' && place++ == 0)
            first = before[i];
    }
    if (word[0] == '-')
        for (const struct command_option *o = command->options; o->name; o++)
            add(out, word, o->name);
    else if (place < COMMAND_ARGS_MAX && command->args[place].name)
        add_kind(cli, command->args[place].complete, out, word, first);
}

void candidates_free(struct candidates *candidates)
{
    for (unsigned i = 0; i < candidates->count; i++)
        free(candidates->texts[i]);
    free(candidates->texts);
    memset(candidates, 0, sizeof *candidates);
}

/* --- readline's side --- */

static const struct cli *user;
static struct candidates found;

static char *next_candidate(const char *word, int state)
{
    static unsigned at;
    (void)word;
    if (state == 0)
        at = 0;
    return at < found.count ? mem_string(found.texts[at++]) : NULL;
}

static char **on_complete(const char *word, int start, int end)
{
    struct words before;
    char *line = mem_string(rl_line_buffer);
    (void)end;
    line[start] = '\0';
    candidates_free(&found);
    rl_attempted_completion_over = 1;
    if (words_split(line, &before, NULL) == 0) {
        complete_find(user, before.count, before.words, word, &found);
        words_free(&before);
    }
    free(line);
    if (found.folders) {
        rl_attempted_completion_over = 0; /* readline's own completion of file names */
        return NULL;
    }
    return rl_completion_matches(word, next_candidate);
}

static char **on_complete_nothing(const char *word, int start, int end)
{
    (void)word;
    (void)start;
    (void)end;
    rl_attempted_completion_over = 1;
    return NULL;
}

void complete_use(const struct cli *cli)
{
    user = cli;
    rl_attempted_completion_function = cli ? on_complete : on_complete_nothing;
}
