/* judge/wire_packets: what went over the wire, against a pattern. See wire.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "judge/sequence.h"
#include "judge/wire.h"
#include "timeline/describe.h"

/* --- ends --- */

static const char *port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon != NULL ? colon + 1 : "";
}

bool wire_is_end(const struct facts *f, const char *end, const char *address)
{
    struct strbuf wanted = STRBUF_INIT;
    bool is = false;
    if (address != NULL && facts_text(f, end, &wanted)) {
        bool port_only = wanted.data[strspn(wanted.data, "0123456789")] == '\0';
        is = strcmp(wanted.data, port_only ? port_of(address) : address) == 0;
    }
    strbuf_free(&wanted);
    return is;
}

bool wire_unknown(const struct facts *f, const char *what, struct assert_failure *failure)
{
    const char *tier = timeline_scene(f->timeline)->tier;
    failure->unknown = true;
    failure->stage = STAGE_WIRE;
    strbuf_printf(&failure->message,
                  "this cannot be checked here: %s were not recorded (tier %s); 'socklings doctor' "
                  "tells what is missing",
                  what, tier != NULL ? tier : "unknown");
    return false;
}

/* --- which packets count --- */

struct packets {
    const struct facts *facts;
    const struct assertion *assertion;
    const struct packet_event **items;
    uint64_t *n; /* their events */
    size_t count;
};

static bool is_one_of(const struct facts *f, const char *const *ends, unsigned nends,
                      const char *address)
{
    for (unsigned i = 0; i < nends; i++)
        if (wire_is_end(f, ends[i], address))
            return true;
    return false;
}

/* "${bob.addr}:7000" and "10.0.0.2:${port}" may be the same. */
static bool same_end(const struct facts *f, const char *a, const char *b)
{
    struct strbuf left = STRBUF_INIT, right = STRBUF_INIT;
    facts_text_shown(f, a, &left);
    facts_text_shown(f, b, &right);
    bool same = strcmp(left.data, right.data) == 0;
    strbuf_free(&left);
    strbuf_free(&right);
    return same;
}

/* The different ends that the patterns name, when the assertion does not say "between". */
static unsigned named_ends(const struct facts *f, const struct assertion *a, const char **ends)
{
    unsigned n = 0;
    for (unsigned i = 0; i < 2 * a->npackets; i++) {
        const struct packet_pattern *p = &a->packets[i / 2];
        const char *end = i % 2 == 0 ? p->from : p->to;
        bool known = end == NULL;
        for (unsigned k = 0; k < n && !known; k++)
            known = same_end(f, ends[k], end);
        if (!known)
            ends[n++] = end;
    }
    return n;
}

static bool counts(const struct facts *f, const struct packet_event *p, const char *proto,
                   const char *const *ends, unsigned nends)
{
    if (p->proto == NULL || strcmp(p->proto, proto) != 0)
        return false;
    bool from = is_one_of(f, ends, nends, p->from), to = is_one_of(f, ends, nends, p->to);
    return nends == 0 || (nends == 1 ? from || to : from && to);
}

/* False when the recording holds no packet at all. */
static bool gather(struct packets *p)
{
    const struct assertion *a = p->assertion;
    const struct timeline *tl = p->facts->timeline;
    const char **named = mem_alloc((2 * a->npackets + 1) * sizeof *named);
    unsigned nnamed = named_ends(p->facts, a, named);
    const char *const *ends = a->nbetween > 0 ? a->between : named;
    unsigned nends = a->nbetween > 0 ? a->nbetween : nnamed;
    bool any = false;
    p->items = mem_alloc((tl->count + 1) * sizeof *p->items);
    p->n = mem_alloc((tl->count + 1) * sizeof *p->n);
    for (size_t i = 0; i < tl->count; i++) {
        const struct event *ev = &tl->events[i];
        any = any || ev->kind == EVENT_PACKET;
        if (ev->kind != EVENT_PACKET || !counts(p->facts, &ev->packet, a->proto, ends, nends) ||
            (a->host != NULL && (ev->host == NULL || strcmp(a->host, ev->host) != 0)))
            continue;
        p->items[p->count] = &ev->packet;
        p->n[p->count++] = ev->n;
    }
    free(named);
    return any;
}

/* --- one packet against one pattern --- */

/* "F." is "FP." too: PSH says nothing of the connection. */
static bool flags_are(const char *wanted, const char *flags)
{
    bool psh = strchr(wanted, 'P') != NULL;
    if (flags == NULL)
        return false;
    for (const char *at = "SFRUEW."; *at != '\0'; at++)
        if ((strchr(wanted, *at) != NULL) != (strchr(flags, *at) != NULL))
            return false;
    return !psh || strchr(flags, 'P') != NULL;
}

/* "mss" is among "mss 1460,sackOK"; so is "mss 1460". */
static bool has_option(const char *wanted, const char *options)
{
    size_t len = strlen(wanted);
    for (const char *at = options; at != NULL; at = strchr(at, ',')) {
        at += *at == ',' ? 1 : 0;
        if (strncmp(at, wanted, len) == 0 && (at[len] == '\0' || at[len] == ',' || at[len] == ' '))
            return true;
    }
    return false;
}

static bool is_gap(const void *arg, size_t element)
{
    const struct packets *p = arg;
    return p->assertion->packets[element].gap;
}

