/*
 * net/switch: see switch.h. This file: what becomes of a frame.
 *
 *  - A frame is learned from, and its copies are settled, when it comes in: where it goes does not
 *    change while it is kept.
 *  - A rule decides for the copies it is about, all or (with `to`) those to one host; each part of
 *    a frame that meets a fate of its own is told.
 *  - What is due before a frame came in is handed on before it.
 *  - Nothing is kept without bound: beyond KEPT_MOST a frame is dropped, and told so.
 */
#include "net/switch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "net/switch_parts.h"

#define KEPT_MOST ((size_t)64 * 1024 * 1024)
#define LIMIT_QUEUE ((int64_t)64 * 1024) /* bytes before a slow link */
/* For a frame that is to be overtaken, when nothing comes: less than the 200 ms after which TCP
 * sends again at the earliest. */
#define REORDER_WAITS (100 * CLOCK_MS)

/* --- making and ending --- */

static void add_port(struct net_switch *sw, unsigned host,
                     const struct network_interface *interface)
{
    if (sw->nports == HOSTS_PORTS)
        return;
    sw->ports[sw->nports++] =
        (struct switch_port){.host = host,
                             .segment = interface->segment,
                             .longest = SWITCH_HEADER + SWITCH_TAG + (size_t)interface->mtu};
}

struct net_switch *switch_new(const struct network *net, uint64_t seed, switch_send_fn *send,
                              switch_report_fn *report, void *arg)
{
    struct net_switch *sw = mem_alloc(sizeof *sw);
    sw->seed = seed;
    sw->send = send;
    sw->report = report;
    sw->arg = arg;
    for (unsigned host = 0; host < net->nhosts; host++)
        for (unsigned i = 0; i < net->hosts[host].ninterfaces; i++)
            add_port(sw, host, &net->hosts[host].interfaces[i]);
    return sw;
}

void switch_free(struct net_switch *sw)
{
    if (sw == NULL)
        return;
    switch_detach(sw);
    parcel_heap_free(&sw->heap);
    for (size_t i = 0; i < sw->nheld; i++)
        parcel_free(sw->held[i]);
    for (unsigned i = 0; i < sw->nrules; i++) {
        wire_rule_free(&sw->rules[i]->rule);
        free(sw->rules[i]);
    }
    free(sw->held);
    free(sw->rules);
    free(sw);
}

/* --- telling and handing on --- */

static uint32_t hosts_behind(const struct net_switch *sw, switch_ports ports)
{
    uint32_t hosts = 0;
    for (unsigned i = 0; ports >> i != 0 && i < sw->nports; i++)
        if ((ports >> i & 1) != 0)
            hosts |= UINT32_C(1) << sw->ports[i].host;
    return hosts;
}

static void tell(struct net_switch *sw, const struct parcel *parcel, bool again, int64_t handed_on)
{
    struct switch_report report = {.id = parcel->id,
                                   .again = again,
                                   .frame = parcel->frame,
                                   .len = parcel->len,
                                   .t = parcel->t,
                                   .handed_on = handed_on,
                                   .from = sw->ports[parcel->port].host,
                                   .port = parcel->port,
                                   .to = hosts_behind(sw, parcel->to),
                                   .fate = parcel->fate,
                                   .rule = parcel->rule != NULL ? &parcel->rule->rule : NULL};
    if (sw->report != NULL)
        sw->report(sw->arg, &report);
}

static void send_copies(struct net_switch *sw, const struct parcel *parcel)
{
    for (unsigned i = 0; i < sw->nports && parcel->to >> i != 0; i++) {
        if ((parcel->to >> i & 1) == 0)
            continue;
        if (sw->sockets != NULL)
            switch_sockets_send(sw->sockets, i, parcel->frame, parcel->len);
        else if (sw->send != NULL)
            sw->send(sw->arg, i, parcel->frame, parcel->len);
    }
}

static void hand_on(struct net_switch *sw, const struct parcel *parcel, bool again, int64_t now)
{
    unsigned copies = 1;
    if (parcel->fate == SWITCH_DUPLICATED)
        copies += parcel->rule->rule.times;
    while (copies-- > 0)
        send_copies(sw, parcel);
    switch_answered(&sw->questions, parcel->frame, parcel->len, parcel->to);
    tell(sw, parcel, again, now);
}

