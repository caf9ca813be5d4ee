/* net/dns.c: questions are made, and answers read, by the C library's resolver. */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <resolv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "net/dns.h"

static struct network net;

static struct in_addr v4(const char *text)
{
    struct in_addr address;
    assert_int_equal(inet_pton(AF_INET, text, &address), 1);
    return address;
}

static struct in6_addr v6(const char *text)
{
    struct in6_addr address;
    assert_int_equal(inet_pton(AF_INET6, text, &address), 1);
    return address;
}

static int setup(void **state)
{
    (void)state;
    struct error err = {""};
    network_parse(&net, "alice=10.0.0.1,bob=10.0.0.2+fd00::2,gate=10.0.0.254+10.0.1.254", &err);
    assert_string_equal(err.text, "");
    net.dns = 2;
    net.nnames = 3;
    net.names[0] = (struct network_name){.name = "www.example.com",
                                         .addresses = {v4("10.0.0.2"), v4("10.0.0.1")},
                                         .naddresses = 2,
                                         .addresses6 = {v6("fd00::2")},
                                         .naddresses6 = 1};
    net.names[1] = (struct network_name){.name = "old.example.com",
                                         .addresses = {v4("10.0.0.9")},
                                         .naddresses = 1};
    net.names[2] = (struct network_name){.name = "new.example.com",
                                         .addresses6 = {v6("fd00::9")},
                                         .naddresses6 = 1};
    return 0;
}

/* --- a query, and what is said to it, in words --- */

struct message {
    unsigned char bytes[1024];
    size_t len;
};

static struct message query(const char *name, int type)
{
    struct message m;
    int n = res_mkquery(ns_o_query, name, ns_c_in, type, NULL, 0, NULL, m.bytes, sizeof m.bytes);
    assert_true(n > 0);
    m.len = (size_t)n;
    m.bytes[0] = 0x12;
    m.bytes[1] = 0x34;
    return m;
}

static struct message answer(const struct message *query_)
{
    struct message m;
    /* Nothing may be read beyond the query, nor written beyond the answer. */
    unsigned char *in = malloc(query_->len > 0 ? query_->len : 1), *out = malloc(DNS_ANSWER);
    memcpy(in, query_->bytes, query_->len);
    m.len = dns_answer(&net, in, query_->len, out);
    memcpy(m.bytes, out, m.len);
    free(in);
    free(out);
    return m;
}

static void put_record(struct strbuf *out, const ns_rr *rr)
{
    char text[INET6_ADDRSTRLEN];
    strbuf_printf(out, "\n%s %u", ns_rr_name(*rr), (unsigned)ns_rr_ttl(*rr));
    if (ns_rr_type(*rr) == ns_t_a)
        strbuf_printf(out, " %s", inet_ntop(AF_INET, ns_rr_rdata(*rr), text, sizeof text));
    else if (ns_rr_type(*rr) == ns_t_aaaa)
        strbuf_printf(out, " %s", inet_ntop(AF_INET6, ns_rr_rdata(*rr), text, sizeof text));
    else
        strbuf_printf(out, ", type %d, %d bytes", ns_rr_type(*rr), ns_rr_rdlen(*rr));
}

static void put_section(struct strbuf *out, ns_msg *msg, ns_sect section)
{
    for (int i = 0; i < ns_msg_count(*msg, section); i++) {
        ns_rr rr;
        assert_int_equal(ns_parserr(msg, section, i, &rr), 0);
        if (section == ns_s_qd)
            strbuf_printf(out, "\n? %s %d", ns_rr_name(rr), ns_rr_type(rr));
        else
            put_record(out, &rr);
    }
}

