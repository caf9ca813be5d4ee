/* cli: lint and verify - for those who write labs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "cli/args.h"
#include "cli/handlers.h"
#include "cli/lint.h"
#include "cli/signals.h"
#include "cli/verify.h"

enum { REPEAT_DEFAULT = 3, REPEAT_MAX = 10000 };

/* The labs that a command is about: the one named, or all. Files are read anew each time, since an
 * author changes them between two commands. */
struct selection {
    const struct lab *const *labs;
    const struct lab *one;
    unsigned count;
    bool all;
};

static int select_labs(struct cli *cli, const char *name, struct selection *out)
{
    struct error err;
    memset(out, 0, sizeof *out);
    if (cli_reload_catalog(cli, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_INTERNAL;
    }
    out->all = name == NULL;
    out->labs = (const struct lab *const *)cli->catalog.labs;
    out->count = cli->catalog.nlabs;
    if (out->all)
        return EXIT_PASS;
    out->one = catalog_find(&cli->catalog, name, &err);
    if (!out->one) {
        /* A lab that is there and cannot be loaded is what lint is asked about: a fault, no typing
         * mistake. */
        bool broken = false;
        for (unsigned i = 0; i < cli->catalog.nbroken; i++)
            broken |= strstr(err.text, cli->catalog.broken[i].err.text) != NULL;
        cli_error(cli, "%s", err.text);
        return broken ? EXIT_FAIL : EXIT_USAGE;
    }
    out->count = 1;
    return EXIT_PASS;
}

static const struct lab *selected(const struct selection *s, unsigned i)
{
    return s->all ? s->labs[i] : s->one;
}

static cJSON *new_lab(cJSON *labs, const char *id)
{
    cJSON *o = cJSON_CreateObject();
    cJSON_AddStringToObject(o, "id", id);
    cJSON_AddItemToArray(labs, o);
    return o;
}

/* --- lint --- */

static void add_lines(cJSON *array, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        struct strbuf line = STRBUF_INIT;
        strbuf_add(&line, text, len);
        cJSON_AddItemToArray(array, cJSON_CreateString(line.data));
        strbuf_free(&line);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

/* One lab's faults, printed or put into `labs`. */
static void tell_faults(struct cli *cli, cJSON *labs, const char *id, const char *faults)
{
    if (labs) {
        cJSON *o = new_lab(labs, id);
        cJSON_AddBoolToObject(o, "ok", !*faults);
        add_lines(cJSON_AddArrayToObject(o, "faults"), faults);
        return;
    }
    printf(" %s%s%s %s\n", look_on(&cli->term.look, *faults ? LOOK_BAD : LOOK_GOOD),
           *faults ? term_mark_failed(&cli->term) : term_mark_done(&cli->term),
           look_off(&cli->term.look), id);
    fputs(faults, stdout);
    if (*faults && faults[strlen(faults) - 1] != '\n')
        putchar('\n');
}

int cmd_lint(struct cli *cli, const struct invocation *inv)
{
    struct selection selection;
    int status = select_labs(cli, inv->args[0], &selection);
    if (status != EXIT_PASS)
        return status;
    cJSON *doc = invocation_option(inv, "--json") ? cJSON_CreateObject() : NULL;
    cJSON *labs = NULL;
    if (doc) {
        cJSON_AddNumberToObject(doc, "version", 1);
        labs = cJSON_AddArrayToObject(doc, "labs");
    }
    for (unsigned i = 0; i < selection.count; i++) {
        const struct lab *lab = selected(&selection, i);
        struct strbuf faults = STRBUF_INIT;
        if (lint_lab(&cli->paths, lab, &faults))
            status = EXIT_FAIL;
        tell_faults(cli, labs, lab->id, faults.data);
        strbuf_free(&faults);
    }
    for (unsigned i = 0; selection.all && i < cli->catalog.nbroken; i++) {
        tell_faults(cli, labs, cli->catalog.broken[i].name, cli->catalog.broken[i].err.text);
        status = EXIT_FAIL;
    }
    if (doc) {
        cJSON_AddBoolToObject(doc, "ok", status == EXIT_PASS);
        cli_print_json(doc);
    }
    return status;
}

/* --- verify --- */

static const char *status_name(enum verify_status status)
{
    static const char *const names[] = {
        [VERIFY_OK] = "ok", [VERIFY_FAILED] = "failed", [VERIFY_INTERNAL] = "internal-error"};
    return names[status];
}

static void add_rows(cJSON *labs, const struct verify *v, enum verify_status status)
{
    cJSON *o = new_lab(labs, v->lab->id);
    cJSON_AddBoolToObject(o, "ok", status == VERIFY_OK);
    cJSON *rows = cJSON_AddArrayToObject(o, "rows");
    for (unsigned i = 0; i < v->nrows; i++) {
        cJSON *row = cJSON_CreateObject();
        cJSON_AddStringToObject(row, "what", v->rows[i].what);
        cJSON_AddStringToObject(row, "status", status_name(v->rows[i].status));
        cJSON_AddStringToObject(row, "detail", v->rows[i].detail);
        cJSON_AddNumberToObject(row, "ms", v->rows[i].ms);
        cJSON_AddItemToArray(rows, row);
    }
}

/* Verifies one lab; the rows go to the terminal or into `labs`. */
static enum verify_status verify_one(struct cli *cli, const struct lab *lab, unsigned repeat,
                                     cJSON *labs)
{
    struct verify v = {.cli = cli, .lab = lab, .repeat = repeat, .quiet = labs != NULL};
    unsigned ok = 0;
    if (!labs)
        cli_heading(cli, "%s", lab->id);
    enum verify_status status = verify_lab(&v);
    for (unsigned i = 0; i < v.nrows; i++)
        ok += v.rows[i].status == VERIFY_OK;
    if (labs)
        add_rows(labs, &v, status);
    else
        printf("   %u of %u rows hold, each judged %u times\n", ok, v.nrows, repeat);
    verify_free(&v);
    return status;
}

int cmd_verify(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    struct selection selection;
    unsigned long long repeat = REPEAT_DEFAULT;
    const char *asked = invocation_option(inv, "--repeat");
    if (asked && args_number(asked, "--repeat", REPEAT_MAX, &repeat, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return EXIT_USAGE;
    }
    int status = select_labs(cli, inv->args[0], &selection);
    if (status != EXIT_PASS)
        return status;
    cJSON *doc = invocation_option(inv, "--json") ? cJSON_CreateObject() : NULL;
    cJSON *labs = NULL;
    if (doc) {
        cJSON_AddNumberToObject(doc, "version", 1);
        labs = cJSON_AddArrayToObject(doc, "labs");
    }
    for (unsigned i = 0; i < selection.count && !signals.interrupted; i++) {
        enum verify_status one = verify_one(cli, selected(&selection, i), (unsigned)repeat, labs);
        if (one == VERIFY_INTERNAL)
            status = EXIT_INTERNAL;
        else if (one == VERIFY_FAILED && status == EXIT_PASS)
            status = EXIT_FAIL;
    }
    for (unsigned i = 0; selection.all && i < cli->catalog.nbroken; i++) {
        tell_faults(cli, labs, cli->catalog.broken[i].name, cli->catalog.broken[i].err.text);
        status = status == EXIT_PASS ? EXIT_FAIL : status;
    }
    if (doc) {
        cJSON_AddBoolToObject(doc, "ok", status == EXIT_PASS);
        cli_print_json(doc);
    }
    if (signals.interrupted && !doc)
        cli_say(cli, "Stopped before the end.");
    return signals.interrupted ? EXIT_FAIL : status;
}
