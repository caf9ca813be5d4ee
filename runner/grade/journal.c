/*
 * grade/journal: see journal.h. What is in memory: journal_index.c.
 *
 * - The file is only ever added to; it is cut only behind the last line that counts.
 * - Where the next line goes is known, and compared with the file before each write: somebody who
 *   edits or removes the journal of a run is noticed, not written over.
 */
#include "grade/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/json_write.h"
#include "base/mem.h"
#include "grade/journal_index.h"
#include "grade/journal_line.h"

enum { CHUNK = 1024 * 1024 };

struct journal {
    char *path;
    int fd, lock; /* lock: -1 when it is only read */
    struct journal_index index;
    struct journal_line *put; /* written, not yet synced */
    size_t nput, room;
    uint64_t synced, end; /* bytes: of lines that count; of all written */
    size_t lines;         /* that count */
};

/* --- reading --- */

static int load_line(struct journal *j, const char *text, size_t len, uint64_t at,
                     struct error *err)
{
    struct journal_line line;
    if (journal_line_read(text, len, j->path, j->lines + 1, &line, err) != 0)
        return -1;
    const char *fault = NULL;
    if (j->lines == 0 && line.kind != LINE_HEAD)
        fault = "this is no journal: its first line has no \"journal\"";
    else if (j->lines > 0 && line.kind == LINE_HEAD && line.seed != j->index.seed)
        fault = "a head with another seed than the first line's";
    if (fault != NULL) {
        journal_line_free(&line);
        return error_set(err, "%s:%zu: %s", j->path, j->lines + 1, fault);
    }
    j->lines++;
    if (line.kind == LINE_ENTRY) {
        line.entry->at = at;
        line.entry->length = len;
        line.entry->number = j->lines;
    }
    journal_index_append(&j->index, &line);
    return 0;
}

/* All whole lines of the text that begins at `base` in the file; *used: their bytes. `searched`
 * bytes are known to hold no newline. */
static int load_lines(struct journal *j, const struct strbuf *text, size_t searched, uint64_t base,
                      size_t *used, struct error *err)
{
    const char *start = text->data, *end = text->data + text->len, *newline;
    const char *from = start + searched;
    while ((newline = memchr(from, '\n', (size_t)(end - from))) != NULL) {
        size_t len = (size_t)(newline - start);
        if (len >= JOURNAL_LINE_MOST)
            break;
        if (load_line(j, start, len, base + (uint64_t)(start - text->data), err) != 0)
            return -1;
        start = from = newline + 1;
    }
    *used = (size_t)(start - text->data);
    if ((size_t)(end - start) >= JOURNAL_LINE_MOST)
        return error_set(err, "%s:%zu: a line of more than %d bytes", j->path, j->lines + 1,
                         JOURNAL_LINE_MOST);
    return 0;
}

static int load(struct journal *j, struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    int rc = 0;
    while (rc == 0) {
        size_t had = text.len, used = 0;
        strbuf_reserve(&text, CHUNK);
        ssize_t n = pread(j->fd, text.data + had, CHUNK, (off_t)(j->end + had));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            rc = error_errno(err, "cannot read %s", j->path);
        if (n <= 0)
            break;
        text.len += (size_t)n;
        text.data[text.len] = '\0';
        rc = load_lines(j, &text, had, j->end, &used, err);
        if (rc != 0 && j->lines > 0)
            error_prefix(err, "the journal is damaged (nothing was changed; take that line out,"
                              " or grade into another folder)");
        strbuf_drop(&text, used);
        j->end += used;
    }
    strbuf_free(&text);
    journal_index_sort(&j->index);
    j->synced = j->end;
    return rc;
}

struct json_doc *journal_document(const struct journal *j, const struct journal_entry *entry,
                                  struct error *err)
{
    struct strbuf text = STRBUF_INIT;
    struct json_doc *doc = NULL;
    strbuf_reserve(&text, entry->length);
    while (text.len < entry->length) {
        ssize_t n = pread(j->fd, text.data + text.len, entry->length - text.len,
                          (off_t)(entry->at + text.len));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            if (n < 0)
                error_errno(err, "cannot read %s", j->path);
            else
                error_set(err, "%s:%zu: this line has gone while it was in use", j->path,
                          entry->number);
            strbuf_free(&text);
            return NULL;
        }
        text.len += (size_t)n;
        text.data[text.len] = '\0';
    }
    char *name = mem_format("%s:%zu", j->path, entry->number);
    doc = json_parse(text.data, text.len, name, err);
    free(name);
    strbuf_free(&text);
    return doc;
}

/* --- writing --- */

static int is_ours(const struct journal *j, struct error *err)
{
    struct stat st;
    if (fstat(j->fd, &st) < 0)
        return error_errno(err, "cannot look at %s", j->path);
    if (st.st_nlink == 0)
        return error_set(err, "%s was removed while it was in use: run the same again", j->path);
    if ((uint64_t)st.st_size != j->end)
        return error_set(err,
                         "%s was changed by somebody else while it was in use: run the same"
                         " again",
                         j->path);
    return 0;
}

