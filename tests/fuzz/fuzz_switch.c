/* Any rules and any frames on the wire: the first byte chooses the hosts, the next eight are the
 * seed; then rules, a line each, up to an empty one; then steps: what to do and how much time has
 * passed, a byte each, and for a frame its length in two bytes and its bytes. Never a crash; and
 * however frames are delayed, held and doubled, each is told, none is sent back or into another
 * segment, and in the end none is missing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "net/switch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RULES_MOST = 20, FRAMES_MOST = 300 };

static const char *const networks[] = {
    "alice,bob,carol",
    "alice=10.0.0.1/24,gate=10.0.0.254/24+10.0.1.254/24,bob=10.0.1.1/24,carol=10.0.1.2/24",
    "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p",
    "alice=10.0.0.1/24+fd00::1/64,bob=10.0.0.2/24+fd00::2/64",
    "alone",
};

struct wire {
    struct network net;
    struct net_switch *sw;
    unsigned segments[64], nports;
    uint64_t frames, told; /* that were put, that were told for the first time */
    uint64_t last_id;
    uint64_t kept, handed_on; /* reports: delayed or held; told again */
    int64_t now;
    bool in_frame;
    unsigned port;
    size_t len;
};

static void on_send(void *arg, unsigned port, const void *frame, size_t len)
{
    const struct wire *w = arg;
    unsigned char copy[1518];
    if (port >= w->nports || len < 14 || len > 1518)
        abort();
    memcpy(copy, frame, len); /* all of it is there */
}

static void on_report(void *arg, const struct switch_report *report)
{
    struct wire *w = arg;
    if (report->again) {
        w->handed_on++;
        if (report->fate != SWITCH_DELAYED && report->fate != SWITCH_HELD)
            abort();
    } else {
        if (!w->in_frame || report->id != w->frames || report->port != w->port ||
            report->len != w->len)
            abort();
        w->told += report->id != w->last_id;
        w->last_id = report->id;
        w->kept += report->fate == SWITCH_DELAYED || report->fate == SWITCH_HELD;
    }
    if ((report->to >> report->from & 1) != 0 || report->t > w->now)
        abort();
    for (unsigned port = 0, host = 0; host < w->net.nhosts; host++) {
        bool reached = false;
        for (unsigned i = 0; i < w->net.hosts[host].ninterfaces; i++, port++)
            reached |= w->segments[port] == w->segments[report->port] && port != report->port;
        if ((report->to >> host & 1) != 0 && !reached)
            abort();
    }
    if (report->handed_on >= 0 && report->handed_on != w->now)
        abort();
}

static void put(struct wire *w, unsigned port, const uint8_t *data, size_t len)
{
    uint8_t *frame = malloc(len > 0 ? len : 1); /* so that one byte too many is noticed */
    if (frame == NULL)
        abort();
    memcpy(frame, data, len);
    w->frames++;
    w->port = port;
    w->len = len;
    w->in_frame = true;
    switch_frame(w->sw, port, frame, len, w->now - port, w->now);
    w->in_frame = false;
    free(frame);
    if (w->told != w->frames)
        abort();
}

/* Where the rules end. */
static size_t add_rules(struct wire *w, const uint8_t *data, size_t size)
{
    size_t at = 0;
    for (unsigned n = 0; at < size && data[at] != '\n'; n++) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t len = end != NULL ? (size_t)(end - data) - at : size - at;
        char *text = calloc(1, len + 1);
        struct wire_rule rule;
        if (text == NULL)
            abort();
        memcpy(text, data + at, len);
        if (n < RULES_MOST && wire_rule_parse(&rule, text, &w->net, NULL) == 0)
            switch_rule(w->sw, &rule);
        free(text);
        at += len + (end != NULL);
    }
    return at < size ? at + 1 : size;
}

static void steps(struct wire *w, const uint8_t *data, size_t size)
{
    for (size_t at = 0; at + 2 <= size && w->frames < FRAMES_MOST;) {
        unsigned what = data[at];
        w->now += (int64_t)data[at + 1] * CLOCK_MS / 4;
        at += 2;
        if (what == 255) {
            switch_release(w->sw, NULL, w->now);
        } else if (what == 254) {
            switch_release(w->sw, "hold udp", w->now);
        } else if (what == 253) {
            switch_clear(w->sw, w->now);
        } else if (what == 252) {
            (void)switch_unanswered(w->sw, w->now);
            if (switch_due(w->sw, w->now) <= w->now)
                abort();
        } else if (at + 2 <= size) {
            size_t len = (size_t)(data[at] << 8 | data[at + 1]);
            at += 2;
            if (len > size - at)
                len = size - at;
            put(w, what % w->nports, data + at, len);
            at += len;
        }
    }
}

static void check_end(struct wire *w)
{
    uint64_t held;
    while (switch_on_way(w->sw) > 0) {
        int64_t due = switch_due(w->sw, w->now);
        if (switch_on_way(w->sw) == 0)
            break;
        if (due == INT64_MAX || due - w->now > 600 * CLOCK_S)
            abort();
        w->now = due;
    }
    held = w->kept - w->handed_on;
    switch_release(w->sw, NULL, w->now);
    if (held > w->frames * w->net.nhosts || w->kept != w->handed_on)
        abort();
    switch_clear(w->sw, w->now);
    if (switch_due(w->sw, w->now) != INT64_MAX || w->kept != w->handed_on)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct wire w = {.now = CLOCK_S};
    uint64_t seed;
    if (size < 9)
        return 0;
    memcpy(&seed, data + 1, sizeof seed);
    if (network_parse(&w.net, networks[data[0] % (sizeof networks / sizeof networks[0])], NULL) !=
        0)
        abort();
    for (unsigned host = 0; host < w.net.nhosts; host++)
        for (unsigned i = 0; i < w.net.hosts[host].ninterfaces; i++)
            w.segments[w.nports++] = w.net.hosts[host].interfaces[i].segment;
    w.sw = switch_new(&w.net, seed, on_send, on_report, &w);
    size_t at = 9 + add_rules(&w, data + 9, size - 9);
    steps(&w, data + at, size - at);
    check_end(&w);
    switch_free(w.sw);
    return 0;
}
