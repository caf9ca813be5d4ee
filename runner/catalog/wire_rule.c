/*
 * catalog/wire_rule: see wire_rule.h. A rule is read word by word; one table says what each word
 * does. What can never match is told when all words are known: wire_rule_check.c.
 */
#include "catalog/wire_rule.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "catalog/network_parts.h"
#include "catalog/wire_rule_check.h"

#define DIGITS "0123456789"
#define BLANKS " \t\r\n"

enum {
    COUNT_MOST = 1000000000,
    TIMES_MOST = 10,
    PLACES_MOST = 100,
    TEXT_MOST = 1472, /* payload of the largest datagram in a frame */
};
#define DELAY_MOST INT64_C(10000000000)
#define RATE_MOST UINT64_C(1000000000)

struct parser {
    struct wire_rule *rule;
    const struct network *net;
    struct error *err;
    const char *at;      /* what is not read yet */
    const char *start;   /* the word itself, as it is written */
    struct strbuf word;  /* the same; or, in quotes, what they hold */
    bool quoted;         /* the word stands in quotes */
    bool again;          /* next_word gives the same word again */
    struct strbuf clean; /* the words so far, with one blank between them */
};

/* An error that quotes the word: WORD what. */
static int word_error(struct parser *p, const char *what)
{
    return network_word_error(p->err, p->word.data, what);
}

/* --- words --- */

/* The byte that an escape stands for, or -1; *at is behind it. */
static int escaped(const char **at)
{
    char hex[3] = "";
    switch (*(*at)++) {
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case '"':
        return '"';
    case '\\':
        return '\\';
    case 'x':
        if (!isxdigit((unsigned char)(*at)[0]) || !isxdigit((unsigned char)(*at)[1]))
            return -1;
        memcpy(hex, *at, 2);
        *at += 2;
        return (int)strtoul(hex, NULL, 16);
    default:
        return -1;
    }
}

static int read_quoted(struct parser *p)
{
    const char *at = p->at + 1;
    while (*at != '"') {
        int byte = (unsigned char)*at;
        if (*at == '\0')
            return error_set(p->err, "a text in quotes is not closed by '\"'");
        at++;
        if (byte == '\\')
            byte = escaped(&at);
        if (byte < 0)
            return error_set(p->err, "behind a '\\' stands one of \\ \" n r t, or x and two hex "
                                     "digits");
        strbuf_putc(&p->word, (char)byte);
    }
    p->at = at + 1;
    if (*p->at != '\0' && strchr(BLANKS, *p->at) == NULL)
        return error_set(p->err, "a blank must follow a text in quotes");
    return 0;
}

/* 1: there is a word; 0: the rule is at its end; -1 and the error. */
static int next_word(struct parser *p)
{
    if (p->again) {
        p->again = false;
        return 1;
    }
    p->at += strspn(p->at, BLANKS);
    strbuf_cut(&p->word, 0);
    if (*p->at == '\0')
        return 0;
    p->start = p->at;
    p->quoted = *p->at == '"';
    if (p->quoted) {
        if (read_quoted(p) != 0)
            return -1;
    } else {
        p->at += strcspn(p->at, BLANKS);
        strbuf_add(&p->word, p->start, (size_t)(p->at - p->start));
    }
    if (p->clean.len > 0)
        strbuf_putc(&p->clean, ' ');
    strbuf_add(&p->clean, p->start, (size_t)(p->at - p->start));
    return 1;
}

/* The word that must follow another. */
static int need_word(struct parser *p, const char *after, const char *what)
{
    int result = next_word(p);
    if (result == 0)
        return error_set(p->err, "behind \"%s\" stands %s", after, what);
    return result < 0 ? -1 : 0;
}

/* A whole number from 1 to `most` at *at, which is behind it afterwards. */
static bool read_number(const char **at, uint64_t most, uint64_t *number)
{
    size_t len = strspn(*at, DIGITS);
    if (len < 1 || len > 12)
        return false;
    *number = strtoull(*at, NULL, 10);
    *at += len;
    return *number >= 1 && *number <= most;
}

static bool is_number(const char *text)
{
    return text[0] != '\0' && text[strspn(text, DIGITS)] == '\0';
}

/* --- actions --- */

