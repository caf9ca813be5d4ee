/* cli/input - lines from a terminal or a pipe. */
#include "cli/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/complete.h"
#include "cli/signals.h"

enum { HISTORY_MAX = 1000 };

static char *history_path; /* NULL: not kept */
static bool use_history;

/* Set by readline's callback. */
static char *typed;
static bool typed_done;

static void on_line(char *line)
{
    typed = line;
    typed_done = true;
    rl_callback_handler_remove();
}

/* --- a terminal --- */

/* Ctrl-Z at the prompt: the terminal must be in its ordinary state while the shell has it. */
static void suspend(void)
{
    signals.suspended = 0;
    rl_deprep_terminal();
    signal(SIGTSTP, SIG_DFL);
    raise(SIGTSTP);
    sigset_t set, old;
    sigemptyset(&set);
    sigaddset(&set, SIGTSTP);
    sigprocmask(SIG_UNBLOCK, &set, &old); /* stops here */
    sigprocmask(SIG_SETMASK, &old, NULL);
    rl_prep_terminal(1);
    rl_forced_update_display();
}

/* What a signal means while a line is being typed. True: stop reading. */
static bool handle_signals(struct cli *cli)
{
    if (signals.resized) {
        signals.resized = 0;
        term_resize(&cli->term);
        rl_resize_terminal();
    }
    if (signals.suspended)
        suspend();
    return signals.interrupted || signals.terminated;
}

/* What goes on beside the line that is typed, if anything. */
struct beside {
    void (*turn)(void *arg);
    void *arg;
};

static enum { NOT_TYPING, TYPING, LINE_CLEARED } typing;

void input_above(void)
{
    if (typing != TYPING)
        return;
    rl_clear_visible_line();
    fflush(rl_outstream);
    typing = LINE_CLEARED;
}

static void take_turn(const struct beside *beside)
{
    typing = TYPING;
    beside->turn(beside->arg);
    if (typing == LINE_CLEARED) {
        fflush(stdout);
        rl_forced_update_display();
    }
    typing = NOT_TYPING;
}

/* Waits for a key with the signals let through only while it waits, so that none is missed. */
static void read_keys(struct cli *cli, const sigset_t *open_mask, const struct beside *beside)
{
    static const struct timespec at_once = {0, 0};
    while (!typed_done && !handle_signals(cli)) {
        struct pollfd pfd = {STDIN_FILENO, POLLIN, 0};
        int n = ppoll(&pfd, 1, beside != NULL ? &at_once : NULL, open_mask);
        if (n > 0)
            rl_callback_read_char();
        else if (beside != NULL && n == 0)
            take_turn(beside);
    }
}

static enum input_status terminal_line(struct cli *cli, const char *prompt, struct strbuf *line,
                                       const struct beside *beside)
{
    static const int held[] = {SIGINT, SIGTERM, SIGHUP, SIGWINCH, SIGTSTP};
    struct sigaction stop, old_stop;
    sigset_t block, open_mask;
    sigaction(SIGINT, NULL, &stop); /* the same handler */
    sigaction(SIGTSTP, &stop, &old_stop);
    sigemptyset(&block);
    for (size_t i = 0; i < sizeof held / sizeof held[0]; i++)
        sigaddset(&block, held[i]);
    sigprocmask(SIG_BLOCK, &block, &open_mask);

    typed = NULL;
    typed_done = false;
    signals.interrupted = 0;
    fflush(stdout);
    rl_callback_handler_install(prompt, on_line);
    read_keys(cli, &open_mask, beside);

    enum input_status status = INPUT_LINE;
    if (!typed_done) {
        status = signals.terminated ? INPUT_END : INPUT_INTERRUPTED;
        rl_callback_sigcleanup();
        /* Before the handler goes: with bracketed paste it leaves the cursor at the line's start.
         */
        fputs(signals.terminated ? "" : "^C", rl_outstream);
        rl_replace_line("", 0);
        rl_callback_handler_remove();
        fputs("\n", rl_outstream);
        fflush(rl_outstream);
    } else if (!typed) {
        status = INPUT_END;
    } else {
        strbuf_puts(line, typed);
    }
    free(typed);
    sigaction(SIGTSTP, &old_stop, NULL);
    sigprocmask(SIG_SETMASK, &open_mask, NULL);
    signals.interrupted = 0;
    return status;
}

/* --- a pipe or file --- */

static enum input_status stream_line(struct cli *cli, struct strbuf *line)
{
    size_t length = 0;
    bool zero = false;
    char c;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, &c, 1);
        if (n < 0 && errno == EINTR && !signals.interrupted)
            continue;
        if (n < 0 && errno != EINTR)
            cli_error(cli, "The input cannot be read: %s.", strerror(errno));
        if (n <= 0 && signals.interrupted && !signals.terminated)
            return INPUT_INTERRUPTED;
        if (n < 0 || (n == 0 && length == 0))
            return INPUT_END;
        if (n == 0 || c == '\n')
            break;
        zero |= c == '\0';
        if (length++ < INPUT_LINE_MAX)
            strbuf_putc(line, c);
    }
    if (length > INPUT_LINE_MAX)
        cli_error(cli, "A line of %zu bytes is too long; at most %d are read.", length,
                  INPUT_LINE_MAX);
    else if (zero)
        cli_error(cli, "A line with a zero byte in it is no command.");
    else
        return INPUT_LINE;
    strbuf_cut(line, 0);
    return INPUT_BAD;
}

enum input_status input_line(struct cli *cli, const char *prompt, struct strbuf *line)
{
    strbuf_cut(line, 0);
    if (!cli->term.in_tty || !cli->term.out_tty)
        return stream_line(cli, line);
    complete_use(use_history ? cli : NULL);
    enum input_status status = terminal_line(cli, prompt, line, NULL);
    if (status == INPUT_LINE && line->len > INPUT_LINE_MAX) {
        cli_error(cli, "That line is too long; at most %d bytes are read.", INPUT_LINE_MAX);
        return INPUT_BAD;
    }
    return status;
}

enum input_status input_line_beside(struct cli *cli, const char *prompt, struct strbuf *line,
                                    void (*turn)(void *arg), void *arg)
{
    const struct beside beside = {turn, arg};
    strbuf_cut(line, 0);
    complete_use(NULL);
    return terminal_line(cli, prompt, line, &beside);
}

/* --- history --- */

static char *state_dir(void)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    if (state && state[0] == '/')
        return mem_format("%s/socklings", state);
    if (home && home[0] == '/')
        return mem_format("%s/.local/state/socklings", home);
    return NULL;
}

void input_history_open(struct cli *cli)
{
    rl_readline_name = "socklings";
    rl_catch_signals = 0; /* cli/signals does */
    rl_catch_sigwinch = 0;
    rl_change_environment = 0; /* readline would set LINES and COLUMNS for every program we start */
    use_history = true;
    if (!cli->term.in_tty || !cli->term.out_tty)
        return;
    using_history();
    stifle_history(HISTORY_MAX);
    char *dir = state_dir();
    if (!dir)
        return;
    char *path = file_join(dir, "history");
    if (file_make_dirs(dir, 0700, NULL) == 0) {
        int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
        if (fd >= 0) {
            close(fd);
            read_history(path);
            history_truncate_file(path, HISTORY_MAX);
            history_path = path;
            path = NULL;
        }
    }
    free(path);
    free(dir);
}

void input_history_add(const char *line)
{
    HIST_ENTRY *last = history_length > 0 ? history_get(history_base + history_length - 1) : NULL;
    if (!*line || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    if (history_path)
        append_history(1, history_path);
}

void input_history_use(bool on)
{
    use_history = on;
}
