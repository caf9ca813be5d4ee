/* cli/command - reading the table of commands. */
#include "cli/command.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/text.h"

enum { NAMES_MAX = 64, SHOWN_MAX = 40 };

const struct command *command_find(const char *name, struct error *err)
{
    const char *names[NAMES_MAX];
    size_t count = 0;
    for (const struct command *c = commands; c->name; c++) {
        if (strcmp(c->name, name) == 0 || (c->alias && strcmp(c->alias, name) == 0))
            return c;
        if (count + 2 > NAMES_MAX)
            continue;
        names[count++] = c->name;
        if (c->alias)
            names[count++] = c->alias;
    }
    struct strbuf shown = STRBUF_INIT;
    const char *near = text_nearest(name, names, count);
    bytes_quote(&shown, name, strlen(name), SHOWN_MAX);
    if (near)
        error_set(err, "There is no command %s. Did you mean \"%s\"?", shown.data, near);
    else
        error_set(err, "There is no command %s. \"help\" lists them all.", shown.data);
    strbuf_free(&shown);
    return NULL;
}

void command_synopsis(const struct command *command, struct strbuf *out)
{
    strbuf_puts(out, command->name);
    for (const struct command_arg *a = command->args; a->name; a++) {
        const char *more = command->many && !a[1].name ? "..." : "";
        strbuf_printf(out, a->required ? " %s%s" : " [%s%s]", a->name, more);
    }
    for (const struct command_option *o = command->options; o->name; o++) {
        if (o->value)
            strbuf_printf(out, " [%s %s]", o->name, o->value);
        else
            strbuf_printf(out, " [%s]", o->name);
    }
    if (command->rest)
        strbuf_printf(out, " [-- %s]", command->rest);
}

void invocation_free(struct invocation *inv)
{
    free(inv->all);
    inv->all = NULL;
    inv->nall = 0;
}

static int option_index(const struct invocation *inv, const char *name)
{
    int i = 0;
    while (inv->command->options[i].name && strcmp(inv->command->options[i].name, name) != 0)
        i++;
    assert(inv->command->options[i].name && "an option that the command's row does not have");
    return i;
}

const char *invocation_option(const struct invocation *inv, const char *name)
{
    return inv->options[option_index(inv, name)];
}

const char *invocation_repeated(const struct invocation *inv, const char *name, int index)
{
    int option = option_index(inv, name);
    if (index == 0)
        return inv->options[option];
    for (int i = 0; i < inv->nmore; i++)
        if (inv->more[i].option == option && --index == 0)
            return inv->more[i].value;
    return NULL;
}
