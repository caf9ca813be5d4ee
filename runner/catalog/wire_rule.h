/*
 * catalog/wire_rule - what the wire of a scene does to frames, as a line of text:
 *
 *     drop tcp syn 1                      the first SYN is lost
 *     drop udp from bob 30%               three datagrams of ten that bob sends, drawn by the seed
 *     delay 80ms from bob to alice        every frame that goes that way
 *     duplicate udp port 7000 every 2
 *     reorder udp from alice 1            the first is handed on after the next one that matches
 *     hold tcp syn-ack                    until the rule is released
 *     corrupt udp data 2                  one bit of the payload flips; its checksum stays
 *                                         (of a frame without payload, one of the checksum)
 *     limit 1mbit from alice              a queue of 64 KiB before it, the rest is dropped
 *     drop udp containing "WHO?" 1-3
 *
 *     RULE   = ACTION { MATCH } [ WHICH ]
 *     ACTION = "drop" | "delay" TIME | "duplicate" [ TIMES ] | "reorder" [ PLACES ] | "hold"
 *            | "corrupt" | "limit" RATE
 *     MATCH  = "from" HOST | "to" HOST | PROTOCOL | KIND | "port" N | "from-port" N | "to-port" N
 *            | "containing" TEXT | "broadcast" | "unicast"
 *     PROTOCOL = "arp" | "ip" | "ip6" | "icmp" | "icmp6" | "udp" | "tcp"
 *     KIND   = "syn" | "syn-ack" | "ack" | "data" | "fin" | "rst"
 *              (tcp, but for "data", which is any payload of UDP too; "syn" without ACK; "ack"
 *              carries nothing else; "request" and "reply" for arp and ICMP echo)
 *     WHICH  = N | N "-" M | N "+" | "every" N | P "%"     counts the frames that match; N from 1
 *     TIME   = a number and "us", "ms" or "s" (at most 10 s); RATE = a number and "kbit" or "mbit"
 *     TEXT   = "…" with \" \\ \n \r \t \xHH, or hex:00ff; it is looked for in the payload
 *
 * The rules of a scene are looked at in their order; the first that matches, and whose WHICH picks
 * the frame, decides. A frame is counted by every rule that it matches up to the one that decides.
 */
#ifndef SOCKLINGS_CATALOG_WIRE_RULE_H
#define SOCKLINGS_CATALOG_WIRE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "catalog/network.h"

enum wire_action {
    WIRE_DROP,
    WIRE_DELAY,
    WIRE_DUPLICATE,
    WIRE_REORDER,
    WIRE_HOLD,
    WIRE_CORRUPT,
    WIRE_LIMIT,
};

enum wire_protocol {
    WIRE_ANY,
    WIRE_ARP,
    WIRE_IP,
    WIRE_IP6,
    WIRE_ICMP,
    WIRE_ICMP6,
    WIRE_UDP,
    WIRE_TCP,
};

enum wire_kind {
    WIRE_KIND_ANY,
    WIRE_SYN,
    WIRE_SYN_ACK,
    WIRE_ACK,
    WIRE_DATA,
    WIRE_FIN,
    WIRE_RST,
    WIRE_REQUEST,
    WIRE_REPLY,
};

enum wire_cast { WIRE_CAST_ANY, WIRE_BROADCAST, WIRE_UNICAST };

enum wire_which { WIRE_ALL, WIRE_RANGE, WIRE_EVERY, WIRE_PERCENT };

struct wire_rule {
    enum wire_action action;
    int64_t delay_ns; /* DELAY */
    unsigned times;   /* DUPLICATE: further copies [1], at most 10; REORDER: how many frames that
                         match overtake it [1], at most 100 */
    uint64_t bits;    /* LIMIT: a second */
    int from, to;     /* host's index in the network, or -1: any. `to` also matches a frame that is
                         flooded to it */
    enum wire_protocol protocol;
    enum wire_kind kind;
    unsigned port, from_port, to_port; /* 0: any */
    const char *containing;            /* ncontaining 0: any; belongs to the rule */
    size_t ncontaining;
    enum wire_cast cast;
    enum wire_which which;
    unsigned first, last; /* RANGE: last 0: no end; EVERY: first is N; PERCENT: first is P, 1-100 */
    const char *text;     /* as it was written, blanks made single; belongs to the rule */
};

/* Hosts are looked up in `net`. 0; or -1 and *err: a sentence that quotes the word at fault and
 * says what could stand there. Rules that can never match (udp syn) are an error too. The
 * caller frees with wire_rule_free; after -1 there is nothing to free. */
int wire_rule_parse(struct wire_rule *rule, const char *text, const struct network *net,
                    struct error *err);
void wire_rule_free(struct wire_rule *rule);

#endif