static void drop(struct net_switch *sw, struct parcel *parcel)
{
    parcel->fate = SWITCH_DROPPED;
    tell(sw, parcel, false, -1);
}

/* --- keeping for later --- */

/* NULL: there is no room, it was dropped. */
static struct parcel *keep(struct net_switch *sw, struct parcel *parcel, enum switch_fate fate,
                           int64_t due)
{
    if (sw->kept_bytes + sizeof *parcel + parcel->len > KEPT_MOST) {
        drop(sw, parcel);
        return NULL;
    }
    parcel->fate = fate;
    parcel->due = due;
    parcel->order = ++sw->nkept;
    sw->kept_bytes += sizeof *parcel + parcel->len;
    return parcel_keep(parcel);
}

static struct parcel *keep_until(struct net_switch *sw, struct parcel *parcel, int64_t due)
{
    struct parcel *kept = keep(sw, parcel, SWITCH_DELAYED, due);
    if (kept == NULL)
        return NULL;
    parcel_push(&sw->heap, kept);
    tell(sw, kept, false, -1);
    return kept;
}

static void hold(struct net_switch *sw, struct parcel *parcel)
{
    struct parcel *kept = keep(sw, parcel, SWITCH_HELD, INT64_MAX);
    if (kept == NULL)
        return;
    if (sw->nheld == sw->held_cap) {
        sw->held_cap = sw->held_cap > 0 ? sw->held_cap * 2 : 16;
        sw->held = mem_resize(sw->held, sw->held_cap, sizeof(struct parcel *));
    }
    sw->held[sw->nheld++] = kept;
    tell(sw, kept, false, -1);
}

/* Of one that nothing points to any more but its rule. */
static void hand_on_kept(struct net_switch *sw, struct parcel *parcel, int64_t now)
{
    for (unsigned i = 0; i < NETWORK_HOSTS; i++)
        if (parcel->rule->waiting[i] == parcel)
            parcel->rule->waiting[i] = NULL;
    sw->kept_bytes -= sizeof *parcel + parcel->len;
    hand_on(sw, parcel, true, now);
    parcel_free(parcel);
}

/* Those that are due by `until`. */
static void hand_on_due(struct net_switch *sw, int64_t until, int64_t now)
{
    struct parcel *first;
    while ((first = parcel_first(&sw->heap)) != NULL && first->due <= until) {
        parcel_remove(&sw->heap, first);
        hand_on_kept(sw, first, now);
    }
}

int64_t switch_due(struct net_switch *sw, int64_t now)
{
    hand_on_due(sw, now, now);
    const struct parcel *first = parcel_first(&sw->heap);
    return first != NULL ? first->due : INT64_MAX;
}

unsigned switch_on_way(const struct net_switch *sw)
{
    unsigned waiting = sw->sockets != NULL ? switch_sockets_waiting(sw->sockets) : 0;
    return (unsigned)sw->heap.count + waiting;
}

bool switch_unanswered(const struct net_switch *sw, int64_t now)
{
    return switch_waits_for_answer(&sw->questions, now);
}

/* --- what rules do --- */

/* When a link of that speed has sent the frame; -1: the queue before it is full. */
static int64_t through_slow_link(struct switch_rule *rule, size_t len, int64_t t)
{
    uint64_t bits = rule->rule.bits > 0 ? rule->rule.bits : 1;
    int64_t start = rule->busy_until > t ? rule->busy_until : t;
    int64_t queued = (int64_t)((uint64_t)(start - t) * bits / (8 * (uint64_t)CLOCK_S));
    if (queued + (int64_t)len > LIMIT_QUEUE)
        return -1;
    rule->busy_until = start + (int64_t)((uint64_t)len * 8 * (uint64_t)CLOCK_S / bits);
    return rule->busy_until;
}

static void delay(struct net_switch *sw, struct switch_rule *rule, struct parcel *parcel)
{
    int64_t due = parcel->t + rule->rule.delay_ns;
    /* Frames of several hosts need not come in the order of their times. */
    if (due < rule->last_due)
        due = rule->last_due;
    rule->last_due = due;
    keep_until(sw, parcel, due);
}

static void limit(struct net_switch *sw, struct switch_rule *rule, struct parcel *parcel)
{
    int64_t due = through_slow_link(rule, parcel->len, parcel->t);
    if (due < 0)
        drop(sw, parcel);
    else
        keep_until(sw, parcel, due);
}

