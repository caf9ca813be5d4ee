/* scene/actions_file: looking at what programs have left in their folder. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "scene/actions.h"

enum { CHUNK = 65536, WINDOW = 64, WINDOW_BEFORE = 32 };

struct opened {
    int fd;
    uint64_t size;
    const struct strbuf *wanted;
};

/* Reads up to len bytes from there on; less only at the end, also of a file that has become shorter
 * meanwhile. -1 and errno. */
static ssize_t read_at(int fd, char *to, size_t len, uint64_t from)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(fd, to + got, len - got, (off_t)(from + got));
        if (n < 0 && errno != EINTR)
            return -1;
        if (n == 0)
            break;
        got += n > 0 ? (size_t)n : 0;
    }
    return (ssize_t)got;
}

/* How many bytes from the start are as wanted: up to the end of the shorter one when all are. */
static int64_t same_bytes(struct opened *file)
{
    static char chunk[CHUNK];
    size_t at = 0;
    while (at < file->wanted->len) {
        size_t len = file->wanted->len - at < CHUNK ? file->wanted->len - at : CHUNK;
        ssize_t n = read_at(file->fd, chunk, len, at);
        if (n < 0)
            return -1;
        for (ssize_t i = 0; i < n; i++)
            if (chunk[i] != file->wanted->data[at + (size_t)i])
                return (int64_t)at + i;
        at += (size_t)n;
        if ((size_t)n < len) {
            file->size = at; /* at most: it may have become shorter since it was opened */
            break;
        }
    }
    return (int64_t)at;
}

/* The bytes around the first difference, of both. */
static enum progress tell_difference(struct run *run, const struct opened *file, uint64_t same)
{
    char window[WINDOW];
    size_t wanted = file->wanted->len;
    uint64_t from = same > WINDOW_BEFORE ? same - WINDOW_BEFORE : 0;
    ssize_t got = read_at(file->fd, window, sizeof window, from);
    size_t shown = wanted - (size_t)from < WINDOW ? wanted - (size_t)from : WINDOW;
    strbuf_puts(&run->sentence, " and holds ");
    if (same == file->size)
        strbuf_printf(&run->sentence, "only the first %llu of them", (unsigned long long)same);
    else if (same == wanted)
        strbuf_printf(&run->sentence, "%llu: these, and more behind them",
                      (unsigned long long)file->size);
    else
        strbuf_printf(&run->sentence, "%llu; the first difference is at offset %llu",
                      (unsigned long long)file->size, (unsigned long long)same);
    if (from > 0)
        strbuf_printf(&run->sentence, "; shown are the bytes from offset %llu on",
                      (unsigned long long)from);
    return action_differs(run, "mismatch", file->wanted->data + from, shown, window,
                          got > 0 ? (size_t)got : 0);
}

static enum progress compare(struct run *run, int fd, uint64_t size)
{
    struct opened file = {.fd = fd, .size = size, .wanted = &run->bytes};
    int64_t same = same_bytes(&file);
    if (same < 0) {
        strbuf_printf(&run->sentence, ", and cannot be read (%s)", strerror(errno));
        return action_failed(run, "mismatch");
    }
    if (file.size == file.wanted->len && (uint64_t)same == file.size)
        return PROGRESS_DONE;
    return tell_difference(run, &file, (uint64_t)same);
}

static enum progress check_file(struct run *run, const struct action *action, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0) {
        error_errno(run->err, "cannot look at %s", action->file.name);
        return PROGRESS_INTERNAL;
    }
    if (action->file.what == FILE_HOLDS)
        return compare(run, fd, (uint64_t)st.st_size);
    if (action->file.what == FILE_HAS_SIZE && (uint64_t)st.st_size == action->file.size)
        return PROGRESS_DONE;
    if (action->file.what == FILE_HAS_SIZE) {
        strbuf_printf(&run->sentence, " and has %llu", (unsigned long long)st.st_size);
        return action_failed(run, "mismatch");
    }
    strbuf_printf(&run->sentence, ", and there is one, of %llu byte%s",
                  (unsigned long long)st.st_size, st.st_size == 1 ? "" : "s");
    return action_failed(run, "mismatch");
}

/* What should be; it is completed when it is not so. */
static void say_wanted(struct run *run, const struct action *action, const char *name)
{
    bool absent = action->file.what == FILE_ABSENT;
    if (absent)
        strbuf_puts(&run->sentence, "there should be no ");
    bytes_escape(&run->sentence, name, strlen(name));
    if (action->file.what == FILE_HOLDS) {
        strbuf_printf(&run->sentence, " should hold ");
        if (run->bytes.len == 0)
            strbuf_puts(&run->sentence, "nothing");
        else
            strbuf_printf(&run->sentence, "%zu byte%s", run->bytes.len,
                          run->bytes.len == 1 ? "" : "s");
    } else if (!absent) {
        strbuf_printf(&run->sentence, " should have %zu byte%s", action->file.size,
                      action->file.size == 1 ? "" : "s");
    }
}

static void say_done(struct run *run, const struct action *action, const char *name)
{
    strbuf_cut(&run->sentence, 0);
    if (action->file.what == FILE_ABSENT)
        strbuf_puts(&run->sentence, "there is no ");
    bytes_escape(&run->sentence, name, strlen(name));
    if (action->file.what == FILE_HOLDS)
        strbuf_printf(&run->sentence, " holds what it should (%zu byte%s)", run->bytes.len,
                      run->bytes.len == 1 ? "" : "s");
    else if (action->file.what == FILE_HAS_SIZE)
        strbuf_printf(&run->sentence, " has %zu byte%s", action->file.size,
                      action->file.size == 1 ? "" : "s");
}

static enum progress look_at(struct run *run, const struct action *action, const char *name)
{
    char what[256];
    int fd = -1;
    bool absent = action->file.what == FILE_ABSENT;
    enum progress result;
    strbuf_cut(&run->sentence, 0);
    say_wanted(run, action, name);
    switch (sandbox_look(run->sandbox, name, &fd, what, run->err)) {
    case LOOK_FILE:
        result = check_file(run, action, fd);
        close(fd);
        break;
    case LOOK_NOTHING:
        if (!absent)
            strbuf_puts(&run->sentence, ", and there is no such file");
        result = absent ? PROGRESS_DONE : action_failed(run, "mismatch");
        break;
    case LOOK_OTHER:
        strbuf_printf(&run->sentence, absent ? ", and there is %s" : ", and it is %s", what);
        result = action_failed(run, "mismatch");
        break;
    default:
        return PROGRESS_INTERNAL;
    }
    if (result == PROGRESS_DONE)
        say_done(run, action, name);
    return result;
}

enum progress action_file(struct run *run, const struct action *action)
{
    char *name = run_expand(run, action->file.name);
    enum progress result = PROGRESS_INTERNAL;
    if (name != NULL && (run->begun || action->file.what != FILE_HOLDS ||
                         action_expand(run, &action->file.data) == 0)) {
        if (!run->begun)
            say_wanted(run, action, name);
        /* A program that still writes is waited for. */
        result = settled(run, NULL) ? look_at(run, action, name) : PROGRESS_WAIT;
    }
    free(name);
    return result;
}
