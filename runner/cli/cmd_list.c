/* cli: list and progress - the labs by part, and what is done of them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/text.h"
#include "base/utf8.h"
#include "cli/handlers.h"
#include "cli/step.h"

static const char *part_title(unsigned part)
{
    static const char *const titles[] = {
        NULL, "Finding a machine and a program", "UDP", "TCP", "On the wire",
    };
    return part < sizeof titles / sizeof titles[0] && titles[part] ? titles[part] : "More";
}

/* How far a lab is; a copy, since what workspace_progress returns lives until the next call only.
 */
struct standing {
    bool started, passed, gave_up;
    bool reset; /* passed, and the starter has been put back since */
    unsigned steps_passed, steps, hints, checks, quiz_right, quiz_asked, quiz;
    long long seconds;
};

static bool step_passed(const struct progress *p, const char *id)
{
    for (unsigned i = 0; i < p->nsteps; i++)
        if (strcmp(p->steps[i].id, id) == 0)
            return p->steps[i].passed;
    return false;
}

static struct standing lab_standing(struct cli *cli, const struct lab *lab)
{
    const struct progress *p = workspace_progress(cli->workspace, lab);
    struct standing s = {.started = p->started,
                         .passed = p->passed,
                         .gave_up = p->gave_up,
                         .steps = lab->nsteps,
                         .checks = p->checks,
                         .quiz_right = p->quiz_right,
                         .quiz_asked = p->quiz_asked,
                         .quiz = lab->nquiz > p->quiz_asked ? lab->nquiz : p->quiz_asked,
                         .seconds = p->seconds};
    for (unsigned i = 0; i < lab->nsteps; i++)
        s.steps_passed += step_passed(p, lab->steps[i].id) ? 1 : 0;
    for (unsigned i = 0; i < p->nsteps; i++)
        s.hints += p->steps[i].hints;
    s.reset = s.passed && step_is_starter(cli, lab);
    return s;
}

static const char *state_name(const struct standing *s)
{
    return s->passed ? "passed" : s->started ? "started" : "new";
}

static void print_part(struct cli *cli, unsigned part)
{
    cli_heading(cli, "Part %u%s%s", part, cli->term.look.utf8 ? " · " : ": ", part_title(part));
}

/* The mark of the lab's state, coloured; always one column. */
static void print_mark(struct cli *cli, const struct standing *s)
{
    const struct term *t = &cli->term;
    if (s->passed)
        printf(" %s%s%s ", look_on(&t->look, LOOK_GOOD), term_mark_done(t), look_off(&t->look));
    else
        printf(" %s ", s->started ? ">" : term_mark_open(t));
}

/* Columns of the longest id, so that what follows stands below each other. */
static unsigned id_columns(const struct cli *cli)
{
    size_t longest = 0;
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        size_t len = strlen(cli->catalog.labs[i]->id);
        longest = len > longest ? len : longest;
    }
    return longest > 40 ? 40 : (unsigned)longest;
}

/* Text that begins at a column where the cursor already stands; wrapped lines are indented to it.
 */
static void print_beside(struct cli *cli, const char *text, unsigned column)
{
    struct strbuf out = STRBUF_INIT, pad = STRBUF_INIT;
    strbuf_pad(&pad, ' ', column);
    text_wrap(&out, text, look_width(&cli->term.look), pad.data, pad.data);
    fputs(out.data + column, stdout);
    strbuf_free(&out);
    strbuf_free(&pad);
}

/* Behind the mark, on a terminal too narrow for a table: nothing wider than the line. */
static void print_narrow(struct cli *cli, const char *id, const char *state)
{
    size_t room = (size_t)cli->term.look.width - 3, len = strlen(id);
    printf("%.*s", (int)(len < room ? len : room), id);
    if (*state != '\0')
        printf(len + 1 + strlen(state) <= room ? " %s" : "\n   %s", state);
    putchar('\n');
}