/* The whole answer: what the header says, then a line for each question and record. */
static void says(const struct message *m, const char *expected)
{
    static const char *const codes[16] = {"NOERROR",  "FORMERR", "SERVFAIL",
                                          "NXDOMAIN", "NOTIMP",  "REFUSED"};
    struct strbuf out = STRBUF_INIT;
    ns_msg msg;
    assert_true(m->len <= DNS_ANSWER);
    assert_int_equal(ns_initparse(m->bytes, (int)m->len, &msg), 0);
    assert_int_equal(ns_msg_id(msg), 0x1234);
    assert_int_equal(ns_msg_getflag(msg, ns_f_qr), 1);
    strbuf_puts(&out, codes[ns_msg_getflag(msg, ns_f_rcode)]);
    strbuf_puts(&out, ns_msg_getflag(msg, ns_f_aa) ? " aa" : "");
    strbuf_puts(&out, ns_msg_getflag(msg, ns_f_tc) ? " tc" : "");
    strbuf_puts(&out, ns_msg_getflag(msg, ns_f_rd) ? " rd" : "");
    strbuf_puts(&out, ns_msg_getflag(msg, ns_f_ra) ? " ra" : "");
    for (ns_sect section = ns_s_qd; section <= ns_s_ar; section++)
        put_section(&out, &msg, section);
    assert_string_equal(out.data, expected);
    strbuf_free(&out);
}

static void is_said(const char *name, int type, const char *expected)
{
    struct message q = query(name, type), a = answer(&q);
    says(&a, expected);
}

#define SOA "\n. 60, type 6, 22 bytes"

/* --- names --- */

static void a_host_has_its_addresses(void **state)
{
    (void)state;
    is_said("alice", ns_t_a, "NOERROR aa rd ra\n? alice 1\nalice 60 10.0.0.1");
    is_said("bob", ns_t_aaaa, "NOERROR aa rd ra\n? bob 28\nbob 60 fd00::2");
    is_said("gate", ns_t_a, "NOERROR aa rd ra\n? gate 1\ngate 60 10.0.0.254\ngate 60 10.0.1.254");
}

static void a_further_name_has_them_in_the_order_of_the_description(void **state)
{
    (void)state;
    is_said("www.example.com", ns_t_a,
            "NOERROR aa rd ra\n? www.example.com 1\n"
            "www.example.com 60 10.0.0.2\nwww.example.com 60 10.0.0.1");
    is_said("new.example.com", ns_t_aaaa,
            "NOERROR aa rd ra\n? new.example.com 28\nnew.example.com 60 fd00::9");
    is_said("www.example.com", ns_t_any,
            "NOERROR aa rd ra\n? www.example.com 255\nwww.example.com 60 10.0.0.2\n"
            "www.example.com 60 10.0.0.1\nwww.example.com 60 fd00::2");
}

static void the_case_of_letters_does_not_matter_and_is_kept(void **state)
{
    (void)state;
    is_said("aLiCE", ns_t_a, "NOERROR aa rd ra\n? aLiCE 1\naLiCE 60 10.0.0.1");
}

static void what_is_not_there_does_not_exist(void **state)
{
    (void)state;
    is_said("dave", ns_t_a, "NXDOMAIN aa rd ra\n? dave 1" SOA);
    is_said("alice.example.com", ns_t_a, "NXDOMAIN aa rd ra\n? alice.example.com 1" SOA);
    is_said("www.example.co", ns_t_a, "NXDOMAIN aa rd ra\n? www.example.co 1" SOA);
    is_said("ww.example.com", ns_t_a, "NXDOMAIN aa rd ra\n? ww.example.com 1" SOA);
    is_said("wwww.example.com", ns_t_a, "NXDOMAIN aa rd ra\n? wwww.example.com 1" SOA);
    is_said("ali", ns_t_a, "NXDOMAIN aa rd ra\n? ali 1" SOA);
    is_said("a.www.example.com", ns_t_a, "NXDOMAIN aa rd ra\n? a.www.example.com 1" SOA);
    is_said("1.0.0.10.in-addr.arpa", ns_t_ptr, "NXDOMAIN aa rd ra\n? 1.0.0.10.in-addr.arpa 12" SOA);
}

static void a_name_without_such_a_record_has_no_data(void **state)
{
    (void)state;
    is_said("alice", ns_t_aaaa, "NOERROR aa rd ra\n? alice 28" SOA);
    is_said("alice", ns_t_mx, "NOERROR aa rd ra\n? alice 15" SOA);
    is_said("new.example.com", ns_t_a, "NOERROR aa rd ra\n? new.example.com 1" SOA);
    is_said("example.com", ns_t_a, "NOERROR aa rd ra\n? example.com 1" SOA);
    is_said("com", ns_t_a, "NOERROR aa rd ra\n? com 1" SOA);
    is_said(".", ns_t_ns, "NOERROR aa rd ra\n? . 2" SOA);
}

