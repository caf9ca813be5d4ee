/*
 * pty_drive - drives a program on a pseudo terminal by a script, as a person would.
 *
 *     pty_drive [-c COLUMNS] [-r ROWS] [-t SECONDS] SCRIPT COMMAND ARG...
 *
 * The script has one action a line; empty lines and lines that begin with # are skipped:
 *
 *     expect TEXT     wait until TEXT was printed after what the last expect found
 *     lacks TEXT      TEXT was not printed so far, since what the last expect found
 *     type TEXT       type it, and Enter
 *     key TEXT        type it, no Enter; \xHH, \r, \t and \\ as in C: key \x03 is Ctrl-C
 *     size C R        the window gets C columns and R rows
 *     run COMMAND     run it with sh; it must succeed
 *     kill N          send it signal N
 *     exit N          wait for the program's end; its exit status must be N
 *     signal N        wait for the program's end by signal N
 *
 * Colour and cursor codes and carriage returns are taken out before texts are looked for. Nothing
 * sleeps: every wait is for output or for the end, and has the deadline of -t (default 60 s). With
 * -w N no line of the whole session may be wider than N columns. Exit status: 0, or 1 after having
 * told what was waited for and what had been printed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

enum { ESCAPE_NONE, ESCAPE_BEGUN, ESCAPE_CSI, ESCAPE_OSC };

static struct {
    int master;
    pid_t child;
    char *text; /* all that was printed, without codes */
    size_t len, cap;
    size_t matched; /* where the last expect ended */
    int escape;
    bool ended; /* the terminal has no writer any more */
    long deadline_ms;
    const char *script;
    unsigned line;
} d;

static void fail(const char *format, ...)
{
    va_list ap;
    fprintf(stderr, "%s:%u: ", d.script, d.line);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    size_t from = d.len > 3000 ? d.len - 3000 : 0;
    fprintf(stderr, "\n--- printed so far (the last expect ended at byte %zu of %zu):\n", d.matched,
            d.len);
    fwrite(d.text + from, 1, d.len - from, stderr);
    fprintf(stderr, "\n---\n");
    if (d.child > 0)
        kill(d.child, SIGKILL);
    exit(1);
}

static void add_char(char c)
{
    if (d.len + 1 >= d.cap) {
        d.cap = d.cap ? d.cap * 2 : 65536;
        d.text = realloc(d.text, d.cap);
        if (!d.text)
            abort();
    }
    d.text[d.len++] = c;
    d.text[d.len] = '\0';
}

/* Takes out ESC [ … letter, ESC ] … BEL, other two-character codes, CR and BEL. */
static void take(const char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = bytes[i];
        switch (d.escape) {
        case ESCAPE_BEGUN:
            d.escape = c == '[' ? ESCAPE_CSI : c == ']' ? ESCAPE_OSC : ESCAPE_NONE;
            break;
        case ESCAPE_CSI:
            if (c >= '@' && c <= '~')
                d.escape = ESCAPE_NONE;
            break;
        case ESCAPE_OSC:
            if (c == '\a')
                d.escape = ESCAPE_NONE;
            break;
        default:
            if (c == '\033')
                d.escape = ESCAPE_BEGUN;
            else if (c != '\r' && c != '\a')
                add_char(c);
        }
    }
}

static long now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000L + ts.tv_nsec / 1000000L;
}

/* Reads what comes until something was read, the terminal was closed, or `until`. */
static void read_some(long until)
{
    char bytes[4096];
    struct pollfd pfd = {d.master, POLLIN, 0};
    long left = until - now_ms();
    int n = poll(&pfd, 1, left > 0 ? (int)left : 0);
    if (n <= 0)
        return;
    ssize_t got = read(d.master, bytes, sizeof bytes);
    if (got > 0)
        take(bytes, (size_t)got);
    else if (got == 0 || errno == EIO)
        d.ended = true;
}

static void expect(const char *text)
{
    long until = now_ms() + d.deadline_ms;
    for (;;) {
        char *found = d.text ? strstr(d.text + d.matched, text) : NULL;
        if (found) {
            d.matched = (size_t)(found - d.text) + strlen(text);
            return;
        }
        if (d.ended)
            fail("the program ended without printing \"%s\"", text);
        if (now_ms() >= until)
            fail("\"%s\" was not printed within %ld s", text, d.deadline_ms / 1000);
        read_some(until);
    }
}

static void send_bytes(const char *bytes, size_t n)
{
    long until = now_ms() + d.deadline_ms;
    while (n > 0) {
        ssize_t sent = write(d.master, bytes, n);
        if (sent > 0) {
            bytes += sent;
            n -= (size_t)sent;
        } else if (errno != EAGAIN && errno != EINTR) {
            fail("typing failed: %s", strerror(errno));
        } else if (now_ms() >= until) {
            fail("typing took longer than %ld s", d.deadline_ms / 1000);
        } else {
            read_some(now_ms() + 10); /* a program that prints more than it reads */
        }
    }
}

static void send_keys(const char *text)
{
    char out[1024];
    size_t n = 0;
    for (; *text && n < sizeof out; text++) {
        unsigned value;
        if (text[0] != '\\' || !text[1]) {
            out[n++] = *text;
            continue;
        }
        text++;
        if (*text == 'x' && sscanf(text + 1, "%2x", &value) == 1) {
            out[n++] = (char)value;
            text += 2;
        } else {
            out[n++] = *text == 'r' ? '\r' : *text == 't' ? '\t' : *text == 'n' ? '\n' : *text;
        }
    }
    send_bytes(out, n);
}

