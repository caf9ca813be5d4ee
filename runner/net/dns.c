/*
 * net/dns: see dns.h.
 *
 *  - The whole query is read before anything is answered: one that lies anywhere is answered with
 *    FORMERR only.
 *  - Names of a query are walked in place, label by label: a label may hold any byte, a dot too.
 *    Pointers to other places in the message are passed over in records and wrong in a question.
 */
#include "net/dns.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

enum { HEADER = 12, LABEL = 63, NAME = 255 }; /* bytes, at most */

enum { CLASS_IN = 1, CLASS_ANY = 255 };

enum {
    TYPE_A = 1,
    TYPE_SOA = 6,
    TYPE_AAAA = 28,
    TYPE_OPT = 41,
    TYPE_META = 128, /* from here to TYPE_ANY: RFC 6895, 3.1 */
    TYPE_ANY = 255,
};

enum rcode {
    NOERROR = 0,
    FORMERR = 1,
    NXDOMAIN = 3,
    NOTIMP = 4,
    REFUSED = 5,
    BADVERS = 16,
};

enum { OPT_RECORD = 11, OPT_SIZE = 1232, OPT_DNSSEC_OK = 0x8000 };

/* --- reading a query --- */

struct reader {
    const unsigned char *data;
    size_t len, at;
    bool bad; /* it ends before what it claims to hold, or holds what cannot be */
};

struct query {
    const unsigned char *name; /* labels, the last one empty */
    size_t name_len;
    unsigned type, class;
    bool edns;
    unsigned edns_version, edns_flags;
};

static void pass(struct reader *r, size_t n)
{
    if (n > r->len - r->at)
        r->bad = true;
    else
        r->at += n;
}

static unsigned read_byte(struct reader *r)
{
    pass(r, 1);
    return r->bad ? 0 : r->data[r->at - 1];
}

static unsigned read_u16(struct reader *r)
{
    unsigned high = read_byte(r);
    return high << 8 | read_byte(r);
}

static void read_name(struct reader *r, bool pointers)
{
    size_t start = r->at;
    while (!r->bad) {
        unsigned len = read_byte(r);
        if (len == 0)
            break;
        if (len > LABEL) {
            r->bad |= !pointers || len < 0xc0;
            pass(r, 1);
            break;
        }
        pass(r, len);
    }
    r->bad |= r->at - start > NAME;
}

/* RFC 6891, 6.1.1: at most one, of the root, behind the answers. */
static void read_record(struct reader *r, struct query *query, bool additional)
{
    size_t start = r->at;
    read_name(r, true);
    bool root = r->at - start == 1;
    unsigned type = read_u16(r);
    read_u16(r); /* class; of an OPT: the size that it would take */
    read_byte(r);
    unsigned version = read_byte(r), flags = read_u16(r);
    pass(r, read_u16(r));
    if (type != TYPE_OPT || r->bad)
        return;
    r->bad |= !additional || !root || query->edns;
    query->edns = true;
    query->edns_version = version;
    query->edns_flags = flags;
}

static int read_query(struct query *query, const unsigned char *data, size_t len)
{
    struct reader r = {data, len, 4, false};
    unsigned questions = read_u16(&r), answers = read_u16(&r);
    answers += read_u16(&r);
    unsigned additional = read_u16(&r);
    if (questions != 1)
        return -1;
    query->name = data + r.at;
    read_name(&r, false);
    query->name_len = r.at - HEADER;
    query->type = read_u16(&r);
    query->class = read_u16(&r);
    while (answers-- > 0 && !r.bad)
        read_record(&r, query, false);
    while (additional-- > 0 && !r.bad)
        read_record(&r, query, true);
    return r.bad || r.at != len ? -1 : 0;
}

/* --- names --- */

/* Of "www.example.com", what stands behind the first dot; NULL: there is nothing. */
static const char *parent(const char *text)
{
    const char *dot = strchr(text, '.');
    return dot != NULL ? dot + 1 : NULL;
}

static bool same_name(const unsigned char *name, const char *text)
{
    for (; text != NULL; text = parent(text)) {
        size_t len = strcspn(text, ".");
        if (name[0] != len || strncasecmp((const char *)name + 1, text, len) != 0)
            return false;
        name += 1 + len;
    }
    return name[0] == 0;
}

/* Whether the name is there: as it is, or since another is below it. */
static bool exists(const struct network *net, const unsigned char *name)
{
    if (name[0] == 0)
        return true;
    for (unsigned i = 0; i < net->nhosts; i++)
        if (same_name(name, net->hosts[i].name))
            return true;
    for (unsigned i = 0; i < net->nnames; i++)
        for (const char *text = net->names[i].name; text != NULL; text = parent(text))
            if (same_name(name, text))
                return true;
    return false;
}

/* --- writing an answer --- */

struct writer {
    unsigned char *data;
    size_t len, limit;
    bool truncated;
};

static void put(struct writer *w, const void *bytes, size_t n)
{
    memcpy(w->data + w->len, bytes, n);
    w->len += n;
}

static void put_u16(struct writer *w, unsigned value)
{
    w->data[w->len++] = (unsigned char)(value >> 8);
    w->data[w->len++] = (unsigned char)value;
}

static void put_u32(struct writer *w, uint32_t value)
{
    put_u16(w, value >> 16);
    put_u16(w, value & 0xffff);
}

