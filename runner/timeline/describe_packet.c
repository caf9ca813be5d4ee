/* timeline/describe_packet: a packet in words. See describe.h. */
#include <inttypes.h>
#include <string.h>

#include "base/bytes.h"
#include "timeline/describe.h"

void describe_flags(struct strbuf *out, const char *flags)
{
    static const struct {
        char flag;
        const char *name;
    } names[] = {{'S', "SYN"}, {'F', "FIN"}, {'R', "RST"}, {'P', "PSH"},
                 {'U', "URG"}, {'E', "ECE"}, {'W', "CWR"}, {'.', "ACK"}};
    const char *before = "";
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strchr(flags, names[i].flag) == NULL)
            continue;
        strbuf_printf(out, "%s%s", before, names[i].name);
        before = "-";
    }
}

static void add_text(struct strbuf *out, const char *text)
{
    bytes_escape(out, text, strlen(text));
}

/* ", delayed on the wire for 80 ms by the rule `delay 80ms from bob`" */
static void add_fate(struct strbuf *out, const struct packet_event *p)
{
    if (p->fate == NULL || *p->fate == '\0' || strcmp(p->fate, "delivered") == 0)
        return;
    strbuf_puts(out, ", ");
    add_text(out, p->fate);
    if (p->rule == NULL)
        return;
    strbuf_puts(out, " on the wire");
    if (p->arrived_ns >= 1000000)
        strbuf_printf(out, " for %" PRId64 " ms", (p->arrived_ns + 500000) / 1000000);
    strbuf_puts(out, " by the rule `");
    add_text(out, p->rule);
    strbuf_puts(out, "`");
    if (p->arrived_ns < 0 && strcmp(p->fate, "dropped") != 0)
        strbuf_puts(out, ", and never released");
}

void describe_packet(struct strbuf *out, const struct packet_event *p)
{
    describe_address(out, p->from != NULL ? p->from : "?");
    strbuf_puts(out, " > ");
    describe_address(out, p->to != NULL ? p->to : "?");
    strbuf_putc(out, ' ');
    if (p->flags != NULL) {
        describe_flags(out, p->flags);
        strbuf_printf(out, " seq=%" PRIu32, p->seq);
        if (strchr(p->flags, '.') != NULL)
            strbuf_printf(out, " ack=%" PRIu32, p->ack);
    } else {
        add_text(out, p->proto != NULL ? p->proto : "packet");
    }
    if (p->len > 0)
        strbuf_printf(out, " len=%" PRIu32, p->len);
    if (p->info != NULL) {
        strbuf_puts(out, ", ");
        add_text(out, p->info);
    }
    add_fate(out, p);
}
