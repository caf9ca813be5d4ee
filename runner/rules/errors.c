/*
 * rules/errors - 56: a call failed, and the program tells another reason, or none: "Success".
 *
 * strerror(errno) was called before the call itself (the order in which arguments are evaluated is
 * not fixed, C11 6.5.2.2), or errno was set to 0 in between. A fact when calls and output agree:
 * the thread's last call before the write failed, the line that is written ends with the text for
 * no error at all, and the script did not get what it wanted.
 */
#include "rules/rules.h"

#include <string.h>

/* A line of the text ends with strerror(0), as the end of a sentence of the program's. */
static bool says_success(const struct bytes *text)
{
    static const char word[] = "Success";
    const size_t len = sizeof word - 1;
    for (size_t i = 1; text->data != NULL && i + len <= text->len; i++) {
        char before = text->data[i - 1], after = i + len < text->len ? text->data[i + len] : '\n';
        if (memcmp(text->data + i, word, len) == 0 && strchr(" :(\t", before) != NULL &&
            strchr(")\r\n.", after) != NULL)
            return true;
    }
    return false;
}

/* The call of the thread before the write, but for other writes to a file or screen. */
static const struct model_call *call_before(const struct facts *f, const struct model_call *write)
{
    for (uint64_t n = write->event->n; n-- > 0;) {
        const struct model_call *c = model_call(&f->model, n);
        if (c == NULL || c->event->tid != write->event->tid || c->event->pid != write->event->pid ||
            (c->io == MODEL_SEND && c->socket == NULL))
            continue;
        return c;
    }
    return NULL;
}

bool rule_errno_lost(const struct facts *f, struct finding *out)
{
    const struct model_call *c;
    for (uint64_t n = 0; facts_broken(f) && (c = facts_call(f, &n)) != NULL;) {
        if (c->io != MODEL_SEND || c->socket != NULL || (c->fd != 1 && c->fd != 2) ||
            !says_success(&c->data))
            continue;
        const struct model_call *failed = call_before(f, c);
        if (failed == NULL || failed->event->call.error == NULL || failed->event->call.file == NULL)
            continue;
        finding_call(out, failed);
        finding_call(out, c);
        finding_event(out, f->failed);
        out->certainty = CERTAINTY_FACT;
        finding_place(out, failed);
        strbuf_printf(&out->message, " failed with %s, and the program said \"Success\"",
                      failed->event->call.error);
        return true;
    }
    return false;
}
