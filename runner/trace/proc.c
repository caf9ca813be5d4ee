/* trace/proc: see proc.h; proc(5). */
#include "trace/proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

bool proc_read(pid_t pid, const char *name, struct strbuf *out)
{
    return proc_read_lines(pid, name, SIZE_MAX, out);
}

bool proc_read_lines(pid_t pid, const char *name, size_t most, struct strbuf *out)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n;
    do {
        strbuf_reserve(out, 4096);
        n = read(fd, out->data + out->len, 4096);
        if (n > 0) {
            out->len += (size_t)n;
            out->data[out->len] = '\0';
        }
    } while (n > 0 && out->len < most);
    close(fd);
    if (n > 0) { /* what has come of the next line */
        const char *end = memrchr(out->data, '\n', out->len);
        strbuf_cut(out, end != NULL ? (size_t)(end + 1 - out->data) : 0);
    }
    return n >= 0;
}

int proc_status_number(pid_t pid, const char *key)
{
    struct strbuf text = STRBUF_INIT;
    char start[32];
    int value = 0;
    int len = snprintf(start, sizeof start, "\n%s:", key);
    const char *line = proc_read(pid, "status", &text) ? strstr(text.data, start) : NULL;
    if (line != NULL) {
        const char *at = line + len, *last = at;
        for (; *at != '\n' && *at != '\0'; at++)
            if (*at == '\t' || *at == ' ')
                last = at;
        value = (int)strtol(last, NULL, 10);
    }
    strbuf_free(&text);
    return value;
}

/* What follows the name, which stands in parentheses and may hold any character. */
static const char *behind_name(const char *text)
{
    const char *paren = strrchr(text, ')');
    return paren != NULL && paren[1] == ' ' ? paren + 2 : NULL;
}

char proc_state(pid_t pid)
{
    struct strbuf text = STRBUF_INIT;
    const char *rest = proc_read(pid, "stat", &text) ? behind_name(text.data) : NULL;
    char state = rest != NULL ? rest[0] : '?';
    strbuf_free(&text);
    return state;
}

/* Calls that are not traced, since they have nothing to do with a network, but wait: with a
 * time-out in this argument. `text` is "NUMBER ARGUMENT …", hexadecimal but for the number. */
static bool has_timeout(const char *text)
{
    static const struct {
        long number;
        int argument;
    } waits[] = {{SYS_futex, 3},           {SYS_semtimedop, 3},   {SYS_mq_timedsend, 4},
                 {SYS_mq_timedreceive, 4}, {SYS_io_getevents, 4}, {SYS_rt_sigtimedwait, 2}};
    char *at;
    long number = strtol(text, &at, 10);
    for (size_t i = 0; i < sizeof waits / sizeof waits[0]; i++) {
        if (waits[i].number != number)
            continue;
        unsigned long long value = 0;
        for (int k = 0; k <= waits[i].argument; k++)
            value = strtoull(at, &at, 16);
        return value != 0;
    }
    return false;
}

/* The file of an eye, from its beginning; empty when the thread has gone. */
static void look(int *fd, pid_t tid, const char *name, char *text, size_t size)
{
    if (*fd < 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%d/%s", (int)tid, name);
        *fd = open(path, O_RDONLY | O_CLOEXEC);
    }
    ssize_t n = *fd >= 0 ? pread(*fd, text, size - 1, 0) : 0;
    text[n > 0 ? n : 0] = '\0';
}

void proc_eye_close(struct proc_eye *eye)
{
    if (eye->stat >= 0)
        close(eye->stat);
    if (eye->call >= 0)
        close(eye->call);
    *eye = (struct proc_eye){-1, -1};
}

enum { CALL_TEXT = 256 };

/* It is on a processor, or waits for one. Else `text` is the call that it waits in; empty where the
 * kernel does not tell. */
static bool runs(pid_t tid, struct proc_eye *eye, char text[CALL_TEXT])
{
    look(&eye->call, tid, "syscall", text, CALL_TEXT);
    return strncmp(text, "running", 7) == 0;
}

bool proc_runs(pid_t tid, struct proc_eye *eye)
{
    char text[CALL_TEXT];
    return runs(tid, eye, text);
}

bool proc_sleeps(pid_t tid, struct proc_eye *eye, bool *timed)
{
    char state[512], call[CALL_TEXT];
    *timed = false;
    look(&eye->stat, tid, "stat", state, sizeof state);
    const char *rest = behind_name(state);
    if (rest == NULL || rest[0] != 'S')
        return false;
    /* The kernel makes sure itself that the thread is off its processor before it tells which call
     * it is in (task_current_syscall in lib/syscall.c); it says "running" of all others. */
    if (runs(tid, eye, call))
        return false;
    *timed = call[0] != '\0' && has_timeout(call);
    return true;
}

uint64_t proc_cpu_ms(pid_t pid)
{
    struct strbuf text = STRBUF_INIT;
    unsigned long user = 0, system = 0;
    const char *rest = proc_read(pid, "stat", &text) ? behind_name(text.data) : NULL;
    if (rest != NULL)
        sscanf(rest, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
    strbuf_free(&text);
    return (user + system) * 1000 / (unsigned long)sysconf(_SC_CLK_TCK);
}

uint64_t proc_waited_ns(pid_t tid)
{
    struct strbuf text = STRBUF_INIT;
    unsigned long long waited = 0;
    if (proc_read(tid, "schedstat", &text))
        sscanf(text.data, "%*u %llu", &waited);
    strbuf_free(&text);
    return waited;
}

static uint64_t resident(pid_t pid)
{
    struct strbuf text = STRBUF_INIT;
    unsigned long pages = 0;
    if (proc_read(pid, "statm", &text))
        sscanf(text.data, "%*u %lu", &pages);
    strbuf_free(&text);
    return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* A line "Key:   123 kB", in bytes. */
static uint64_t kilobytes(const struct strbuf *text, const char *key)
{
    const char *line = strstr(text->data, key);
    return line != NULL ? strtoull(line + strlen(key), NULL, 10) * 1024 : 0;
}

uint64_t proc_memory(pid_t pid, enum proc_memory_kind kind)
{
    struct strbuf status = STRBUF_INIT, pages = STRBUF_INIT;
    uint64_t sum = 0;
    if (kind == PROC_MEMORY_QUICK)
        return resident(pid);
    if (proc_read(pid, "status", &status))
        sum = kilobytes(&status, "\nVmPTE:") + kilobytes(&status, "\nVmSwap:") +
              kilobytes(&status, "\nHugetlbPages:");
    if (kind == PROC_MEMORY_EXACT && proc_read(pid, "smaps_rollup", &pages))
        sum += kilobytes(&pages, "\nPss:");
    else
        sum += resident(pid);
    strbuf_free(&status);
    strbuf_free(&pages);
    return sum;
}

bool proc_next_mapping(const char **at, struct proc_mapping *m)
{
    /* start-end mode offset device inode path */
    while (**at != '\0') {
        const char *line = *at, *end = strchrnul(line, '\n');
        char *p;
        *at = *end == '\n' ? end + 1 : end;
        const char *path = memchr(line, '/', (size_t)(end - line));
        if (path == NULL)
            continue;
        m->start = strtoull(line, &p, 16);
        m->end = strtoull(p + 1, &p, 16);
        m->executable = p[3] == 'x';
        m->offset = strtoull(p + 6, NULL, 16);
        m->path = path;
        m->path_len = (size_t)(end - path);
        return true;
    }
    return false;
}