static void a_dot_within_a_label_is_no_end_of_a_label(void **state)
{
    (void)state;
    struct message q = query("www.example.com", ns_t_a);
    assert_memory_equal(q.bytes + 12, "\3www\7example\3com", 17);
    q.bytes[12] = 11;
    q.bytes[16] = '.'; /* one label "www.example", then "com" */
    struct message a = answer(&q);
    says(&a, "NXDOMAIN aa rd ra\n? www\\.example.com 1" SOA);
}

/* --- what is not a plain query --- */

static void with_edns(struct message *m, unsigned version, unsigned flags)
{
    const unsigned char opt[] = {0,
                                 0,
                                 41,
                                 0x10,
                                 0,
                                 0,
                                 (unsigned char)version,
                                 (unsigned char)(flags >> 8),
                                 (unsigned char)flags,
                                 0,
                                 0};
    memcpy(m->bytes + m->len, opt, sizeof opt);
    m->len += sizeof opt;
    m->bytes[11]++;
}

static void edns_is_answered_with_edns(void **state)
{
    (void)state;
    struct message q = query("alice", ns_t_a), a;
    with_edns(&q, 0, 0x8000);
    a = answer(&q);
    says(&a, "NOERROR aa rd ra\n? alice 1\nalice 60 10.0.0.1\n. 32768, type 41, 0 bytes");
    q = query("alice", ns_t_a);
    with_edns(&q, 1, 0);
    a = answer(&q); /* BADVERS is 16: 1 in the OPT record, 0 in the header */
    says(&a, "NOERROR rd ra\n? alice 1\n. 16777216, type 41, 0 bytes");
    q = query("alice", ns_t_a);
    with_edns(&q, 0, 0);
    with_edns(&q, 0, 0);
    a = answer(&q);
    says(&a, "FORMERR rd ra");
}

static void options_of_edns_and_other_records_are_passed_over(void **state)
{
    (void)state;
    struct message q = query("alice", ns_t_a), a;
    with_edns(&q, 0, 0);
    q.bytes[q.len - 1] = 12; /* a cookie, RFC 7873 */
    memcpy(q.bytes + q.len, "\0\12\0\10abcdefgh", 12);
    q.len += 12;
    a = answer(&q);
    says(&a, "NOERROR aa rd ra\n? alice 1\nalice 60 10.0.0.1\n. 0, type 41, 0 bytes");
    q = query("alice", ns_t_a);
    memcpy(q.bytes + q.len, "\xc0\x0c\0\x10\0\1\0\0\0\0\0\2\1x", 14); /* TXT, by a pointer */
    q.len += 14;
    q.bytes[11] = 1;
    a = answer(&q);
    says(&a, "NOERROR aa rd ra\n? alice 1\nalice 60 10.0.0.1");
}

static void other_operations_classes_and_types_are_refused(void **state)
{
    (void)state;
    struct message q = query("alice", ns_t_a), a;
    q.bytes[2] = ns_o_update << 3;
    a = answer(&q);
    says(&a, "NOTIMP ra");
    q = query("alice", ns_t_axfr);
    a = answer(&q);
    says(&a, "NOTIMP rd ra\n? alice 252");
    q = query("alice", ns_t_a);
    q.bytes[q.len - 1] = ns_c_chaos;
    a = answer(&q);
    says(&a, "REFUSED rd ra\n? alice 1");
    q.bytes[q.len - 1] = ns_c_any;
    a = answer(&q);
    says(&a, "NOERROR aa rd ra\n? alice 1\nalice 60 10.0.0.1");
}

static void recursion_is_told_as_it_was_asked(void **state)
{
    (void)state;
    struct message q = query("alice", ns_t_a), a;
    q.bytes[2] = 0;
    a = answer(&q);
    says(&a, "NOERROR aa ra\n? alice 1\nalice 60 10.0.0.1");
}

/* --- what is no query --- */

static void what_is_cut_off_anywhere_is_a_format_error_or_gets_nothing(void **state)
{
    (void)state;
    struct message whole = query("www.example.com", ns_t_a);
    with_edns(&whole, 0, 0);
    for (size_t len = 0; len < whole.len; len++) {
        struct message q = whole, a;
        q.len = len;
        a = answer(&q);
        if (len < 12)
            assert_int_equal(a.len, 0);
        else
            says(&a, "FORMERR rd ra");
    }
}

