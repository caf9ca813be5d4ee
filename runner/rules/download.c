/*
 * rules/download - 31 and 32: a length is announced, and then so many bytes come.
 *
 * The head of what a client receives is found in the stream: an HTTP head to its blank line with a
 * Content-Length, or one line "OK SIZE". Calls and script must agree.
 *
 *   - 31: one recv brought the end of the head and bytes behind it. They are in no write to a file
 *     or to the screen, though what came later is, or the program asks for the whole length anew.
 *   - 32: the stream ended before the length was there, and the program ended with status 0, and
 *     not a word on stderr, or gave the file its name.
 */
#include "rules/rules.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"

/* The head of a stream that a client of the learner's receives. */
struct head {
    size_t len;          /* with the blank line, or the newline */
    int64_t announced;   /* bytes behind it; -1: it does not say */
    struct bytes behind; /* what came with its end in one recv, as far as it is recorded */
    size_t nbehind;
    const struct model_call *recv; /* that recv; NULL: there is no head */
};

/* --- the head --- */

static bool digits(const char *text, size_t len, int64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9' || *value > INT64_MAX / 10 - 10)
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return len > 0;
}

/* Content-Length among the lines of an HTTP head; -1: it is not there. */
static int64_t content_length(const char *head, size_t len)
{
    static const char field[] = "\ncontent-length:";
    const size_t size = sizeof field - 1;
    for (size_t i = 0; i + size < len; i++) {
        if (strncasecmp(head + i, field, size) != 0)
            continue;
        const char *at = head + i + size;
        int64_t value;
        at += strspn(at, " \t");
        return digits(at, strspn(at, "0123456789"), &value) ? value : -1;
    }
    return -1;
}

/* Where the head ends in the bytes so far; 0: nowhere yet, or this is no head. */
static size_t head_end(const struct strbuf *got, int64_t *announced)
{
    *announced = -1;
    if (strncmp(got->data, "HTTP/1.", 7) == 0) {
        const char *end = memmem(got->data, got->len, "\r\n\r\n", 4);
        if (end == NULL)
            return 0;
        size_t len = (size_t)(end - got->data) + 4;
        *announced = content_length(got->data, len);
        return len;
    }
    const char *end = memchr(got->data, '\n', got->len);
    if (end == NULL || strncmp(got->data, "OK ", 3) != 0)
        return 0;
    size_t size = (size_t)(end - got->data) - 3;
    if (size > 0 && got->data[3 + size - 1] == '\r')
        size--;
    return digits(got->data + 3, size, announced) ? (size_t)(end - got->data) + 1 : 0;
}

/* The number that ends the request: an offset from which on the rest is wanted. */
static int64_t offset_asked(const struct facts *f, const struct model_socket *s)
{
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_SEND || c->data.data == NULL)
            continue;
        const char *line = c->data.data, *end = memchr(line, '\n', c->data.len);
        size_t len = end != NULL ? (size_t)(end - line) : c->data.len, word = len;
        int64_t value;
        while (word > 0 && line[word - 1] != ' ')
            word--;
        return word > 0 && memchr(line, ' ', word - 1) != NULL &&
                       digits(line + word, len - word, &value)
                   ? value
                   : 0;
    }
    return 0;
}

static struct head head_of(const struct facts *f, const struct model_socket *s)
{
    struct head head = {.announced = -1};
    struct strbuf got = STRBUF_INIT;
    for (uint64_t n = s->born; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_RECV || c->moved <= 0)
            continue;
        if (c->data.data == NULL)
            break;
        size_t before = got.len;
        strbuf_add(&got, c->data.data, c->data.len);
        size_t len = head_end(&got, &head.announced);
        if (len > before) {
            size_t own = len - before; /* bytes of this recv that belong to the head */
            head.len = len;
            head.recv = c;
            head.nbehind = (size_t)c->moved > own ? (size_t)c->moved - own : 0;
            head.behind = (struct bytes){c->data.data + own, c->data.len - own};
            break;
        }
        if (c->data.len < (size_t)c->moved)
            break;
    }
    strbuf_free(&got);
    int64_t offset = head.announced > 0 ? offset_asked(f, s) : 0;
    if (offset > 0)
        head.announced = head.announced >= offset ? head.announced - offset : -1;
    return head;
}

static bool is_client(const struct facts *f, const struct model_socket *s)
{
    return s->stream && s->listener == NULL && s->received > 0 &&
           facts_learner(f, s->owner->program);
}

/* --- 31 --- */

/* What the call writes to a file or to the screen; false: it does not. */
static bool writes(const struct model_call *c, const struct model_socket *s, struct bytes *out)
{
    bool at_offset = c != NULL && facts_is(c, "pwrite64");
    if (c == NULL || c->process != s->owner || c->socket != NULL ||
        (c->io != MODEL_SEND && !at_offset))
        return false;
    const struct arg *data = call_arg(&c->event->call, "data");
    if (data == NULL || data->bytes.data == NULL || c->fd == 2)
        return false;
    *out = data->bytes;
    return true;
}