static int read_delay(struct parser *p)
{
    static const char needed[] = "a time of at most 10 s, as in 80ms (us, ms or s)";
    uint64_t number, unit = 0;
    if (need_word(p, "delay", needed) != 0)
        return -1;
    const char *at = p->word.data;
    if (read_number(&at, (uint64_t)DELAY_MOST / 1000, &number)) {
        unit = strcmp(at, "us") == 0   ? 1000
               : strcmp(at, "ms") == 0 ? 1000000
               : strcmp(at, "s") == 0  ? 1000000000
                                       : 0;
    }
    if (unit == 0 || number > (uint64_t)DELAY_MOST / unit)
        return word_error(p, "is no time of at most 10 s, as in 80ms (us, ms or s)");
    p->rule->delay_ns = (int64_t)(number * unit);
    return 0;
}

static int read_rate(struct parser *p)
{
    uint64_t number, unit = 0;
    if (need_word(p, "limit", "a rate, as in 1mbit (kbit or mbit a second)") != 0)
        return -1;
    const char *at = p->word.data;
    if (read_number(&at, RATE_MOST / 1000, &number))
        unit = strcmp(at, "kbit") == 0 ? 1000 : strcmp(at, "mbit") == 0 ? 1000000 : 0;
    if (unit == 0 || number > RATE_MOST / unit)
        return word_error(p, "is no rate of at most 1000 Mbit/s, as in 1mbit (kbit or mbit a "
                             "second)");
    p->rule->bits = number * unit;
    return 0;
}

/* The number that may follow "duplicate" and "reorder". */
static int read_times(struct parser *p, unsigned most)
{
    char what[64];
    uint64_t number;
    p->rule->times = 1;
    int result = next_word(p);
    if (result <= 0)
        return result;
    const char *at = p->word.data;
    if (p->quoted || !is_number(at)) {
        p->again = true;
        return 0;
    }
    snprintf(what, sizeof what, "is too much or too little: 1 to %u", most);
    if (!read_number(&at, most, &number))
        return word_error(p, what);
    p->rule->times = (unsigned)number;
    return 0;
}

static const char *const action_words[] = {
    [WIRE_DROP] = "drop",       [WIRE_DELAY] = "delay", [WIRE_DUPLICATE] = "duplicate",
    [WIRE_REORDER] = "reorder", [WIRE_HOLD] = "hold",   [WIRE_CORRUPT] = "corrupt",
    [WIRE_LIMIT] = "limit",
};
enum { ACTION_WORDS = sizeof action_words / sizeof action_words[0] };

static int read_action(struct parser *p)
{
    static const char needed[] = "drop, delay, duplicate, reorder, hold, corrupt or limit";
    struct strbuf what = STRBUF_INIT;
    int result = next_word(p);
    if (result == 0)
        return error_set(p->err, "a rule begins with %s", needed);
    if (result < 0)
        return -1;
    for (unsigned i = 0; i < ACTION_WORDS && !p->quoted; i++) {
        if (strcmp(action_words[i], p->word.data) != 0)
            continue;
        p->rule->action = i;
        return i == WIRE_DELAY       ? read_delay(p)
               : i == WIRE_LIMIT     ? read_rate(p)
               : i == WIRE_DUPLICATE ? read_times(p, TIMES_MOST)
               : i == WIRE_REORDER   ? read_times(p, PLACES_MOST)
                                     : 0;
    }
    const char *near = text_nearest(p->word.data, action_words, ACTION_WORDS);
    strbuf_printf(&what, "is nothing that a wire does; a rule begins with %s", needed);
    if (near != NULL)
        strbuf_printf(&what, " (perhaps \"%s\"?)", near);
    word_error(p, what.data);
    strbuf_free(&what);
    return -1;
}

/* --- matches --- */

struct match_word;
typedef int match_fn(struct parser *p, const struct match_word *word);

struct match_word {
    const char *word;
    match_fn *read;
    int value;
    size_t at; /* offset in the rule */
};

static int twice(struct parser *p, const char *what)
{
    return error_set(p->err, "a rule names one %s; \"%s\" is a second", what, p->word.data);
}

static int read_host(struct parser *p, const struct match_word *word)
{
    int *host = (int *)(void *)((char *)p->rule + word->at);
    if (*host >= 0)
        return error_set(p->err, "\"%s\" stands there twice", word->word);
    if (need_word(p, word->word, "a host's name") != 0)
        return -1;
    *host = network_find(p->net, p->word.data);
    return *host >= 0 ? 0 : network_no_host(p->net, p->word.data, p->err);
}