static void numbers_that_lie_are_format_errors(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        unsigned char value;
    } lies[] = {
        {5, 0},   {5, 2},     {4, 1},     {7, 1},     {9, 1},  {11, 1},    {10, 0xff},
        {12, 63}, {12, 0x40}, {12, 0x80}, {12, 0xc0}, {12, 4}, {16, 0xff}, {12, 0},
    };
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct message q = query("www.example.com", ns_t_a), a;
        q.bytes[lies[i].at] = lies[i].value;
        a = answer(&q);
        says(&a, "FORMERR rd ra");
    }
    struct message q = query("alice", ns_t_a), a;
    q.bytes[q.len++] = 0; /* one byte too many */
    a = answer(&q);
    says(&a, "FORMERR rd ra");
}

static void a_name_longer_than_255_bytes_is_a_format_error(void **state)
{
    (void)state;
    for (size_t last = 61; last <= 62; last++) { /* 3 * 64 + 1 + last + 1: 255, then 256 */
        struct message q = query("alice", ns_t_a), a;
        unsigned char *at = q.bytes + 12;
        for (size_t i = 0; i < 4; i++) {
            size_t len = i < 3 ? 63 : last;
            *at++ = (unsigned char)len;
            memset(at, 'a', len);
            at += len;
        }
        memcpy(at, "\0\0\1\0\1", 5);
        q.len = (size_t)(at - q.bytes) + 5;
        a = answer(&q);
        assert_int_equal(a.bytes[3] & 15, last == 61 ? ns_r_nxdomain : ns_r_formerr);
    }
}

static void an_answer_is_never_answered(void **state)
{
    (void)state;
    struct message q = query("alice", ns_t_a), a = answer(&q), b = answer(&a);
    assert_int_equal(b.len, 0);
    q.len = 12;
    q.bytes[2] = 0x80;
    b = answer(&q);
    assert_int_equal(b.len, 0);
}

static void the_longest_answer_fits(void **state)
{
    (void)state;
    struct network_name *name = &net.names[0];
    memset(name->name, 'a', sizeof name->name - 1);
    name->name[31] = '.';
    name->naddresses = name->naddresses6 = NETWORK_ADDRESSES;
    struct message q = query(name->name, ns_t_any), a;
    with_edns(&q, 0, 0);
    a = answer(&q);
    ns_msg msg;
    assert_int_equal(ns_initparse(a.bytes, (int)a.len, &msg), 0);
    assert_int_equal(ns_msg_count(msg, ns_s_an), 2 * NETWORK_ADDRESSES);
    assert_int_equal(ns_msg_getflag(msg, ns_f_tc), 0);
    net.names[1] = *name; /* the same name twice: more than there is room for */
    a = answer(&q);
    assert_int_equal(ns_initparse(a.bytes, (int)a.len, &msg), 0);
    assert_int_equal(ns_msg_getflag(msg, ns_f_tc), 1);
    assert_int_equal(ns_msg_count(msg, ns_s_ar), 1);
    setup(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_has_its_addresses),
        cmocka_unit_test(a_further_name_has_them_in_the_order_of_the_description),
        cmocka_unit_test(the_case_of_letters_does_not_matter_and_is_kept),
        cmocka_unit_test(what_is_not_there_does_not_exist),
        cmocka_unit_test(a_name_without_such_a_record_has_no_data),
        cmocka_unit_test(a_dot_within_a_label_is_no_end_of_a_label),
        cmocka_unit_test(edns_is_answered_with_edns),
        cmocka_unit_test(options_of_edns_and_other_records_are_passed_over),
        cmocka_unit_test(other_operations_classes_and_types_are_refused),
        cmocka_unit_test(recursion_is_told_as_it_was_asked),
        cmocka_unit_test(what_is_cut_off_anywhere_is_a_format_error_or_gets_nothing),
        cmocka_unit_test(numbers_that_lie_are_format_errors),
        cmocka_unit_test(a_name_longer_than_255_bytes_is_a_format_error),
        cmocka_unit_test(an_answer_is_never_answered),
        cmocka_unit_test(the_longest_answer_fits),
    };
    return cmocka_run_group_tests_name("dns", tests, setup, NULL);
}