/* Takes off the file what stands behind `length`. */
static void cut(struct journal *j, uint64_t length)
{
    while (ftruncate(j->fd, (off_t)length) < 0 && errno == EINTR)
        ;
}

static int write_line(struct journal *j, const struct strbuf *line, struct error *err)
{
    size_t done = 0;
    if (is_ours(j, err) != 0)
        return -1;
    while (done < line->len) {
        ssize_t n = pwrite(j->fd, line->data + done, line->len - done, (off_t)(j->end + done));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            error_errno(err,
                        "cannot write %s (it keeps all that it had: make room, and run the"
                        " same again)",
                        j->path);
            cut(j, j->end);
            return -1;
        }
        done += (size_t)n;
    }
    return 0;
}

int journal_put(struct journal *j, const struct strbuf *line, struct error *err)
{
    struct journal_line parsed;
    size_t len = line->len;
    if (j->lock < 0)
        return error_set(err, "%s is open only to be read", j->path);
    if (len < 2 || line->data[len - 1] != '\n' || memchr(line->data, '\n', len - 1) != NULL)
        return error_set(err, "%s: what is to be added is not one whole line", j->path);
    if (len > JOURNAL_LINE_MOST)
        return error_set(err, "%s: a line of %zu bytes, more than the %d it may have", j->path, len,
                         JOURNAL_LINE_MOST);
    size_t number = j->lines + j->nput + 1;
    if (journal_line_read(line->data, len - 1, j->path, number, &parsed, err) != 0)
        return -1;
    if (write_line(j, line, err) != 0) {
        journal_line_free(&parsed);
        return -1;
    }
    if (parsed.kind == LINE_ENTRY) {
        parsed.entry->at = j->end;
        parsed.entry->length = len - 1;
        parsed.entry->number = number;
    }
    if (j->nput == j->room) {
        j->room = j->room * 2 + 16;
        j->put = mem_resize(j->put, j->room, sizeof *j->put);
    }
    j->put[j->nput++] = parsed;
    j->end += len;
    return 0;
}

static void drop_put(struct journal *j)
{
    for (size_t i = 0; i < j->nput; i++)
        journal_line_free(&j->put[i]);
    j->nput = 0;
}

int journal_sync(struct journal *j, struct error *err)
{
    if (j->nput == 0)
        return 0;
    int rc = is_ours(j, err);
    if (rc == 0 && fdatasync(j->fd) < 0) {
        rc = error_errno(err, "cannot write %s", j->path);
        cut(j, j->synced);
    }
    if (rc != 0) {
        j->end = j->synced;
        drop_put(j);
        return -1;
    }
    for (size_t i = 0; i < j->nput; i++)
        journal_index_add(&j->index, &j->put[i]);
    j->lines += j->nput;
    j->synced = j->end;
    drop_put(j);
    return 0;
}

int journal_add(struct journal *j, const struct strbuf *line, struct error *err)
{
    return journal_put(j, line, err) != 0 ? -1 : journal_sync(j, err);
}

int journal_forget_refusals(struct journal *j, struct error *err)
{
    if (j->index.nrefusals == 0)
        return 0;
    struct strbuf line = STRBUF_INIT;
    strbuf_puts(&line, "{\"forget\":\"refusals\"}\n");
    int rc = journal_add(j, &line, err);
    strbuf_free(&line);
    return rc;
}

/* --- opening --- */

/* A record lock, not flock(2): a slot that is forked would inherit that one, and a worker that
 * outlives a killed grader would keep the folder locked. */
