/* catalog/vars: see vars.h. */
#include "catalog/vars.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/random.h"

/* --- drawing --- */

/* FNV-1a: a seed of its own for each name, so that the place in the list does not matter. */
static uint64_t name_seed(uint64_t seed, const char *name)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001b3);
    return seed ^ hash;
}

static unsigned swapped(unsigned port)
{
    return ((port & 0xff) << 8) | (port >> 8);
}

static bool port_is_free(const struct drawn_vars *drawn, const struct var_spec *specs,
                         unsigned port)
{
    for (unsigned i = 0; i < drawn->nvars; i++) {
        if (specs[i].kind != VAR_PORT)
            continue;
        unsigned other = (unsigned)strtoul(drawn->vars[i].data, NULL, 10);
        if (port == other || port == swapped(other))
            return false;
    }
    return true;
}

static char *draw_port(struct random *r, const struct drawn_vars *drawn,
                       const struct var_spec *specs)
{
    unsigned port;
    do
        port = 20000 + (unsigned)random_below(r, 10000);
    while (swapped(port) == port || swapped(port) < 1024 || !port_is_free(drawn, specs, port));
    return mem_format("%u", port);
}

static char *draw_word(struct random *r, size_t size)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    char *word = mem_alloc(size + 1);
    for (size_t i = 0; i < size; i++)
        word[i] = letters[random_below(r, i == 0 ? 26 : 36)];
    return word;
}

void vars_draw(struct drawn_vars *out, const struct var_spec *specs, unsigned nspecs, uint64_t seed)
{
    out->vars = mem_alloc(nspecs * sizeof *out->vars);
    for (out->nvars = 0; out->nvars < nspecs; out->nvars++) {
        const struct var_spec *spec = &specs[out->nvars];
        struct drawn_var *var = &out->vars[out->nvars];
        struct random r;
        random_seed(&r, name_seed(seed, spec->name));
        var->name = spec->name;
        switch (spec->kind) {
        case VAR_PORT:
            var->data = draw_port(&r, out, specs);
            break;
        case VAR_WORD:
            var->data = draw_word(&r, spec->size);
            break;
        case VAR_BYTES:
            var->data = mem_alloc(spec->size + 1);
            random_fill(&r, var->data, spec->size);
            break;
        case VAR_TEXT:
            var->data = mem_string(spec->text);
            break;
        }
        var->len = spec->kind == VAR_BYTES ? spec->size : strlen(var->data);
    }
}

void vars_free(struct drawn_vars *drawn)
{
    for (unsigned i = 0; i < drawn->nvars; i++)
        free(drawn->vars[i].data);
    free(drawn->vars);
    *drawn = (struct drawn_vars){NULL, 0};
}

bool vars_lookup(void *drawn, const char *name, const char **data, size_t *len)
{
    const struct drawn_vars *vars = drawn;
    for (unsigned i = 0; i < vars->nvars; i++) {
        if (strcmp(vars->vars[i].name, name) == 0) {
            *data = vars->vars[i].data;
            *len = vars->vars[i].len;
            return true;
        }
    }
    return false;
}

/* --- expanding --- */

#define MAX_NAME 64

static size_t name_part(const char *at)
{
    size_t letters = strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (letters == 0)
        return 0;
    return strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-");
}

/* Reads "${name}" at `at` into name, and returns what is behind it; NULL and *err when it is
 * broken. */
static const char *read_name(const char *at, char name[MAX_NAME], struct error *err)
{
    const char *start = at + 2;
    size_t len = name_part(start);
    for (unsigned parts = 1; parts < 3 && len > 0 && start[len] == '.'; parts++) {
        size_t more = name_part(start + len + 1);
        len = more > 0 ? len + 1 + more : 0;
    }
    if (strchr(start, '}') == NULL) {
        error_set(err, "\"${\" is not closed by \"}\"");
        return NULL;
    }
    if (len == 0 || start[len] != '}' || len >= MAX_NAME) {
        struct strbuf shown = STRBUF_INIT;
        bytes_quote(&shown, at, strcspn(at, "}") + 1, 40);
        error_set(err, "%s holds no name of a variable", shown.data);
        strbuf_free(&shown);
        return NULL;
    }
    memcpy(name, start, len);
    name[len] = '\0';
    return start + len + 1;
}

