/*
 * scene/wire: the wire between the hosts of a scene.
 *
 *  - The switch (net/switch.h) hands frames on; here its rules come from the script, and what it
 *    tells goes into the recording.
 *  - A frame stands in the recording at the time at which it was sent, under the host that sent it.
 *    When it arrives later, or never, its event says so.
 *  - Frames are told in the order of their ids, and mostly arrive in it: those that are still to
 *    arrive are kept in it too, and found by it, since a flood that is delayed has 100,000 of them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "scene/run.h"

/* A frame that is delayed or held, or its copies to some hosts, and its event (by place: the
 * recording is not sorted yet). */
struct on_way {
    uint64_t id;
    uint32_t to;
    bool arrived;
    size_t event;
};

static const char *fate_name(enum switch_fate fate)
{
    static const char *const names[] = {
        [SWITCH_DELIVERED] = "delivered", [SWITCH_DROPPED] = "dropped",
        [SWITCH_DELAYED] = "delayed",     [SWITCH_DUPLICATED] = "duplicated",
        [SWITCH_HELD] = "held",           [SWITCH_CORRUPTED] = "corrupted",
    };
    return names[fate];
}

static const char *receivers(struct run *run, uint32_t to)
{
    struct strbuf out = STRBUF_INIT;
    for (unsigned i = 0; i < run->network->nhosts; i++)
        if ((to & (UINT32_C(1) << i)) != 0)
            strbuf_printf(&out, "%s%s", out.len > 0 ? "," : "", run->network->hosts[i].name);
    const char *text = out.len > 0 ? timeline_string(run->tl, out.data) : NULL;
    strbuf_free(&out);
    return text;
}

static void states_arrive(struct run *run, const struct event *ev, uint32_t to, int64_t t)
{
    for (unsigned i = 0; i < run->nplaces; i++)
        if ((to & (UINT32_C(1) << i)) != 0 && run->places[i].states != NULL)
            states_received(run->places[i].states, ev, t);
}

/* NULL: it was not recorded. */
static struct on_way *find_on_way(const struct run *run, const struct switch_report *report)
{
    size_t low = run->first_on_way, high = run->non_way;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (run->on_way[middle].id < report->id)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < run->non_way && run->on_way[low].id == report->id; low++)
        if (run->on_way[low].to == report->to && !run->on_way[low].arrived)
            return &run->on_way[low];
    return NULL;
}

static void arrived_later(struct run *run, const struct switch_report *report)
{
    struct on_way *frame = find_on_way(run, report);
    if (frame == NULL)
        return;
    struct event *ev = &run->tl->events[frame->event];
    int64_t t = report->handed_on - run->start;
    ev->packet.arrived_ns = t - ev->t;
    states_arrive(run, ev, report->to, t);
    frame->arrived = true;
    while (run->first_on_way < run->non_way && run->on_way[run->first_on_way].arrived)
        run->first_on_way++;
    if (run->first_on_way == run->non_way)
        run->first_on_way = run->non_way = 0;
}

static void remember(struct run *run, const struct switch_report *report, const struct event *ev)
{
    run->on_way = mem_resize(run->on_way, run->non_way + 1, sizeof *run->on_way);
    run->on_way[run->non_way++] = (struct on_way){.id = report->id,
                                                  .to = report->to,
                                                  .event = (size_t)(ev - run->tl->events)};
}

static void on_report(void *arg, const struct switch_report *report)
{
    struct run *run = arg;
    run->activity++;
    if (report->fate == SWITCH_DROPPED || report->fate == SWITCH_HELD ||
        report->fate == SWITCH_CORRUPTED)
        run->lossy = true;
    if (run->over)
        return;
    if (report->again) {
        arrived_later(run, report);
        return;
    }
    if (!record_wanted(run, report->frame, report->len, report->len))
        return;
    struct event *ev =
        packet_record(run->tl, run->wire_flows, report->frame, report->len, report->len,
                      report->t - run->start, run->network->hosts[report->from].name);
    ev->packet.fate = timeline_string(run->tl, fate_name(report->fate));
    ev->packet.hosts_to = receivers(run, report->to);
    if (report->rule != NULL)
        ev->packet.rule = timeline_string(run->tl, report->rule->text);
    struct states *sender = run->places[report->from].states;
    if (sender != NULL)
        states_sent(sender, ev);
    if (report->handed_on < 0) {
        ev->packet.arrived_ns = -1;
        if (report->fate != SWITCH_DROPPED)
            remember(run, report, ev);
    } else if (report->fate != SWITCH_CORRUPTED) {
        states_arrive(run, ev, report->to, report->handed_on - run->start);
    }
}

int wire_add_rule(struct run *run, const char *text)
{
    struct wire_rule rule;
    char *expanded = run_expand(run, text);
    int rc = expanded != NULL ? wire_rule_parse(&rule, expanded, run->network, run->err) : -1;
    if (rc == 0)
        switch_rule(run->wire, &rule);
    free(expanded);
    return rc;
}

void wire_clear(struct run *run)
{
    switch_clear(run->wire, clock_now());
    run->activity++;
}

int wire_release(struct run *run, const char *text)
{
    char *expanded = text != NULL ? run_expand(run, text) : NULL;
    if (text != NULL && expanded == NULL)
        return -1;
    switch_release(run->wire, expanded, clock_now());
    run->activity++;
    free(expanded);
    return 0;
}

int wire_say(struct run *run, const char *text)
{
    static const char release[] = "release ";
    if (run->wire == NULL)
        return error_set(run->err, "there is no wire: the scene has one host");
    if (strcmp(text, "clear") == 0) {
        wire_clear(run);
        return 0;
    }
    if (strncmp(text, release, sizeof release - 1) != 0)
        return wire_add_rule(run, text);
    const char *what = text + sizeof release - 1;
    return wire_release(run, strcmp(what, "all") == 0 ? NULL : what);
}

int wire_open(struct run *run)
{
    const int *ports;
    unsigned nports;
    if (run->network == NULL)
        return 0;
    run->wire_flows = packet_flows_new();
    run->wire = switch_new(run->network, run->setup->seed, NULL, on_report, run);
    ports = sandbox_ports(run->sandbox, &nports);
    if (switch_attach(run->wire, run->loop, ports, nports, run->err) != 0)
        return -1;
    for (unsigned i = 0; i < run->setup->script->nwire; i++)
        if (wire_add_rule(run, run->setup->script->wire[i]) != 0)
            return -1;
    return 0;
}

void wire_close(struct run *run)
{
    switch_free(run->wire);
    run->wire = NULL;
    packet_flows_free(run->wire_flows);
    run->wire_flows = NULL;
    free(run->on_way);
    run->on_way = NULL;
    run->first_on_way = run->non_way = 0;
}

bool wire_pump(struct run *run)
{
    return run->wire != NULL && switch_pump(run->wire) > 0;
}

bool wire_busy(const struct run *run)
{
    return run->wire != NULL &&
           (switch_on_way(run->wire) > 0 || switch_unanswered(run->wire, clock_now()));
}

struct place *run_place(struct run *run, const char *host)
{
    if (host == NULL)
        return &run->places[0];
    for (unsigned i = 0; i < run->nplaces; i++)
        if (strcmp(run->places[i].name, host) == 0)
            return &run->places[i];
    return NULL;
}
