/* Any line as a rule of the wire: an error that can be shown, or a rule within its bounds that is
 * read the same from its own text; never a crash. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "catalog/wire_rule.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_bounds(const struct wire_rule *rule, const struct network *net)
{
    if (rule->from < -1 || rule->from >= (int)net->nhosts || rule->to < -1 ||
        rule->to >= (int)net->nhosts || rule->port > 65535 || rule->from_port > 65535 ||
        rule->to_port > 65535 || rule->times > 100 || rule->delay_ns < 0 ||
        rule->delay_ns > INT64_C(10000000000) || rule->bits > UINT64_C(1000000000))
        abort();
    if ((rule->action == WIRE_DELAY) != (rule->delay_ns > 0) ||
        (rule->action == WIRE_LIMIT) != (rule->bits > 0) ||
        (rule->action == WIRE_DUPLICATE || rule->action == WIRE_REORDER) != (rule->times > 0) ||
        (rule->which == WIRE_ALL) != (rule->first == 0) ||
        (rule->which == WIRE_RANGE && rule->last != 0 && rule->last < rule->first) ||
        (rule->ncontaining > 0) != (rule->containing != NULL))
        abort();
}

static void check_again(const struct wire_rule *rule, const struct network *net)
{
    struct wire_rule again;
    if (wire_rule_parse(&again, rule->text, net, NULL) != 0)
        abort();
    if (again.action != rule->action || again.from != rule->from || again.to != rule->to ||
        again.protocol != rule->protocol || again.kind != rule->kind ||
        again.which != rule->which || again.first != rule->first || again.last != rule->last ||
        again.delay_ns != rule->delay_ns || again.ncontaining != rule->ncontaining ||
        strcmp(again.text, rule->text) != 0)
        abort();
    if (rule->ncontaining > 0 && memcmp(again.containing, rule->containing, rule->ncontaining) != 0)
        abort();
    wire_rule_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct network net;
    struct wire_rule rule;
    struct error err = {""};
    char *text = mem_alloc(size + 1);
    if (size > 0)
        memcpy(text, data, size);
    if (network_parse(&net, "alice,gate=10.0.0.254+10.0.1.254,bob,carol=10.0.1.3", NULL) != 0)
        abort();
    if (wire_rule_parse(&rule, text, &net, &err) == 0) {
        check_bounds(&rule, &net);
        check_again(&rule, &net);
        wire_rule_free(&rule);
    } else if (err.text[0] == '\0' || !utf8_valid(err.text, strlen(err.text)) ||
               strchr(err.text, '\n') != NULL || rule.text != NULL || rule.containing != NULL) {
        abort();
    }
    free(text);
    return 0;
}
