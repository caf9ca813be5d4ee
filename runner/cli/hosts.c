/*
 * cli/hosts: see hosts.h.
 *
 *  - A line "alice$ COMMAND" runs a command in that terminal, "alice> TEXT" types into it, as a
 *    lesson shows it. A line without either is typed into the terminal used last.
 *  - What a terminal prints stands behind its name, above the line that is being typed.
 *  - Where input is no terminal, the next line is read when everything has become quiet, so that a
 *    file of lines plays the same every time.
 */
#include "cli/hosts.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/mem.h"
#include "catalog/network.h"
#include "cli/input.h"
#include "cli/signals.h"
#include "scene/console.h"

enum { LOOK_MS = 20, QUIET_MOST_MS = 10000 };

struct player {
    struct cli *cli;
    struct console *console;
    const struct hosts_setup *setup;
    char *current;  /* terminal used last */
    char *printing; /* whose line is not ended yet; NULL: none */
};

static void use(char **slot, const char *name)
{
    char *copy = mem_string(name);
    free(*slot);
    *slot = copy;
}

/* --- what terminals print --- */

static void end_line(struct player *p)
{
    if (p->printing != NULL)
        putchar('\n');
    free(p->printing);
    p->printing = NULL;
}

static void show_line(struct player *p, const char *terminal, const char *line, size_t len)
{
    const struct look *look = &p->cli->term.look;
    struct strbuf shown = STRBUF_INIT;
    if (p->printing == NULL || strcmp(p->printing, terminal) != 0) {
        end_line(p);
        printf("%s%s %s%s ", look_on(look, LOOK_DIM), terminal, look->utf8 ? "│" : "|",
               look_off(look));
        use(&p->printing, terminal);
    }
    bytes_escape_lines(&shown, line, len);
    fwrite(shown.data, 1, shown.len, stdout);
    strbuf_free(&shown);
}

static void on_news(void *arg, const char *terminal, const char *data, size_t len,
                    const char *ended)
{
    struct player *p = arg;
    const struct look *look = &p->cli->term.look;
    input_above();
    while (len > 0) {
        const char *end = memchr(data, '\n', len);
        size_t n = end != NULL ? (size_t)(end - data) : len;
        show_line(p, terminal, data, n > 0 && data[n - 1] == '\r' ? n - 1 : n);
        if (end != NULL) {
            end_line(p);
            n++;
        }
        data += n;
        len -= n;
    }
    if (ended != NULL) {
        end_line(p);
        printf("%s%s: ended (%s)%s\n", look_on(look, LOOK_DIM), terminal, ended, look_off(look));
    }
}

/* One turn of the loop; also while a line is typed. */
static void turn(void *arg)
{
    struct player *p = arg;
    loop_step(p->cli->loop, clock_now() + LOOK_MS * CLOCK_MS);
    if (console_news(p->console, on_news, p) && p->cli->term.in_tty && p->cli->term.out_tty)
        end_line(p);
}

/* Until everybody sleeps; where nobody watches, until nothing happens any more by itself. Somebody
 * who is busy for ever is not waited for. */
static void settle(struct player *p)
{
    bool watched = p->cli->term.in_tty && p->cli->term.out_tty;
    int64_t until = clock_now() + QUIET_MOST_MS * CLOCK_MS;
    do {
        turn(p);
    } while (!(watched ? console_quiet(p->console) : console_over(p->console)) &&
             !signals.interrupted && clock_now() < until);
    turn(p);
    fflush(stdout);
}

/* --- what is typed --- */

static void help(struct player *p)
{
    cli_say(p->cli,
            "alice$ COMMAND runs a command on the host alice (alice-2$ in a second terminal "
            "of it). alice> TEXT types TEXT there; a line without a name goes to %s. "
            "alice> ^D ends its input, alice> ^C stops it. wire$ drop udp 1 gives the wire "
            "a rule; wire$ clear ends all. Ctrl-D leaves.",
            p->current);
}

/* "NAME$ TEXT" or "NAME> TEXT". False: neither. */
static bool split(const char *line, char **name, char *mark, const char **text)
{
    size_t len = 0;
    while (isalnum((unsigned char)line[len]) || line[len] == '-' || line[len] == '_')
        len++;
    if (len == 0 || (line[len] != '$' && line[len] != '>') ||
        (line[len + 1] != ' ' && line[len + 1] != '\0'))
        return false;
    *name = mem_format("%.*s", (int)len, line);
    *mark = line[len];
    *text = line + len + 1;
    while (**text == ' ')
        ++*text;
    return true;
}

static int type_line(struct player *p, const char *terminal, const char *text, struct error *err)
{
    if (strcmp(text, "^D") == 0)
        return console_end_input(p->console, terminal, err);
    if (strcmp(text, "^C") == 0)
        return console_type(p->console, terminal, "\003", 1, err);
    char *line = mem_format("%s\n", text);
    int rc = console_type(p->console, terminal, line, strlen(line), err);
    free(line);
    return rc;
}

