/*
 * net/switch_questions - who waits to learn a neighbour's address; see switch_parts.h.
 *
 * ARP (RFC 826) and Neighbour Discovery (RFC 4861). A question is answered when a frame reaches the
 * one who asked in which the neighbour speaks for itself: an answer, but also a question of its
 * own, which the kernel learns from as well. Nobody is expected to answer a question about the
 * sender's own address (an announcement, or a check that it is free).
 */
#include <string.h>

#include "base/clock.h"
#include "net/switch_parts.h"

enum {
    ETHERTYPE_ARP = 0x0806,
    ETHERTYPE_IPV6 = 0x86dd,
    ARP_REQUEST = 1,
    SOLICITATION = 135,
    ADVERTISEMENT = 136,
};

/* The kernel asks once a second, three times (arp(7): mcast_solicit, retrans_time), and gives up a
 * second after the last: with some time for it to do so. */
#define ANSWER_WITHIN (CLOCK_S * 3 / 2)

/* What a frame says about neighbours' addresses. */
struct word {
    unsigned version;    /* 0: nothing */
    const uint8_t *from; /* who speaks for itself; NULL: nobody */
    const uint8_t *asks; /* about whom; NULL: it does not ask */
};

static bool may_speak(const unsigned char *frame, size_t len)
{
    unsigned type = len >= SWITCH_HEADER ? (unsigned)(frame[12] << 8 | frame[13]) : 0;
    return type == ETHERTYPE_ARP || type == ETHERTYPE_IPV6;
}

static struct word read_word(struct packet *p, const void *frame, size_t len)
{
    static const uint8_t nobody[16];
    struct word word = {0};
    packet_decode(p, frame, len, len);
    if (p->has_arp) {
        word.version = 4;
        word.from = p->arp.from_ip;
        if (p->arp.operation == ARP_REQUEST)
            word.asks = p->arp.to_ip;
    } else if (p->has_icmp6 && p->icmp.has_target && p->icmp.type == SOLICITATION) {
        word.version = 6;
        word.from = p->ip.from;
        word.asks = p->icmp.target;
    } else if (p->has_icmp6 && p->icmp.has_target && p->icmp.type == ADVERTISEMENT) {
        word.version = 6;
        word.from = p->icmp.target;
    }
    size_t size = word.version == 4 ? 4 : 16;
    if (word.version != 0 && memcmp(word.from, nobody, size) == 0)
        word.from = word.asks = NULL;
    if (word.asks != NULL && memcmp(word.asks, word.from, size) == 0)
        word.asks = NULL;
    return word;
}

static bool is_about(const struct switch_question *question, unsigned version, const uint8_t *whom)
{
    return question->version == version &&
           memcmp(question->about, whom, version == 4 ? 4 : 16) == 0;
}

static void drop(struct switch_questions *questions, unsigned i)
{
    questions->count--;
    memmove(&questions->list[i], &questions->list[i + 1],
            (questions->count - i) * sizeof questions->list[0]);
}

void switch_asked(struct switch_questions *questions, const void *frame, size_t len, unsigned port,
                  int64_t t)
{
    struct packet p;
    if (!may_speak(frame, len))
        return;
    struct word word = read_word(&p, frame, len);
    if (word.asks == NULL)
        return;
    for (unsigned i = 0; i < questions->count; i++) {
        if (questions->list[i].port == port &&
            is_about(&questions->list[i], word.version, word.asks)) {
            drop(questions, i);
            break;
        }
    }
    if (questions->count == SWITCH_QUESTIONS)
        drop(questions, 0); /* the one that was asked longest ago */
    struct switch_question *question = &questions->list[questions->count++];
    *question = (struct switch_question){.version = word.version, .port = port, .t = t};
    memcpy(question->about, word.asks, word.version == 4 ? 4 : 16);
}

void switch_answered(struct switch_questions *questions, const void *frame, size_t len,
                     switch_ports to)
{
    struct packet p;
    if (questions->count == 0 || !may_speak(frame, len))
        return;
    struct word word = read_word(&p, frame, len);
    if (word.from == NULL)
        return;
    for (unsigned i = questions->count; i > 0; i--) {
        struct switch_question *question = &questions->list[i - 1];
        if ((to >> question->port & 1) != 0 && is_about(question, word.version, word.from))
            drop(questions, i - 1);
    }
}

bool switch_waits_for_answer(const struct switch_questions *questions, int64_t now)
{
    for (unsigned i = 0; i < questions->count; i++)
        if (now - questions->list[i].t < ANSWER_WITHIN)
            return true;
    return false;
}