static int read_protocol(struct parser *p, const struct match_word *word)
{
    if (p->rule->protocol != WIRE_ANY)
        return twice(p, "protocol");
    p->rule->protocol = (enum wire_protocol)word->value;
    return 0;
}

static int read_kind(struct parser *p, const struct match_word *word)
{
    if (p->rule->kind != WIRE_KIND_ANY)
        return twice(p, "kind of frame");
    p->rule->kind = (enum wire_kind)word->value;
    return 0;
}

static int read_cast(struct parser *p, const struct match_word *word)
{
    if (p->rule->cast != WIRE_CAST_ANY)
        return error_set(p->err, "a rule has \"broadcast\" or \"unicast\", once");
    p->rule->cast = (enum wire_cast)word->value;
    return 0;
}

static int read_port(struct parser *p, const struct match_word *word)
{
    unsigned *port = (unsigned *)(void *)((char *)p->rule + word->at);
    uint64_t number;
    if (*port != 0)
        return error_set(p->err, "\"%s\" stands there twice", word->word);
    if (need_word(p, word->word, "a number from 1 to 65535") != 0)
        return -1;
    const char *at = p->word.data;
    if (!is_number(at) || !read_number(&at, 65535, &number))
        return word_error(p, "is no port: a number from 1 to 65535 is needed");
    *port = (unsigned)number;
    return 0;
}

/* "…" or hex:00ff. */
static int read_containing(struct parser *p, const struct match_word *word)
{
    struct strbuf bytes = STRBUF_INIT;
    struct error why;
    if (p->rule->ncontaining > 0)
        return error_set(p->err, "\"%s\" stands there twice", word->word);
    if (need_word(p, word->word, "a text in quotes, or hex:00ff") != 0)
        return -1;
    bool hex = !p->quoted && strncmp(p->word.data, "hex:", 4) == 0;
    if (!hex && !p->quoted)
        return word_error(p, "is no text: one in quotes is needed, or hex:00ff");
    if (hex && bytes_from_hex(&bytes, p->word.data + 4, &why) != 0) {
        strbuf_free(&bytes);
        return word_error(p, "is no hex: two digits for each byte are needed");
    }
    if (!hex)
        strbuf_add(&bytes, p->word.data, p->word.len);
    if (bytes.len < 1 || bytes.len > TEXT_MOST) {
        error_set(p->err, "\"containing\" looks for 1 to %d bytes, not %zu", TEXT_MOST, bytes.len);
        strbuf_free(&bytes);
        return -1;
    }
    p->rule->ncontaining = bytes.len;
    p->rule->containing = strbuf_take(&bytes);
    return 0;
}

#define RULE(member) offsetof(struct wire_rule, member)

static const struct match_word match_words[] = {
    {"from", read_host, 0, RULE(from)},
    {"to", read_host, 0, RULE(to)},
    {"arp", read_protocol, WIRE_ARP, 0},
    {"ip", read_protocol, WIRE_IP, 0},
    {"ip6", read_protocol, WIRE_IP6, 0},
    {"icmp", read_protocol, WIRE_ICMP, 0},
    {"icmp6", read_protocol, WIRE_ICMP6, 0},
    {"udp", read_protocol, WIRE_UDP, 0},
    {"tcp", read_protocol, WIRE_TCP, 0},
    {"syn", read_kind, WIRE_SYN, 0},
    {"syn-ack", read_kind, WIRE_SYN_ACK, 0},
    {"ack", read_kind, WIRE_ACK, 0},
    {"data", read_kind, WIRE_DATA, 0},
    {"fin", read_kind, WIRE_FIN, 0},
    {"rst", read_kind, WIRE_RST, 0},
    {"request", read_kind, WIRE_REQUEST, 0},
    {"reply", read_kind, WIRE_REPLY, 0},
    {"port", read_port, 0, RULE(port)},
    {"from-port", read_port, 0, RULE(from_port)},
    {"to-port", read_port, 0, RULE(to_port)},
    {"containing", read_containing, 0, RULE(containing)},
    {"broadcast", read_cast, WIRE_BROADCAST, 0},
    {"unicast", read_cast, WIRE_UNICAST, 0},
};
enum { MATCH_WORDS = sizeof match_words / sizeof match_words[0] };