static int wait_end(void)
{
    long until = now_ms() + d.deadline_ms;
    int status;
    for (;;) {
        pid_t pid = waitpid(d.child, &status, WNOHANG);
        if (pid == d.child)
            break;
        if (now_ms() >= until)
            fail("the program has not ended within %ld s", d.deadline_ms / 1000);
        if (d.ended) {
            struct timespec moment = {0, 1000000}; /* closed its terminal, about to end */
            nanosleep(&moment, NULL);
        } else {
            read_some(now_ms() + 20);
        }
    }
    d.child = 0;
    while (!d.ended && d.len < (64u << 20)) {
        size_t before = d.len;
        read_some(now_ms() + 20);
        if (d.len == before)
            break;
    }
    return status;
}

static void act(char *line)
{
    char *rest = line + strcspn(line, " ");
    if (*rest)
        *rest++ = '\0';
    if (strcmp(line, "expect") == 0) {
        expect(rest);
    } else if (strcmp(line, "lacks") == 0) {
        if (d.text && strstr(d.text + d.matched, rest))
            fail("\"%s\" was printed, and should not have been", rest);
    } else if (strcmp(line, "type") == 0) {
        send_bytes(rest, strlen(rest));
        send_bytes("\r", 1);
    } else if (strcmp(line, "key") == 0) {
        send_keys(rest);
    } else if (strcmp(line, "size") == 0) {
        unsigned short columns = 80, rows = 24;
        sscanf(rest, "%hu %hu", &columns, &rows);
        struct winsize size = {.ws_col = columns, .ws_row = rows};
        ioctl(d.master, TIOCSWINSZ, &size);
    } else if (strcmp(line, "run") == 0) {
        if (system(rest) != 0)
            fail("\"%s\" failed", rest);
    } else if (strcmp(line, "kill") == 0) {
        kill(d.child, atoi(rest));
    } else if (strcmp(line, "exit") == 0) {
        int status = wait_end();
        if (!WIFEXITED(status) || WEXITSTATUS(status) != atoi(rest))
            fail("wanted exit status %s, got wait status 0x%x", rest, (unsigned)status);
    } else if (strcmp(line, "signal") == 0) {
        int status = wait_end();
        if (!WIFSIGNALED(status) || WTERMSIG(status) != atoi(rest))
            fail("wanted to see it ended by signal %s, got wait status 0x%x", rest,
                 (unsigned)status);
    } else {
        fail("there is no action \"%s\"", line);
    }
}

static void check_width(unsigned width)
{
    char *line = d.text;
    while (line && *line) {
        size_t len = strcspn(line, "\n");
        wchar_t wide[4096];
        char saved = line[len];
        line[len] = '\0';
        size_t n = mbstowcs(wide, line, 4096);
        int columns = n == (size_t)-1 ? (int)len : wcswidth(wide, n);
        if (columns > (int)width)
            fail("this line has %d columns, only %u are allowed: %s", columns, width, line);
        line[len] = saved;
        line += len + (saved ? 1 : 0);
    }
}

static void start(char **argv, unsigned short columns, unsigned short rows)
{
    struct winsize size = {.ws_col = columns, .ws_row = rows};
    d.child = forkpty(&d.master, NULL, NULL, &size);
    if (d.child < 0) {
        perror("forkpty");
        exit(1);
    }
    if (d.child == 0) {
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(127);
    }
    fcntl(d.master, F_SETFL, O_NONBLOCK);
    fcntl(d.master, F_SETFD, FD_CLOEXEC);
}

int main(int argc, char **argv)
{
    unsigned short columns = 80, rows = 24;
    unsigned width = 0;
    int option;
    setlocale(LC_ALL, "C.UTF-8");
    d.deadline_ms = 60000;
    while ((option = getopt(argc, argv, "+c:r:t:w:")) != -1) {
        if (option == 'c')
            columns = (unsigned short)atoi(optarg);
        else if (option == 'r')
            rows = (unsigned short)atoi(optarg);
        else if (option == 't')
            d.deadline_ms = atol(optarg) * 1000;
        else if (option == 'w')
            width = (unsigned)atoi(optarg);
        else
            return 2;
    }
    if (argc - optind < 2) {
        fprintf(stderr, "usage: pty_drive [-c COLUMNS] [-r ROWS] [-t SECONDS] [-w WIDTH] SCRIPT "
                        "COMMAND ARG...\n");
        return 2;
    }
    d.script = argv[optind];
    FILE *script = fopen(d.script, "re");
    if (!script) {
        perror(d.script);
        return 2;
    }
    start(argv + optind + 1, columns, rows);
    char *line = NULL;
    size_t cap = 0;
    while (getline(&line, &cap, script) > 0) {
        d.line++;
        line[strcspn(line, "\n")] = '\0';
        if (*line && *line != '#')
            act(line);
    }
    if (d.child > 0)
        fail("the script is over, and the program still runs");
    if (width)
        check_width(width);
    free(line);
    free(d.text);
    fclose(script);
    return 0;
}