enum { ENOUGH = 64 }; /* bytes that tell one part of a file from another */

/* A write from event n on that holds these bytes; at its beginning, if so asked. */
static const struct model_call *writer(const struct facts *f, const struct model_socket *s,
                                       uint64_t n, struct bytes bytes, bool first)
{
    struct bytes out;
    size_t len = bytes.len < ENOUGH ? bytes.len : ENOUGH;
    for (; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (!writes(c, s, &out) || out.len < len)
            continue;
        if (first ? memcmp(out.data, bytes.data, len) == 0
                  : memmem(out.data, out.len, bytes.data, len) != NULL)
            return c;
    }
    return NULL;
}

/* Bytes that no write() shows: the next splice() moves them out of the pipe and into a file. */
static const struct model_call *moved_on(const struct facts *f, const struct model_call *taken)
{
    for (uint64_t n = taken->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->process == taken->process && facts_is(c, "splice"))
            return c->io == MODEL_SEND && c->socket == NULL && c->moved > 0 ? c : NULL;
    }
    return NULL;
}

/* What came with the next recv was written, and nothing before it. */
static const struct model_call *later_part(const struct facts *f, const struct head *head)
{
    const struct model_socket *s = head->recv->socket;
    for (uint64_t n = head->recv->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->socket != s || c->io != MODEL_RECV || c->moved <= 0)
            continue;
        if (facts_is(c, "splice"))
            return moved_on(f, c);
        return c->data.data != NULL && c->data.len >= 8 ? writer(f, s, n + 1, c->data, true) : NULL;
    }
    return NULL;
}

/* The program waits for as many bytes as were announced, though some are here. */
static const struct model_call *asks_for_all(const struct facts *f, const struct head *head)
{
    for (uint64_t n = head->recv->event->n + 1; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c != NULL && c->socket == head->recv->socket && c->io == MODEL_RECV)
            return !c->event->call.returned && head->announced > 0 && c->asked == head->announced
                       ? c
                       : NULL;
    }
    return NULL;
}

static bool throws_away(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    struct head head = is_client(f, s) ? head_of(f, s) : (struct head){.announced = -1};
    if (head.recv == NULL || head.nbehind == 0 || head.behind.len == 0 || head.announced == 0 ||
        f->failed == NULL || f->failed->n < head.recv->event->n ||
        writer(f, s, head.recv->event->n, head.behind, false) != NULL)
        return false;
    const struct model_call *later = later_part(f, &head), *waits = asks_for_all(f, &head);
    if (later == NULL && waits == NULL)
        return false;
    finding_call(out, head.recv);
    finding_call(out, later != NULL ? later : waits);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, head.recv);
    strbuf_printf(&out->message, " brought the end of the head and ");
    text_count(&out->message, head.nbehind, "byte", "bytes");
    strbuf_puts(&out->message, " behind it; ");
    if (later != NULL)
        strbuf_puts(&out->message, "they were never written, and what came after them was");
    else
        strbuf_printf(&out->message,
                      "they were never written, and the program asks for all %" PRId64 " again",
                      head.announced);
    return true;
}

bool rule_header_body_in_one_buffer(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; facts_broken(f) && i < f->model.nsockets; i++)
        if (throws_away(f, f->model.sockets[i], out))
            return true;
    return false;
}

/* --- 32 --- */

/* The program said something on stderr after event n, and gave no file its name: it has noticed,
 * perhaps. Whoever renames the file takes it for whole, whatever is said of it. */
static bool complains(const struct facts *f, const struct model_process *p, uint64_t n)
{
    bool said = false;
    for (; n < f->model.ncalls; n++) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->process != p)
            continue;
        if (strncmp(c->event->call.name, "rename", 6) == 0 && call_succeeded(&c->event->call))
            return false;
        said = said || (c->io == MODEL_SEND && c->fd == 2);
    }
    return said;
}

static bool ends_short(const struct facts *f, const struct model_socket *s, struct finding *out)
{
    struct head head =
        is_client(f, s) && s->eof != MODEL_NEVER ? head_of(f, s) : (struct head){.announced = -1};
    const struct event *exit = head.recv != NULL ? facts_exit(f, s->owner->pid) : NULL;
    if (exit == NULL || exit->exit.status != 0 || exit->n < s->eof || f->failed == NULL ||
        f->failed->n < s->eof || (int64_t)(s->received - head.len) >= head.announced ||
        complains(f, s->owner, s->eof))
        return false;
    const struct model_call *end = model_call(&f->model, s->eof);
    finding_call(out, end);
    finding_event(out, exit);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, end);
    strbuf_printf(&out->message,
                  " returned 0 after %" PRIu64 " of the %" PRId64
                  " bytes that were announced, and the program ended with status 0, as if it had "
                  "them all",
                  s->received - head.len, head.announced);
    return true;
}

bool rule_no_length_check_on_download(const struct facts *f, struct finding *out)
{
    for (unsigned i = 0; facts_broken(f) && i < f->model.nsockets; i++)
        if (ends_short(f, f->model.sockets[i], out))
            return true;
    return false;
}