static int unknown_word(struct parser *p)
{
    const char *known[MATCH_WORDS + 1] = {"every"};
    struct strbuf what = STRBUF_INIT;
    for (unsigned i = 0; i < MATCH_WORDS; i++)
        known[i + 1] = match_words[i].word;
    const char *near = p->quoted ? NULL : text_nearest(p->word.data, known, MATCH_WORDS + 1);
    strbuf_puts(&what, "is not understood here; ");
    if (p->quoted)
        strbuf_puts(&what, "a text in quotes stands behind \"containing\"");
    else if (near != NULL)
        strbuf_printf(&what, "did you mean \"%s\"?", near);
    else
        strbuf_puts(&what, "what follows says which frames are meant: from HOST, to HOST, arp, ip, "
                           "ip6, icmp, icmp6, udp, tcp, syn, syn-ack, ack, data, fin, rst, "
                           "request, reply, port N, from-port N, to-port N, containing \"…\", "
                           "broadcast, unicast; and at the end N, N-M, N+, every N or P%");
    word_error(p, what.data);
    strbuf_free(&what);
    return -1;
}

/* --- which of the frames --- */

static int bad_count(struct parser *p)
{
    return word_error(p, "does not say which frames: N, N-M (N not above M), N+, every N or P% is "
                         "needed, counted from 1");
}

static int read_every(struct parser *p)
{
    uint64_t number;
    if (need_word(p, "every", "a number") != 0)
        return -1;
    const char *at = p->word.data;
    if (!is_number(at) || !read_number(&at, COUNT_MOST, &number))
        return bad_count(p);
    p->rule->which = WIRE_EVERY;
    p->rule->first = (unsigned)number;
    return 0;
}

/* N, N-M, N+, P%. */
static int read_count(struct parser *p)
{
    struct wire_rule *rule = p->rule;
    uint64_t first, last;
    const char *at = p->word.data;
    if (!read_number(&at, COUNT_MOST, &first))
        return bad_count(p);
    rule->which = WIRE_RANGE;
    rule->first = rule->last = (unsigned)first;
    if (*at == '\0')
        return 0;
    if (strcmp(at, "+") == 0) {
        rule->last = 0;
        return 0;
    }
    if (strcmp(at, "%") == 0 && first <= 100) {
        rule->which = WIRE_PERCENT;
        rule->last = 0;
        return 0;
    }
    if (*at++ != '-' || !read_number(&at, COUNT_MOST, &last) || *at != '\0' || last < first)
        return bad_count(p);
    rule->last = (unsigned)last;
    return 0;
}

static int read_match_or_which(struct parser *p)
{
    const char *word = p->word.data;
    for (unsigned i = 0; i < MATCH_WORDS && !p->quoted; i++)
        if (strcmp(match_words[i].word, word) == 0)
            return match_words[i].read(p, &match_words[i]);
    bool every = !p->quoted && strcmp(word, "every") == 0;
    if (!every && (p->quoted || !isdigit((unsigned char)word[0])))
        return unknown_word(p);
    if ((every ? read_every(p) : read_count(p)) != 0)
        return -1;
    int result = next_word(p);
    return result <= 0 ? result
                       : word_error(p, "stands behind what says which frames: that comes last");
}

/* --- the rule --- */

int wire_rule_parse(struct wire_rule *rule, const char *text, const struct network *net,
                    struct error *err)
{
    struct parser p = {.rule = rule,
                       .net = net,
                       .err = err,
                       .at = text,
                       .word = STRBUF_INIT,
                       .clean = STRBUF_INIT};
    *rule = (struct wire_rule){.from = -1, .to = -1};
    int result = read_action(&p), more = 0;
    while (result == 0 && (more = next_word(&p)) > 0)
        result = read_match_or_which(&p);
    if (result == 0)
        result = more < 0 ? -1 : wire_rule_check(rule, net, err);
    rule->text = strbuf_take(&p.clean);
    strbuf_free(&p.word);
    if (result != 0)
        wire_rule_free(rule);
    return result;
}

void wire_rule_free(struct wire_rule *rule)
{
    free((char *)(uintptr_t)rule->containing);
    free((char *)(uintptr_t)rule->text);
    rule->containing = rule->text = NULL;
    rule->ncontaining = 0;
}