static int lock_folder(const char *out, struct error *err)
{
    char *path = file_join(out, ".journal.lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    free(path);
    if (fd < 0)
        return error_errno(err, "the folder %s cannot be written", out);
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    /* A filesystem without locks: better unlocked than not at all. */
    if (fcntl(fd, F_SETLK, &lock) == 0 || errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
        return fd;
    if (errno != EACCES && errno != EAGAIN) {
        error_errno(err, "the folder %s cannot be locked", out);
        close(fd);
        return -1;
    }
    lock.l_type = F_WRLCK;
    char who[48] = "another process";
    if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK && lock.l_pid > 0)
        snprintf(who, sizeof who, "process %ld", (long)lock.l_pid);
    error_set(err,
              "%s is in use: %s grades into it. Wait until it has ended, or choose another folder"
              " with --out",
              out, who);
    close(fd);
    return -1;
}

static int open_file(struct journal *j, int how, struct error *err)
{
    struct stat st;
    j->fd = open(j->path, how | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0644);
    if (j->fd < 0)
        return error_errno(err, "cannot open %s", j->path);
    if (fstat(j->fd, &st) < 0)
        return error_errno(err, "cannot look at %s", j->path);
    if (!S_ISREG(st.st_mode))
        return error_set(err, "%s is not a regular file", j->path);
    return 0;
}

static void put_head(struct strbuf *line, uint64_t seed, const char *version)
{
    strbuf_printf(line, "{\"journal\":%d", JOURNAL_VERSION);
    json_field(line, "socklings");
    json_text(line, version);
    json_field(line, "seed");
    json_uint(line, seed);
    strbuf_puts(line, "}\n");
}

/* Small enough to be typed again. */
/* Of 64 bits: from the seed of a check, which students are told, nobody shall find it by trying. */
static uint64_t draw_seed(void)
{
    uint64_t seed = 0;
    while (seed == 0) {
        if (getrandom(&seed, sizeof seed, 0) < 0 && errno != EINTR)
            seed = (uint64_t)getpid(); /* no source of chance: any number will do */
    }
    return seed;
}

/* The entry of a new file is in its folder even after a power cut. */
static void sync_folder(const char *out)
{
    int fd = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); /* some filesystems cannot: then there is nothing more to do */
    close(fd);
}

/* Behind the torn end that was cut off: a head when there is none, or none of this version. */
static int begin(struct journal *j, const char *out, uint64_t seed, const char *version,
                 struct error *err)
{
    struct stat st;
    if (fstat(j->fd, &st) < 0)
        return error_errno(err, "cannot look at %s", j->path);
    if ((uint64_t)st.st_size > j->end && ftruncate(j->fd, (off_t)j->end) < 0)
        return error_errno(err, "cannot cut off the torn last line of %s", j->path);
    if (j->lines > 0 && seed != 0 && seed != j->index.seed)
        return error_set(err,
                         "%s was begun with the seed %llu: leave --seed out, or choose another"
                         " folder with --out",
                         j->path, (unsigned long long)j->index.seed);
    if (j->lines > 0 && strcmp(journal_index_version(&j->index), version) == 0)
        return 0;
    struct strbuf line = STRBUF_INIT;
    put_head(&line, j->lines > 0 ? j->index.seed : seed != 0 ? seed : draw_seed(), version);
    int rc = journal_add(j, &line, err);
    strbuf_free(&line);
    if (rc == 0)
        sync_folder(out);
    return rc;
}

struct journal *journal_open(const char *out, uint64_t seed, const char *version, struct error *err)
{
    /* Marks and sources of a class are nobody else's to read; who wants that opens the folder. */
    if (file_make_dirs(out, 0700, err) != 0)
        return NULL;
    struct journal *j = mem_alloc(sizeof *j);
    j->path = file_join(out, "journal.jsonl");
    j->fd = -1;
    j->lock = lock_folder(out, err);
    if (j->lock < 0 || open_file(j, O_RDWR | O_CREAT, err) != 0 || load(j, err) != 0 ||
        begin(j, out, seed, version, err) != 0) {
        journal_close(j);
        return NULL;
    }
    return j;
}

struct journal *journal_read(const char *path, struct error *err)
{
    struct journal *j = mem_alloc(sizeof *j);
    j->path = file_is_dir(path) ? file_join(path, "journal.jsonl") : mem_string(path);
    j->fd = j->lock = -1;
    int rc = open_file(j, O_RDONLY, err);
    if (rc == 0)
        rc = load(j, err);
    if (rc == 0 && j->lines == 0)
        rc = error_set(err, "%s is empty: nothing was graded there", j->path);
    if (rc != 0) {
        journal_close(j);
        return NULL;
    }
    return j;
}

void journal_close(struct journal *j)
{
    if (j == NULL)
        return;
    if (j->end > j->synced && is_ours(j, NULL) == 0)
        cut(j, j->synced);
    drop_put(j);
    free(j->put);
    journal_index_free(&j->index);
    if (j->fd >= 0)
        close(j->fd);
    if (j->lock >= 0)
        close(j->lock);
    free(j->path);
    free(j);
}

/* --- looking --- */

uint64_t journal_seed(const struct journal *j)
{
    return j->index.seed;
}

const char *journal_path(const struct journal *j)
{
    return j->path;
}

const char *journal_version(const struct journal *j)
{
    return journal_index_version(&j->index);
}

const struct journal_entry *journal_find(const struct journal *j, const char *student,
                                         const char *lab, unsigned attempt)
{
    return journal_index_find(&j->index, student, lab, attempt);
}

size_t journal_count(const struct journal *j)
{
    return j->index.nentries;
}

const struct journal_entry *journal_at(const struct journal *j, size_t index)
{
    return j->index.entries[index];
}

size_t journal_refusals(const struct journal *j)
{
    return j->index.nrefusals;
}

const struct journal_refusal *journal_refusal(const struct journal *j, size_t index)
{
    return j->index.refusals[index];
}