static int carry_out(struct player *p, const char *line, struct error *err)
{
    char *name, mark;
    const char *text;
    int rc;
    if (!split(line, &name, &mark, &text))
        return type_line(p, p->current, line, err);
    if (strcmp(name, "wire") == 0 && !console_knows(p->console, name)) {
        rc = console_wire(p->console, text, err);
    } else if (mark == '$') {
        rc = *text != '\0' ? console_run(p->console, name, text, err) : 0;
        if (rc == 0 && console_knows(p->console, name))
            use(&p->current, name);
    } else {
        rc = type_line(p, name, text, err);
        if (rc == 0)
            use(&p->current, name);
    }
    free(name);
    return rc;
}

static void play_line(struct player *p, const char *line)
{
    struct error err;
    if (strcmp(line, "?") == 0 || strcmp(line, "help") == 0)
        help(p);
    else if (carry_out(p, line, &err) != 0)
        cli_error(p->cli, "%s.", err.text);
}

/* --- the lab's own programs --- */

static bool is_loopback(const char *text)
{
    return strcmp(text, "127.0.0.1") == 0 || strcmp(text, "localhost") == 0 ||
           strcmp(text, "::1") == 0;
}

static bool calls_others(const struct lab_program *program)
{
    for (unsigned i = 0; i < program->nexample; i++)
        if (is_loopback(program->example[i]))
            return true;
    return false;
}

/* Which program that one calls: the last before it that calls nobody itself. */
static unsigned called_by(const struct lab *lab, unsigned index)
{
    unsigned called = 0;
    for (unsigned i = 0; i < index; i++)
        if (!calls_others(&lab->programs[i]))
            called = i;
    return called;
}

/* The lab's example, each program on the next host; the host of the one that is called takes the
 * place of the loopback. */
static void start_example(struct player *p, unsigned index)
{
    const struct lab_program *program = &p->setup->lab->programs[index];
    const struct network *net = p->setup->network;
    unsigned called = called_by(p->setup->lab, index) % net->nhosts;
    const char *host = net->hosts[index % net->nhosts].name;
    struct strbuf command = STRBUF_INIT;
    struct error err;
    strbuf_printf(&command, "./%s", p->setup->programs[index].name);
    for (unsigned i = 0; i < program->nexample; i++) {
        strbuf_putc(&command, ' ');
        cli_quote(&command,
                  is_loopback(program->example[i]) ? net->hosts[called].name : program->example[i]);
    }
    end_line(p);
    printf("%s%s$%s %s\n", look_on(&p->cli->term.look, LOOK_BOLD), host,
           look_off(&p->cli->term.look), command.data);
    if (console_run(p->console, host, command.data, &err) != 0)
        cli_error(p->cli, "%s.", err.text);
    else
        use(&p->current, host);
    strbuf_free(&command);
    settle(p);
}

/* Ctrl-C goes to the program in the terminal used last. */
static void interrupt(struct player *p)
{
    struct error err;
    if (console_type(p->console, p->current, "\003", 1, &err) != 0)
        cli_say(p->cli, "Nothing runs in %s. Ctrl-D leaves.", p->current);
}

static void play(struct player *p)
{
    struct strbuf line = STRBUF_INIT;
    for (unsigned i = 0; i < p->setup->lab->nprograms && !signals.interrupted; i++)
        start_example(p, i);
    bool terminal = p->cli->term.in_tty && p->cli->term.out_tty;
    for (;;) {
        char *prompt = mem_format("%s> ", p->current);
        enum input_status status = terminal ? input_line_beside(p->cli, prompt, &line, turn, p)
                                            : input_line(p->cli, prompt, &line);
        free(prompt);
        if (status == INPUT_END)
            break;
        if (status == INPUT_INTERRUPTED && !signals.terminated)
            interrupt(p);
        else if (status == INPUT_LINE && line.len > 0)
            play_line(p, line.data);
        if (!terminal) /* there it goes on while the next line is typed */
            settle(p);
        if (signals.terminated)
            break;
    }
    strbuf_free(&line);
}

int hosts_play(struct cli *cli, const struct hosts_setup *setup)
{
    const struct scene_script script = {.network = setup->network};
    struct scene_setup scene = {.script = &script,
                                .programs = setup->programs,
                                .nprograms = setup->nprograms,
                                .limits = {.wall_ms = UINT_MAX, /* none ends it */
                                           .cpu_ms = 3600 * 1000,
                                           .processes = 1000,
                                           .output_bytes = SIZE_MAX,
                                           .file_bytes = (size_t)16 << 30},
                                .tier = setup->tier,
                                .packets = setup->lab->needs_packets,
                                .seed = 1};
    struct player p = {.cli = cli, .setup = setup};
    struct error err;
    p.console = console_open(cli->loop, &scene, &err);
    if (p.console == NULL) {
        cli_error(cli, "%s.", err.text);
        return EXIT_INTERNAL;
    }
    use(&p.current, setup->network->hosts[0].name);
    play(&p);
    end_line(&p);
    console_close(p.console);
    free(p.current);
    return EXIT_PASS;
}
