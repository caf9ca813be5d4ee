/* catalog/wire_rule_check - rules that no frame can match. Private to catalog/. */
#ifndef SOCKLINGS_CATALOG_WIRE_RULE_CHECK_H
#define SOCKLINGS_CATALOG_WIRE_RULE_CHECK_H

#include "catalog/wire_rule.h"

/* 0, or -1 and *err when the parts of a rule that was read exclude each other. */
int wire_rule_check(const struct wire_rule *rule, const struct network *net, struct error *err);

#endif