/* An address of the name that was asked for, which stands behind the header. How many records. */
static unsigned put_address(struct writer *w, unsigned type, const void *bytes, size_t n)
{
    if (w->limit - w->len < 12 + n) {
        w->truncated = true;
        return 0;
    }
    put_u16(w, 0xc000 | HEADER);
    put_u16(w, type);
    put_u16(w, CLASS_IN);
    put_u32(w, DNS_TTL);
    put_u16(w, (unsigned)n);
    put(w, bytes, n);
    return 1;
}

static unsigned put_host(struct writer *w, const struct network_host *host, unsigned type)
{
    unsigned count = 0;
    for (unsigned i = 0; i < host->ninterfaces; i++) {
        const struct network_interface *interface = &host->interfaces[i];
        if (type == TYPE_A)
            count += put_address(w, type, &interface->address, 4);
        else if (interface->has_address6)
            count += put_address(w, type, &interface->address6, 16);
    }
    return count;
}

static unsigned put_name(struct writer *w, const struct network_name *name, unsigned type)
{
    unsigned count = 0;
    if (type == TYPE_A)
        for (unsigned i = 0; i < name->naddresses; i++)
            count += put_address(w, type, &name->addresses[i], 4);
    else
        for (unsigned i = 0; i < name->naddresses6; i++)
            count += put_address(w, type, &name->addresses6[i], 16);
    return count;
}

static unsigned put_addresses(struct writer *w, const struct network *net,
                              const unsigned char *name, unsigned type)
{
    unsigned count = 0;
    for (unsigned i = 0; i < net->nhosts; i++)
        if (same_name(name, net->hosts[i].name))
            count += put_host(w, &net->hosts[i], type);
    for (unsigned i = 0; i < net->nnames; i++)
        if (same_name(name, net->names[i].name))
            count += put_name(w, &net->names[i], type);
    return count;
}

/* Of the root, with no server and nobody responsible: who asks may remember the "no" so long. */
static void put_soa(struct writer *w)
{
    static const uint32_t numbers[] = {1, 3600, 600, 86400, DNS_TTL};
    put(w, "", 1);
    put_u16(w, TYPE_SOA);
    put_u16(w, CLASS_IN);
    put_u32(w, DNS_TTL);
    put_u16(w, 2 + sizeof numbers);
    put(w, "\0", 2);
    for (unsigned i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        put_u32(w, numbers[i]);
}

static void put_opt(struct writer *w, const struct query *query, enum rcode rcode)
{
    put(w, "", 1);
    put_u16(w, TYPE_OPT);
    put_u16(w, OPT_SIZE);
    put_u16(w, (unsigned)rcode >> 4 << 8); /* what the header has no room for; version 0 */
    put_u16(w, query->edns_flags & OPT_DNSSEC_OK);
    put_u16(w, 0);
}

static enum rcode judge(const struct network *net, const struct query *query)
{
    if (query->edns && query->edns_version != 0)
        return BADVERS;
    if (query->class != CLASS_IN && query->class != CLASS_ANY)
        return REFUSED;
    if (query->type >= TYPE_META && query->type < TYPE_ANY)
        return NOTIMP;
    return exists(net, query->name) ? NOERROR : NXDOMAIN;
}

static void put_header(unsigned char *out, const unsigned char *data, enum rcode rcode,
                       bool truncated)
{
    bool known = rcode == NOERROR || rcode == NXDOMAIN;
    memset(out, 0, HEADER);
    memcpy(out, data, 2);
    /* An answer, to the same operation, with authority, perhaps cut; recursion as it was desired.
     */
    out[2] = (unsigned char)(0x80 | (data[2] & 0x79) | (known ? 0x04 : 0) | (truncated ? 0x02 : 0));
    /* Recursion is available; checking (DNSSEC) may be disabled as it was. */
    out[3] = (unsigned char)(0x80 | (data[3] & 0x10) | ((unsigned)rcode & 0x0f));
}

static size_t put_answer(const struct network *net, const struct query *query,
                         const unsigned char *data, unsigned char *answer)
{
    struct writer w = {answer, HEADER, DNS_ANSWER - OPT_RECORD, false};
    enum rcode rcode = judge(net, query);
    unsigned count = 0, authority = 0;
    put(&w, query->name, query->name_len);
    put_u16(&w, query->type);
    put_u16(&w, query->class);
    if (rcode == NOERROR && (query->type == TYPE_A || query->type == TYPE_ANY))
        count += put_addresses(&w, net, query->name, TYPE_A);
    if (rcode == NOERROR && (query->type == TYPE_AAAA || query->type == TYPE_ANY))
        count += put_addresses(&w, net, query->name, TYPE_AAAA);
    if (rcode == NXDOMAIN || (rcode == NOERROR && count == 0)) {
        put_soa(&w);
        authority = 1;
    }
    if (query->edns)
        put_opt(&w, query, rcode);
    put_header(answer, data, rcode, w.truncated);
    answer[5] = 1; /* question */
    answer[7] = (unsigned char)count;
    answer[9] = (unsigned char)authority;
    answer[11] = query->edns;
    return w.len;
}

size_t dns_answer(const struct network *net, const void *query, size_t len,
                  unsigned char answer[DNS_ANSWER])
{
    const unsigned char *data = query;
    struct query q = {.edns = false};
    if (len < HEADER || (data[2] & 0x80) != 0)
        return 0;
    bool is_query = (data[2] & 0x78) == 0;
    if (is_query && read_query(&q, data, len) == 0)
        return put_answer(net, &q, data, answer);
    put_header(answer, data, is_query ? FORMERR : NOTIMP, false);
    return HEADER;
}