static void list_lab(struct cli *cli, const struct lab *lab, unsigned width)
{
    struct standing s = lab_standing(cli, lab);
    char state[32] = "";
    print_mark(cli, &s);
    if (s.passed)
        snprintf(state, sizeof state, "done");
    else if (s.started)
        snprintf(state, sizeof state, "%u/%u", s.steps_passed, s.steps);
    if ((unsigned)cli->term.look.width < width + 30) {
        print_narrow(cli, lab->id, state);
        return;
    }
    printf("%-*s  %-5s  ", (int)width, lab->id, state);
    print_beside(cli, lab->title, width + 12);
}

static void tell_broken(struct cli *cli)
{
    for (unsigned i = 0; i < cli->catalog.nbroken; i++)
        cli_error(cli, "%s cannot be used: %s", cli->catalog.broken[i].name,
                  cli->catalog.broken[i].err.text);
}

/* What list and progress say of a lab alike. */
static cJSON *lab_json(struct cli *cli, const struct lab *lab, struct standing *s)
{
    cJSON *o = cJSON_CreateObject();
    *s = lab_standing(cli, lab);
    cJSON_AddStringToObject(o, "id", lab->id);
    cJSON_AddNumberToObject(o, "number", lab->number);
    cJSON_AddStringToObject(o, "title", lab->title);
    cJSON_AddNumberToObject(o, "part", lab->part);
    cJSON_AddStringToObject(o, "state", state_name(s));
    cJSON_AddNumberToObject(o, "steps_passed", s->steps_passed);
    cJSON_AddNumberToObject(o, "steps_total", s->steps);
    const struct progress *p = workspace_progress(cli->workspace, lab);
    cJSON *steps = cJSON_AddArrayToObject(o, "steps");
    for (unsigned i = 0; i < lab->nsteps; i++) {
        cJSON *step = cJSON_CreateObject();
        cJSON_AddStringToObject(step, "id", lab->steps[i].id);
        cJSON_AddStringToObject(step, "title", lab->steps[i].title);
        cJSON_AddBoolToObject(step, "passed", step_passed(p, lab->steps[i].id));
        cJSON_AddItemToArray(steps, step);
    }
    return o;
}

static int list_json(struct cli *cli)
{
    cJSON *doc = cJSON_CreateObject();
    cJSON_AddNumberToObject(doc, "version", 1);
    cJSON *labs = cJSON_AddArrayToObject(doc, "labs");
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        const struct lab *lab = cli->catalog.labs[i];
        struct standing s;
        cJSON *o = lab_json(cli, lab, &s);
        cJSON_AddStringToObject(o, "summary", lab->summary);
        cJSON_AddNumberToObject(o, "points", lab->points);
        cJSON *programs = cJSON_AddArrayToObject(o, "programs");
        for (unsigned k = 0; k < lab->nprograms; k++) {
            cJSON *program = cJSON_CreateObject();
            cJSON_AddStringToObject(program, "role", lab->programs[k].role);
            cJSON_AddStringToObject(program, "source", lab->programs[k].source);
            cJSON_AddStringToObject(program, "usage", lab->programs[k].usage);
            cJSON_AddItemToArray(programs, program);
        }
        cJSON_AddItemToArray(labs, o);
    }
    cJSON *broken = cJSON_AddArrayToObject(doc, "broken");
    for (unsigned i = 0; i < cli->catalog.nbroken; i++) {
        cJSON *o = cJSON_CreateObject();
        cJSON_AddStringToObject(o, "name", cli->catalog.broken[i].name);
        cJSON_AddStringToObject(o, "error", cli->catalog.broken[i].err.text);
        cJSON_AddItemToArray(broken, o);
    }
    cli_print_json(doc);
    return EXIT_PASS;
}

int cmd_list(struct cli *cli, const struct invocation *inv)
{
    if (invocation_option(inv, "--json"))
        return list_json(cli);
    unsigned part = 0, width = id_columns(cli);
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        const struct lab *lab = cli->catalog.labs[i];
        if (lab->part != part) {
            if (part)
                putchar('\n');
            print_part(cli, part = lab->part);
        }
        list_lab(cli, lab, width);
    }
    if (cli->catalog.nlabs == 0)
        cli_say(cli, "There are no labs in %s.", cli->paths.labs);
    tell_broken(cli);
    return EXIT_PASS;
}

