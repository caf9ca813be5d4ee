/*
 * rules/layout - 22: what goes out is memory as it lies there, and not the bytes that were agreed.
 *
 * What the script expected and what it got are laid side by side. A fact when they are the same but
 * for numbers whose bytes stand in the opposite order, or for a hole where a struct would have one,
 * and a send of the program has these bytes. A number must look like one: letters that have changed
 * places are another matter. Whatever else differs is not named.
 */
#include "rules/rules.h"

#include <string.h>

struct difference {
    size_t swapped, width; /* the number at this place, of so many bytes; width 0: none */
    size_t hole, padding;  /* the hole at this place; padding 0: none */
};

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* A number of that width which is not a text: it has a control character, a wide one a zero. */
static bool is_number(const char *data, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (width > 2 ? data[i] == '\0' : (unsigned char)data[i] < ' ')
            return true;
    return false;
}

static bool is_reverse(const char *a, const char *b, size_t width)
{
    for (size_t i = 0; i < width; i++)
        if (a[i] != b[width - 1 - i])
            return false;
    return true;
}

/* A number around the place where the two differ first has its bytes the other way round; *at is
 * where it begins. */
static size_t swapped_at(const char *want, const char *got, size_t len, size_t from, size_t *at)
{
    static const size_t widths[] = {4, 2, 8};
    size_t differ = from;
    while (differ < len && want[differ] == got[differ])
        differ++;
    for (unsigned i = 0; i < 3; i++)
        for (size_t q = differ >= from + widths[i] ? differ - widths[i] + 1 : from; q <= differ;
             q++)
            if (q + widths[i] <= len && is_reverse(want + q, got + q, widths[i]) &&
                is_number(want + q, widths[i])) {
                *at = q;
                return widths[i];
            }
    return 0;
}

/* The two are the same but for numbers the other way round. */
static bool same_but_order(const char *want, const char *got, size_t len, struct difference *d)
{
    size_t from = 0, at = 0;
    d->width = 0;
    while (memcmp(want + from, got + from, len - from) != 0) {
        size_t width = swapped_at(want, got, len, from, &at);
        if (width == 0)
            return false;
        if (d->width == 0) {
            d->swapped = at;
            d->width = width;
        }
        from = at + width;
    }
    return true;
}

/* Before the field at `end` a compiler leaves a hole of that size, for some alignment. */
static bool is_hole(size_t begin, size_t end)
{
    for (size_t align = 2; align <= 8; align *= 2)
        if (end % align == 0 && end - begin < align && begin % align != 0)
            return true;
    return false;
}

/* The same behind a hole; numbers there may be the other way round as well. */
static bool same_but_hole(const struct bytes *want, const struct bytes *got, struct difference *d)
{
    size_t same = 0, len = least(want->len, got->len);
    while (same < len && want->data[same] == got->data[same])
        same++;
    for (size_t hole = 1; hole <= same; hole++)
        for (size_t padding = 1; padding < 8 && hole + padding < got->len; padding++) {
            size_t rest = least(want->len - hole, got->len - hole - padding);
            if (rest < 2 || !is_hole(hole, hole + padding) ||
                !same_but_order(want->data + hole, got->data + hole + padding, rest, d))
                continue;
            d->hole = hole;
            d->padding = padding;
            return true;
        }
    return false;
}

/* The send that has these bytes. */
static const struct model_call *sender_of(const struct facts *f, const struct bytes *got)
{
    const struct model_call *c, *found = NULL;
    for (uint64_t n = 0; (c = facts_call(f, &n)) != NULL && c->event->n < f->failed->n;) {
        size_t len = least(got->len, c->data.len);
        if (c->io == MODEL_SEND && c->socket != NULL && c->data.data != NULL && len >= 2 &&
            memcmp(c->data.data, got->data, len) == 0)
            found = c;
    }
    return found;
}

bool rule_struct_on_the_wire(const struct facts *f, struct finding *out)
{
    struct difference d = {0};
    if (f->failed_action == NULL || f->failed_action->kind != ACTION_EXPECT ||
        f->failed->script.expected.data == NULL || f->failed->script.received.data == NULL)
        return false;
    const struct bytes *want = &f->failed->script.expected, *got = &f->failed->script.received;
    size_t len = least(want->len, got->len);
    if (len < 2 || memcmp(want->data, got->data, len) == 0)
        return false;
    bool order = same_but_order(want->data, got->data, len, &d);
    const struct model_call *send =
        order || same_but_hole(want, got, &d) ? sender_of(f, got) : NULL;
    if (send == NULL)
        return false;
    finding_call(out, send);
    finding_event(out, f->failed);
    out->certainty = CERTAINTY_FACT;
    finding_place(out, send);
    if (order)
        strbuf_printf(&out->message,
                      " sent a number of %zu bytes with its low byte first, as it lies in this "
                      "machine's memory; the peer reads the high byte first",
                      d.width);
    else
        strbuf_printf(
            &out->message,
            " sent %zu %s behind the first %zu that belong to no field: a compiler leaves "
            "such a hole in a struct, and the peer takes it for what comes next",
            d.padding, d.padding == 1 ? "byte" : "bytes", d.hole);
    return true;
}