static bool matches(const void *arg, size_t element, size_t item)
{
    const struct packets *all = arg;
    const struct packet_pattern *want = &all->assertion->packets[element];
    const struct packet_event *p = all->items[item];
    if ((want->flags != NULL && !flags_are(want->flags, p->flags)) ||
        (want->has_seq && want->seq != p->seq) || (want->has_ack && want->ack != p->ack) ||
        (want->has_len && (p->len < want->len_min || p->len > want->len_max)) ||
        (want->options != NULL && !has_option(want->options, p->options)) ||
        (want->fate != NULL && (p->fate == NULL || strcmp(want->fate, p->fate) != 0)))
        return false;
    return (want->from == NULL || wire_is_end(all->facts, want->from, p->from)) &&
           (want->to == NULL || wire_is_end(all->facts, want->to, p->to));
}

/* --- in words --- */

static void add_end(const struct facts *f, struct strbuf *out, const char *before, const char *end)
{
    struct strbuf text = STRBUF_INIT;
    if (end == NULL)
        return;
    facts_text_shown(f, end, &text);
    strbuf_printf(out, " %s %s", before,
                  text.data[strspn(text.data, "0123456789")] == '\0' ? "port " : "");
    describe_address(out, text.data);
    strbuf_free(&text);
}

/* "SYN-ACK from port 7000 with seq=0 ack=1" */
static void add_pattern(const struct facts *f, struct strbuf *out, const struct packet_pattern *p,
                        const struct assertion *a)
{
    if (p->flags != NULL)
        describe_flags(out, p->flags);
    else
        strbuf_printf(out, "%s packet", a->proto);
    if (a->host != NULL)
        strbuf_printf(out, " of %s", a->host);
    add_end(f, out, "from", p->from);
    add_end(f, out, "to", p->to);
    const char *with = " with ";
    if (p->has_seq) {
        strbuf_printf(out, "%sseq=%" PRIu32, with, p->seq);
        with = " ";
    }
    if (p->has_ack) {
        strbuf_printf(out, "%sack=%" PRIu32, with, p->ack);
        with = " ";
    }
    if (p->has_len) {
        strbuf_printf(out, "%slen=%" PRIu32, with, p->len_min);
        if (p->len_max > p->len_min)
            strbuf_printf(out, "…%" PRIu32, p->len_max);
        with = " ";
    }
    if (p->options != NULL)
        strbuf_printf(out, "%soption %s", with, p->options);
    if (p->fate != NULL)
        strbuf_printf(out, ", %s", p->fate);
}

/* What came, in order, the first difference marked. */
static char *listed(const struct packets *p, const struct sequence_difference *d)
{
    struct strbuf out = STRBUF_INIT;
    size_t first = d->item > WIRE_BEFORE ? d->item - WIRE_BEFORE : 0;
    if (first > 0)
        strbuf_printf(&out, "    … %zu before\n", first);
    for (size_t i = first; i < p->count && i <= d->item + WIRE_BEHIND; i++) {
        strbuf_printf(&out, "%s %2zu ", i == d->item ? ">>" : "  ", i + 1);
        describe_packet(&out, p->items[i]);
        strbuf_putc(&out, '\n');
    }
    if (d->item >= p->count)
        strbuf_puts(&out, ">>    nothing more\n");
    else if (p->count > d->item + WIRE_BEHIND + 1)
        strbuf_printf(&out, "    … %zu more\n", p->count - d->item - WIRE_BEHIND - 1);
    if (d->element < p->assertion->npackets) {
        strbuf_puts(&out, "wanted: ");
        add_pattern(p->facts, &out, &p->assertion->packets[d->element], p->assertion);
        strbuf_putc(&out, '\n');
    }
    return strbuf_take(&out);
}

static void tell(const struct packets *p, const struct sequence_difference *d, struct strbuf *out)
{
    const struct assertion *a = p->assertion;
    if (d->element == a->npackets) {
        strbuf_puts(out, "nothing more should go over the wire, and there came ");
        describe_packet(out, p->items[d->item]);
        return;
    }
    if (d->anywhere || d->item == p->count) {
        strbuf_puts(out, "there was no ");
        add_pattern(p->facts, out, &a->packets[d->element], a);
        if (d->item > 0) {
            strbuf_puts(out, " after ");
            describe_packet(out, p->items[d->item - 1]);
        }
        return;
    }
    strbuf_puts(out, "next on the wire should be ");
    add_pattern(p->facts, out, &a->packets[d->element], a);
    strbuf_puts(out, ", and there came ");
    describe_packet(out, p->items[d->item]);
}

bool wire_holds_packets(const struct facts *f, const struct assertion *a,
                        struct assert_failure *failure)
{
    struct packets p = {.facts = f, .assertion = a};
    const char *tier = timeline_scene(f->timeline)->tier;
    bool any = gather(&p);
    struct sequence s = {&p, a->npackets, p.count, is_gap, matches};
    struct sequence_difference d;
    bool holds = true;
    if (!any && (tier == NULL || strcmp(tier, "A") != 0)) {
        holds = wire_unknown(f, "packets", failure);
    } else if (!sequence_fits(&s, &d)) {
        holds = false;
        failure->stage = STAGE_WIRE;
        tell(&p, &d, &failure->message);
        failure->details = listed(&p, &d);
        for (size_t i = d.item >= 2 ? d.item - 2 : 0; i < p.count && i <= d.item; i++)
            failure->events[failure->nevents++] = p.n[i];
    }
    free(p.items);
    free(p.n);
    return holds;
}