/* --- progress --- */

static int progress_json(struct cli *cli)
{
    cJSON *doc = cJSON_CreateObject();
    cJSON_AddNumberToObject(doc, "version", 1);
    const char *current = workspace_current(cli->workspace);
    if (current)
        cJSON_AddStringToObject(doc, "current", current);
    else
        cJSON_AddNullToObject(doc, "current");
    cJSON *labs = cJSON_AddArrayToObject(doc, "labs");
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        struct standing s;
        cJSON *o = lab_json(cli, cli->catalog.labs[i], &s);
        cJSON_AddNumberToObject(o, "checks", s.checks);
        cJSON_AddNumberToObject(o, "hints", s.hints);
        cJSON_AddNumberToObject(o, "seconds", (double)s.seconds);
        cJSON_AddNumberToObject(o, "quiz_right", s.quiz_right);
        cJSON_AddNumberToObject(o, "quiz_asked", s.quiz_asked);
        cJSON_AddBoolToObject(o, "gave_up", s.gave_up);
        cJSON_AddItemToArray(labs, o);
    }
    cli_print_json(doc);
    return EXIT_PASS;
}

static void describe(const struct standing *s, struct strbuf *out)
{
    if (s->passed && s->reset)
        strbuf_printf(out, "done; %u of %u steps since the reset",
                      s->steps_passed < s->steps ? s->steps_passed : 0, s->steps);
    else if (s->passed && s->steps_passed < s->steps)
        strbuf_printf(out, "done; %u of %u steps at the last check", s->steps_passed, s->steps);
    else
        strbuf_printf(out, "%u of %u steps", s->steps_passed, s->steps);
    if (s->checks) {
        strbuf_puts(out, ", ");
        text_count(out, s->checks, "check", "checks");
    }
    if (s->hints) {
        strbuf_puts(out, ", ");
        text_count(out, s->hints, "hint", "hints");
    }
    if (s->quiz_asked)
        strbuf_printf(out, ", quiz %u/%u", s->quiz_right, s->quiz);
    if (s->seconds) {
        strbuf_puts(out, ", ");
        cli_duration(s->seconds, out);
    }
    if (s->gave_up && !s->passed)
        strbuf_puts(out, ", solution seen");
}

static void progress_lab(struct cli *cli, const struct lab *lab, const struct standing *s,
                         unsigned width)
{
    struct strbuf text = STRBUF_INIT;
    describe(s, &text);
    print_mark(cli, s);
    if ((unsigned)cli->term.look.width < width + 30) {
        print_narrow(cli, lab->id, "");
        struct strbuf lines = STRBUF_INIT;
        text_wrap(&lines, text.data, look_width(&cli->term.look), "   ", "   ");
        fputs(lines.data, stdout);
        strbuf_free(&lines);
    } else {
        printf("%-*s  ", (int)width, lab->id);
        print_beside(cli, text.data, width + 5);
    }
    strbuf_free(&text);
}

int cmd_progress(struct cli *cli, const struct invocation *inv)
{
    if (invocation_option(inv, "--json"))
        return progress_json(cli);
    unsigned part = 0, width = id_columns(cli), done = 0;
    long long seconds = 0;
    for (unsigned i = 0; i < cli->catalog.nlabs; i++) {
        const struct lab *lab = cli->catalog.labs[i];
        struct standing s = lab_standing(cli, lab);
        done += s.passed ? 1 : 0;
        seconds += s.seconds;
        if (lab->part != part)
            print_part(cli, part = lab->part);
        progress_lab(cli, lab, &s, width);
    }
    struct strbuf total = STRBUF_INIT;
    strbuf_printf(&total, "%u of ", done);
    text_count(&total, cli->catalog.nlabs, "lab", "labs");
    strbuf_puts(&total, " done");
    if (seconds) {
        strbuf_puts(&total, ", ");
        cli_duration(seconds, &total);
        strbuf_puts(&total, " at work");
    }
    cli_say(cli, "%s.", total.data);
    strbuf_free(&total);
    tell_broken(cli);
    return EXIT_PASS;
}
