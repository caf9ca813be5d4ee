/*
 * switch_help - a switch with named hosts, whose frames are one-letter datagrams, for tests that
 * say in words what went in and expect in words what came out.
 *
 *     wire_rules(w, "drop udp 2");
 *     wire_udp(w, "alice", "bob", "a");
 *     expect_out(w, "bob:a");                   who was handed what
 *     expect_told(w, "1 delivered bob");        what was told: id, fate, to whom
 *
 * Time stands still until wire_wait.
 */
#ifndef SOCKLINGS_TESTS_SWITCH_HELP_H
#define SOCKLINGS_TESTS_SWITCH_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "frame_build.h"
#include "net/switch.h"
#include "timeline/packet.h"

#define HELP static __attribute__((unused))
#define FROM_PORT 40001
#define TO_PORT 7000

struct wire {
    struct network net;
    struct net_switch *sw;
    int64_t now;
    struct strbuf out, told;
};

static const char *const wire_fates[] = {"delivered",  "dropped", "delayed",
                                         "duplicated", "held",    "corrupted"};

/* --- what comes out --- */

static void wire_on_send(void *arg, unsigned port, const void *frame, size_t len)
{
    struct wire *w = arg;
    struct packet p;
    packet_decode(&p, frame, len, len);
    unsigned host = 0;
    while (port >= w->net.hosts[host].ninterfaces)
        port -= w->net.hosts[host++].ninterfaces;
    strbuf_printf(&w->out, "%s%s:", w->out.len > 0 ? " " : "", w->net.hosts[host].name);
    if (p.payload_kept > 0)
        strbuf_add(&w->out, p.frame + p.payload_offset, p.payload_kept < 8 ? p.payload_kept : 8);
    else
        strbuf_puts(&w->out, packet_proto(&p));
}

static void wire_on_report(void *arg, const struct switch_report *report)
{
    struct wire *w = arg;
    strbuf_printf(&w->told, "%s%u %s%s", w->told.len > 0 ? "; " : "", (unsigned)report->id,
                  report->again ? "again " : "", wire_fates[report->fate]);
    for (unsigned host = 0; host < w->net.nhosts; host++)
        if ((report->to >> host & 1) != 0)
            strbuf_printf(&w->told, " %s", w->net.hosts[host].name);
    assert_true(report->handed_on == -1 || report->handed_on == w->now);
    assert_true(report->t <= w->now);
    assert_int_equal(report->handed_on == -1,
                     report->fate == SWITCH_DROPPED ||
                         (!report->again && report->fate != 0 &&
                          report->fate != SWITCH_DUPLICATED && report->fate != SWITCH_CORRUPTED));
}

HELP void expect_text(struct strbuf *is, const char *wanted)
{
    assert_string_equal(is->len > 0 ? is->data : "", wanted);
    strbuf_cut(is, 0);
}

HELP void expect_out(struct wire *w, const char *wanted)
{
    expect_text(&w->out, wanted);
}

HELP void expect_told(struct wire *w, const char *wanted)
{
    expect_text(&w->told, wanted);
}

/* --- making --- */

HELP void wire_begin_seed(struct wire *w, const char *hosts, uint64_t seed)
{
    struct error err = {""};
    *w = (struct wire){.now = CLOCK_S, .out = STRBUF_INIT, .told = STRBUF_INIT};
    if (network_parse(&w->net, hosts, &err) != 0)
        fail_msg("%s", err.text);
    w->sw = switch_new(&w->net, seed, wire_on_send, wire_on_report, w);
}

HELP void wire_begin(struct wire *w, const char *hosts)
{
    wire_begin_seed(w, hosts, 4711);
}

HELP void wire_end(struct wire *w)
{
    switch_free(w->sw);
    strbuf_free(&w->out);
    strbuf_free(&w->told);
}

HELP void wire_rule(struct wire *w, const char *text)
{
    struct error err = {""};
    struct wire_rule rule;
    if (wire_rule_parse(&rule, text, &w->net, &err) != 0)
        fail_msg("%s", err.text);
    switch_rule(w->sw, &rule);
}

HELP unsigned wire_host(const struct wire *w, const char *name)
{
    int host = network_find(&w->net, name);
    assert_true(host >= 0);
    return (unsigned)host;
}

HELP unsigned wire_port(const struct wire *w, const char *name)
{
    unsigned port = 0, host = wire_host(w, name);
    for (unsigned i = 0; i < host; i++)
        port += w->net.hosts[i].ninterfaces;
    return port;
}

/* --- frames --- */

/* Ethernet's addresses; to NULL: broadcast. */
HELP void wire_address(const struct wire *w, struct frame *f, const char *from, const char *to)
{
    memcpy(f->bytes + 6, w->net.hosts[wire_host(w, from)].interfaces[0].mac, 6);
    if (to == NULL)
        memset(f->bytes, 0xff, 6);
    else
        memcpy(f->bytes, w->net.hosts[wire_host(w, to)].interfaces[0].mac, 6);
}

HELP void wire_ip(const struct wire *w, const char *host, char text[INET_ADDRSTRLEN])
{
    if (host == NULL)
        strcpy(text, "255.255.255.255");
    else
        inet_ntop(AF_INET, &w->net.hosts[wire_host(w, host)].interfaces[0].address, text,
                  INET_ADDRSTRLEN);
}

HELP struct frame wire_datagram(const struct wire *w, const char *from, const char *to,
                                const char *data)
{
    char from_ip[INET_ADDRSTRLEN], to_ip[INET_ADDRSTRLEN];
    wire_ip(w, from, from_ip);
    wire_ip(w, to, to_ip);
    struct frame f = frame_udp(from_ip, FROM_PORT, to_ip, TO_PORT, data, strlen(data));
    wire_address(w, &f, from, to);
    return f;
}

HELP void wire_put(struct wire *w, const char *from, const struct frame *f)
{
    switch_frame(w->sw, wire_port(w, from), f->bytes, f->len, w->now, w->now);
}

HELP void wire_udp(struct wire *w, const char *from, const char *to, const char *data)
{
    struct frame f = wire_datagram(w, from, to, data);
    wire_put(w, from, &f);
}

HELP void wire_tcp(struct wire *w, const char *from, const char *to, const char *flags,
                   const char *data)
{
    char from_ip[INET_ADDRSTRLEN], to_ip[INET_ADDRSTRLEN];
    wire_ip(w, from, from_ip);
    wire_ip(w, to, to_ip);
    struct frame f = frame_tcp(from_ip, FROM_PORT, to_ip, TO_PORT, flags, 1, 1, "", 0, data);
    wire_address(w, &f, from, to);
    wire_put(w, from, &f);
}

/* A datagram of each letter, one after the other. */
HELP void wire_letters(struct wire *w, const char *from, const char *to, const char *letters)
{
    for (; *letters != '\0'; letters++)
        wire_udp(w, from, to, (char[]){*letters, '\0'});
}

/* Everybody has spoken, and is known to the switch. */
HELP void wire_meet(struct wire *w)
{
    for (unsigned i = 0; i < w->net.nhosts; i++)
        wire_udp(w, w->net.hosts[i].name, NULL, "hello");
    strbuf_cut(&w->out, 0);
    strbuf_cut(&w->told, 0);
}

/* How long it is then until the next is due; INT64_MAX: nothing is. */
HELP int64_t wire_wait(struct wire *w, int64_t ns)
{
    w->now += ns;
    int64_t due = switch_due(w->sw, w->now);
    return due == INT64_MAX ? due : due - w->now;
}

#endif