int vars_each(const char *text, vars_name_fn *fn, void *arg, struct error *err)
{
    char name[MAX_NAME];
    while ((text = strstr(text, "${")) != NULL) {
        text = read_name(text, name, err);
        if (text == NULL)
            return -1;
        int result = fn(arg, name, err);
        if (result != 0)
            return result;
    }
    return 0;
}

void vars_quote_regex(struct strbuf *out, const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (data[i] != '\0' && strchr("\\^$.[]|()*+?{}", data[i]) != NULL)
            strbuf_putc(out, '\\');
        strbuf_putc(out, data[i]);
    }
}

static int expand_var(struct strbuf *out, const char *name, bool regex, vars_lookup_fn *lookup,
                      void *arg, struct error *err)
{
    const char *data;
    size_t len;
    if (!lookup(arg, name, &data, &len))
        return error_set(err, "there is no variable ${%s}", name);
    if (!regex)
        strbuf_add(out, data, len);
    else if (memchr(data, 0, len) != NULL)
        return error_set(err, "${%s} holds a zero byte, which no expression can match", name);
    else
        vars_quote_regex(out, data, len);
    return 0;
}

static int expand(struct strbuf *out, const char *text, bool regex, vars_lookup_fn *lookup,
                  void *arg, struct error *err)
{
    size_t before = out->len;
    char name[MAX_NAME];
    const char *dollar;
    while ((dollar = strstr(text, "${")) != NULL) {
        strbuf_add(out, text, (size_t)(dollar - text));
        text = read_name(dollar, name, err);
        if (text == NULL || expand_var(out, name, regex, lookup, arg, err) != 0) {
            strbuf_cut(out, before);
            return -1;
        }
    }
    strbuf_puts(out, text);
    return 0;
}

int vars_expand(struct strbuf *out, const char *text, vars_lookup_fn *lookup, void *arg,
                struct error *err)
{
    return expand(out, text, false, lookup, arg, err);
}

int vars_expand_regex(struct strbuf *out, const char *text, vars_lookup_fn *lookup, void *arg,
                      struct error *err)
{
    return expand(out, text, true, lookup, arg, err);
}

/* The bytes of a variable that are wanted. */
static int expand_slice(struct strbuf *out, const struct data_part *part, vars_lookup_fn *lookup,
                        void *arg, struct error *err)
{
    const char *data;
    size_t len;
    if (!lookup(arg, part->text, &data, &len))
        return error_set(err, "there is no variable ${%s}", part->text);
    size_t to = part->has_to && part->to < len ? part->to : len;
    if (part->from < to)
        strbuf_add(out, data + part->from, to - part->from);
    return 0;
}

int vars_expand_data(struct strbuf *out, const struct data *data, vars_lookup_fn *lookup, void *arg,
                     struct error *err)
{
    size_t before = out->len;
    for (unsigned i = 0; i < data->nparts; i++) {
        const struct data_part *part = &data->parts[i];
        int result = 0;
        switch (part->kind) {
        case DATA_TEXT:
            result = vars_expand(out, part->text, lookup, arg, err);
            break;
        case DATA_HEX:
            strbuf_add(out, part->raw, part->size);
            break;
        case DATA_VAR:
            result = expand_slice(out, part, lookup, arg, err);
            break;
        case DATA_FILL:
            strbuf_pad(out, part->fill, part->size);
            break;
        }
        if (result != 0) {
            strbuf_cut(out, before);
            return -1;
        }
    }
    return 0;
}