static void corrupt(struct net_switch *sw, struct switch_rule *rule, struct parcel *parcel,
                    int64_t now)
{
    struct parcel *spoiled = parcel_keep(parcel);
    uint64_t draw = switch_rule_draw(rule, ~sw->seed, sw->ports[parcel->port].host);
    /* What no checksum covers, ARP, would be believed; a real card drops it for Ethernet's own. */
    if (switch_corrupt((unsigned char *)(spoiled + 1), spoiled->len, draw)) {
        spoiled->fate = SWITCH_CORRUPTED;
        hand_on(sw, spoiled, false, now);
    } else {
        drop(sw, spoiled);
    }
    parcel_free(spoiled);
}

static void wait_to_be_overtaken(struct net_switch *sw, struct switch_rule *rule,
                                 struct parcel *parcel)
{
    unsigned host = sw->ports[parcel->port].host;
    rule->to_overtake[host] = rule->rule.times > 0 ? rule->rule.times : 1;
    rule->waiting[host] = keep_until(sw, parcel, parcel->t + REORDER_WAITS);
}

/* Whether copies were handed on at once. */
static bool act(struct net_switch *sw, struct switch_rule *rule, struct parcel *parcel, int64_t now)
{
    parcel->rule = rule;
    switch (rule->rule.action) {
    case WIRE_DROP:
        drop(sw, parcel);
        return false;
    case WIRE_DELAY:
        delay(sw, rule, parcel);
        return false;
    case WIRE_LIMIT:
        limit(sw, rule, parcel);
        return false;
    case WIRE_REORDER:
        wait_to_be_overtaken(sw, rule, parcel);
        return false;
    case WIRE_HOLD:
        hold(sw, parcel);
        return false;
    case WIRE_DUPLICATE:
        parcel->fate = SWITCH_DUPLICATED;
        hand_on(sw, parcel, false, now);
        return true;
    case WIRE_CORRUPT:
        corrupt(sw, rule, parcel, now);
        return true;
    }
    return false;
}

/* --- one frame --- */

static switch_ports ports_of(const struct net_switch *sw, int host)
{
    switch_ports ports = 0;
    for (unsigned i = 0; i < sw->nports; i++)
        if ((int)sw->ports[i].host == host)
            ports |= UINT64_C(1) << i;
    return ports;
}

/* The frame overtakes those of its sender that wait for it. */
static void overtake(struct net_switch *sw, uint64_t id, unsigned host, int64_t now)
{
    for (unsigned i = 0; i < sw->nrules; i++) {
        struct switch_rule *rule = sw->rules[i];
        struct parcel *waiting = rule->waiting[host];
        if (waiting == NULL || rule->overtakes != id || --rule->to_overtake[host] > 0)
            continue;
        parcel_remove(&sw->heap, waiting);
        hand_on_kept(sw, waiting, now);
    }
}

/* Whether the rule decides about such a frame. A frame that comes while another waits to be
 * overtaken does that, and is not itself made to wait. */
static bool decides(struct net_switch *sw, struct switch_rule *rule, const struct packet *p,
                    const struct parcel *parcel)
{
    unsigned host = sw->ports[parcel->port].host;
    if (rule->ended || !switch_rule_matches(&rule->rule, p, host))
        return false;
    bool picked = switch_rule_picks(rule, sw->seed, host);
    if (rule->waiting[host] == NULL)
        return picked;
    rule->overtakes = parcel->id;
    return false;
}

/* Goes through the rules; takes the copies that they decide about from parcel->to. Whether there is
 * nothing left to decide. */
static bool apply_rules(struct net_switch *sw, struct parcel *parcel, int64_t now, bool *sent)
{
    struct packet p;
    packet_decode(&p, parcel->frame, parcel->len, parcel->len);
    for (unsigned i = 0; i < sw->nrules; i++) {
        struct switch_rule *rule = sw->rules[i];
        bool all = rule->rule.to < 0;
        switch_ports about = all ? parcel->to : parcel->to & ports_of(sw, rule->rule.to);
        if ((!all && about == 0) || !decides(sw, rule, &p, parcel))
            continue;
        struct parcel part = *parcel;
        part.to = about;
        *sent |= act(sw, rule, &part, now);
        parcel->to &= ~about;
        if (all || parcel->to == 0)
            return true;
    }
    return false;
}

/* --- a frame comes in --- */

