/* Any bytes as a question to the DNS of a scene: never a crash, and what is answered is an answer:
 * to the same question, whole, and with as many records as it says. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/dns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct network *network(void)
{
    static struct network net;
    struct error err;
    if (net.nhosts == 0) {
        if (network_parse(&net, "alice=10.0.0.1,bob=10.0.0.2+fd00::2,gate=10.0.0.254+10.0.1.254",
                          &err) != 0)
            abort();
        net.nnames = 2;
        net.names[0] = (struct network_name){.name = "www.example.com",
                                             .addresses = {{1}, {2}, {3}},
                                             .naddresses = 3,
                                             .naddresses6 = 8};
        net.names[1] = (struct network_name){.name = "b.c", .naddresses6 = 1};
    }
    return &net;
}

/* Behind the name at `at`; names of an answer are a pointer to the question, or the root. */
static size_t behind_name(const unsigned char *answer, size_t len, size_t at, size_t start)
{
    if (at < len && answer[at] == 0)
        return at + 1;
    if (at == start || at + 2 > len || answer[at] != 0xc0 || answer[at + 1] != start)
        abort();
    return at + 2;
}

static void check_records(const unsigned char *answer, size_t len, size_t at)
{
    unsigned count = 0;
    for (size_t i = 6; i < 12; i += 2)
        count += (unsigned)(answer[i] << 8 | answer[i + 1]);
    while (count-- > 0) {
        at = behind_name(answer, len, at, 12) + 10;
        if (at > len)
            abort();
        at += (size_t)(answer[at - 2] << 8 | answer[at - 1]);
    }
    if (at != len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *answer = malloc(DNS_ANSWER), again[DNS_ANSWER];
    if (answer == NULL)
        abort();
    size_t len = dns_answer(network(), data, size, answer);
    if (len > DNS_ANSWER || (len > 0 && (len < 12 || size < 12 || (answer[2] & 0x80) == 0 ||
                                         memcmp(answer, data, 2) != 0)))
        abort();
    if (dns_answer(network(), answer, len, again) != 0)
        abort();
    if (len > 0 && answer[5] == 1) {
        size_t at = 12;
        while (answer[at] != 0)
            at += 1 + answer[at];
        at += 5;
        if (at > len || at > size || memcmp(answer + 12, data + 12, at - 12) != 0)
            abort();
        check_records(answer, len, at);
    } else if (len > 12) {
        abort();
    }
    free(answer);
    return 0;
}
