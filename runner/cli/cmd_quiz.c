/* cli: quiz - the lab's questions, each answer explained. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "check/sessions.h"
#include "cli/handlers.h"
#include "cli/input.h"
#include "cli/signals.h"

static void print_wrapped(struct cli *cli, const char *text, const char *first, const char *rest)
{
    struct strbuf out = STRBUF_INIT;
    text_wrap(&out, text, look_width(&cli->term.look), first, rest);
    fputs(out.data, stdout);
    strbuf_free(&out);
}

/* What happens before the line that is to be predicted. */
static void show_session(const struct lab_question *q)
{
    if (q->nsession == 0)
        return;
    putchar('\n');
    for (unsigned i = 0; i + 1 < q->nsession; i++)
        printf("    %s\n", q->session[i]);
    printf("    ?\n\n");
}

static void ask(struct cli *cli, const struct lab_question *q, unsigned number, unsigned count)
{
    putchar('\n');
    cli_heading(cli, "Question %u of %u", number, count);
    print_wrapped(cli, q->question, NULL, NULL);
    show_session(q);
    for (unsigned i = 0; i < q->nchoices; i++) {
        char letter[16];
        snprintf(letter, sizeof letter, "  %c) ", (char)('a' + i));
        print_wrapped(cli, q->choices[i], letter, "     ");
    }
}

/* The choice a line names: its letter, in either case, with or without ")"; -1: none. */
static int parse_choice(const char *line, unsigned nchoices)
{
    while (isspace((unsigned char)*line))
        line++;
    int choice = tolower((unsigned char)*line) - 'a';
    if (choice < 0 || choice >= (int)nchoices)
        return -1;
    line++;
    if (*line == ')' || *line == '.')
        line++;
    while (isspace((unsigned char)*line))
        line++;
    return *line ? -1 : choice;
}

/* Asks until there is an answer. -1: the learner leaves. */
static int read_choice(struct cli *cli, const struct lab_question *q)
{
    struct strbuf line = STRBUF_INIT;
    int choice = -1;
    char prompt[32];
    char last = (char)('a' + q->nchoices - 1);
    snprintf(prompt, sizeof prompt, "a-%c > ", last);
    for (;;) {
        enum input_status got = input_line(cli, prompt, &line);
        if (got == INPUT_END || got == INPUT_INTERRUPTED)
            break;
        choice = got == INPUT_LINE ? parse_choice(line.data, q->nchoices) : -1;
        if (choice >= 0)
            break;
        cli_say(cli, "Please answer with a letter from a to %c; Ctrl-D leaves the quiz.", last);
    }
    strbuf_free(&line);
    return choice;
}

static bool tell_answer(struct cli *cli, const struct lab_question *q, unsigned choice)
{
    bool right = choice == q->answer;
    if (right)
        printf("%s%s right%s\n", look_on(&cli->term.look, LOOK_GOOD), term_mark_done(&cli->term),
               look_off(&cli->term.look));
    else
        printf("%s%s the answer is %c%s\n", look_on(&cli->term.look, LOOK_BAD),
               term_mark_failed(&cli->term), (char)('a' + q->answer), look_off(&cli->term.look));
    print_wrapped(cli, q->explain, NULL, NULL);
    return right;
}

/* Runs what was to be predicted, with the lab's solution, and shows the line that came. */
static void show_real_run(struct cli *cli, const struct lab *lab, const struct lab_question *q)
{
    struct check_request request = {.lab = lab,
                                    .source_dir = lab->dir,
                                    .lib_dir = cli->paths.lib,
                                    .lib_archive = cli->paths.lib_archive,
                                    .interrupted = &signals.interrupted};
    struct strbuf difference = STRBUF_INIT;
    struct error err = {""};
    if (q->nsession == 0)
        return;
    struct lesson *lesson = lesson_of_session(q->session, q->nsession, q->hosts, lab->file, &err);
    if (lesson == NULL)
        return;
    switch (check_session(cli->loop, &request, &lesson->sessions[0], &difference, &err)) {
    case SESSION_SAME:
        printf("\n    %s\n\nThat is what a run just now printed.\n", q->session[q->nsession - 1]);
        break;
    case SESSION_DIFFERS:
        printf("\nA run just now came out differently: %s\n", difference.data);
        break;
    case SESSION_INTERNAL:
        printf("\nIt could not be run here (%s); it would print\n\n    %s\n", err.text,
               q->session[q->nsession - 1]);
        break;
    }
    strbuf_free(&difference);
    lesson_free(lesson);
}

int cmd_quiz(struct cli *cli, const struct invocation *inv)
{
    struct error err;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    unsigned right = 0, asked = 0;
    if (!lab)
        return EXIT_USAGE;
    while (asked < lab->nquiz) {
        const struct lab_question *q = &lab->quiz[asked];
        ask(cli, q, asked + 1, lab->nquiz);
        int choice = read_choice(cli, q);
        if (choice < 0)
            break;
        asked++;
        show_real_run(cli, lab, q);
        right += tell_answer(cli, q, (unsigned)choice) ? 1 : 0;
    }
    if (asked < lab->nquiz && cli->term.in_tty)
        putchar('\n');
    printf("\n%u of %u right", right, asked);
    printf(asked < lab->nquiz ? "; %u not asked.\n" : ".\n", lab->nquiz - asked);
    if (asked && workspace_note_quiz(cli->workspace, lab, right, asked, &err) < 0)
        cli_error(cli, "The result could not be noted: %s", err.text);
    return EXIT_PASS;
}