/* What a switch does with it, before any rule. Whether there is something to be handed on. */
static bool find_way(struct net_switch *sw, struct parcel *parcel)
{
    if (switch_is_foul(sw, parcel->port, parcel->frame, parcel->len))
        return false;
    switch_learn(sw, parcel->frame + 6, parcel->port);
    switch_asked(&sw->questions, parcel->frame, parcel->len, parcel->port, parcel->t);
    if (switch_is_for_sender(sw, parcel->port, parcel->frame))
        return false;
    parcel->to = switch_way(sw, parcel->port, parcel->frame);
    switch_ports wide = switch_wide_enough(sw, parcel->to, parcel->len);
    if (parcel->to != 0 && wide == 0)
        return false;
    parcel->to = wide;
    return true;
}

void switch_frame(struct net_switch *sw, unsigned port, const void *frame, size_t len, int64_t t,
                  int64_t now)
{
    if (port >= sw->nports)
        return;
    struct parcel parcel = {.id = ++sw->nframes, .t = t, .port = port, .frame = frame, .len = len};
    hand_on_due(sw, t, now);
    if (!find_way(sw, &parcel)) {
        drop(sw, &parcel);
        return;
    }
    bool sent = false;
    if (!sw->ruled || !apply_rules(sw, &parcel, now, &sent)) {
        hand_on(sw, &parcel, false, now);
        sent = true;
    }
    if (sent && sw->ruled)
        overtake(sw, parcel.id, sw->ports[port].host, now);
}

/* --- rules coming and going --- */

void switch_rule(struct net_switch *sw, struct wire_rule *rule)
{
    struct switch_rule *added = mem_alloc(sizeof *added);
    added->rule = *rule;
    added->number = sw->nrules;
    sw->rules = mem_resize(sw->rules, sw->nrules + 1, sizeof(struct switch_rule *));
    sw->rules[sw->nrules++] = added;
    sw->ruled = true;
    *rule = (struct wire_rule){0};
}

static void end_rule(struct switch_rule *rule)
{
    rule->ended = true;
}

static void note_whether_ruled(struct net_switch *sw)
{
    sw->ruled = false;
    for (unsigned i = 0; i < sw->nrules; i++)
        sw->ruled |= !sw->rules[i]->ended;
}

/* Those whose rule has ended. */
static void hand_on_held(struct net_switch *sw, int64_t now)
{
    size_t stay = 0;
    for (size_t i = 0; i < sw->nheld; i++) {
        if (sw->held[i]->rule->ended)
            hand_on_kept(sw, sw->held[i], now);
        else
            sw->held[stay++] = sw->held[i];
    }
    sw->nheld = stay;
}

void switch_release(struct net_switch *sw, const char *text, int64_t now)
{
    size_t len = text != NULL ? strlen(text) : 0;
    for (unsigned i = 0; i < sw->nrules; i++) {
        const struct wire_rule *rule = &sw->rules[i]->rule;
        if (rule->action != WIRE_HOLD)
            continue;
        if (text == NULL || (rule->text != NULL && strncmp(rule->text, text, len) == 0))
            end_rule(sw->rules[i]);
    }
    note_whether_ruled(sw);
    hand_on_due(sw, now, now);
    hand_on_held(sw, now);
    switch_sockets_settle(sw);
}

static int by_arrival(const void *a, const void *b)
{
    const struct parcel *x = *(struct parcel *const *)a, *y = *(struct parcel *const *)b;
    return (x->order > y->order) - (x->order < y->order);
}

/* What is delayed joins what is held, and all of it goes in the order in which it came. */
void switch_clear(struct net_switch *sw, int64_t now)
{
    for (unsigned i = 0; i < sw->nrules; i++)
        end_rule(sw->rules[i]);
    sw->ruled = false;
    size_t count = sw->nheld + sw->heap.count;
    if (count > sw->held_cap) {
        sw->held = mem_resize(sw->held, count, sizeof(struct parcel *));
        sw->held_cap = count;
    }
    for (size_t i = 0; i < sw->heap.count; i++)
        sw->held[sw->nheld++] = sw->heap.at[i];
    sw->heap.count = 0;
    if (sw->nheld > 0)
        qsort(sw->held, sw->nheld, sizeof(struct parcel *), by_arrival);
    hand_on_held(sw, now);
    switch_sockets_settle(sw);
}
