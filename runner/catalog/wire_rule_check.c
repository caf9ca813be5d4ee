/* catalog/wire_rule_check: see wire_rule_check.h. */
#include "catalog/wire_rule_check.h"

static bool is_one_of(int value, int a, int b, int c)
{
    return value == a || value == b || value == c;
}

static int check_kind(const struct wire_rule *rule, struct error *err)
{
    bool any = is_one_of((int)rule->protocol, WIRE_ANY, WIRE_IP, WIRE_IP6);
    bool asks = rule->kind == WIRE_REQUEST || rule->kind == WIRE_REPLY;
    if (rule->kind == WIRE_KIND_ANY)
        return 0;
    if (asks && !any && !is_one_of((int)rule->protocol, WIRE_ARP, WIRE_ICMP, WIRE_ICMP6))
        return error_set(err, "only ARP and ICMP have a \"request\" and a \"reply\"");
    if (rule->kind == WIRE_DATA && !any && rule->protocol != WIRE_UDP && rule->protocol != WIRE_TCP)
        return error_set(err, "\"data\" is the payload of TCP or UDP");
    if (!asks && rule->kind != WIRE_DATA && !any && rule->protocol != WIRE_TCP)
        return error_set(err, "only TCP has a \"syn\", \"syn-ack\", \"ack\", \"fin\" and \"rst\"");
    return 0;
}

static bool is_tcp(const struct wire_rule *rule)
{
    return rule->protocol == WIRE_TCP ||
           (rule->kind >= WIRE_SYN && rule->kind <= WIRE_RST && rule->kind != WIRE_DATA);
}

static int check_ports(const struct wire_rule *rule, struct error *err)
{
    bool ports = rule->port != 0 || rule->from_port != 0 || rule->to_port != 0;
    if (ports && (is_one_of((int)rule->protocol, WIRE_ARP, WIRE_ICMP, WIRE_ICMP6) ||
                  rule->kind == WIRE_REQUEST || rule->kind == WIRE_REPLY))
        return error_set(err, "only UDP and TCP have ports");
    if (rule->port != 0 && rule->from_port != 0 && rule->to_port != 0 &&
        rule->port != rule->from_port && rule->port != rule->to_port)
        return error_set(err, "no frame has three ports: %u, %u and %u", rule->port,
                         rule->from_port, rule->to_port);
    return 0;
}

static int check_payload(const struct wire_rule *rule, struct error *err)
{
    bool empty =
        is_one_of((int)rule->kind, WIRE_SYN, WIRE_SYN_ACK, WIRE_ACK) || rule->protocol == WIRE_ARP;
    if (empty && rule->ncontaining > 0)
        return error_set(err, "such a frame has no payload that could contain something");
    if (rule->action == WIRE_CORRUPT && rule->protocol == WIRE_ARP)
        return error_set(err, "ARP has neither a payload nor a checksum that could be corrupted");
    return 0;
}

static int check_cast(const struct wire_rule *rule, struct error *err)
{
    if (rule->cast != WIRE_BROADCAST)
        return 0;
    if (is_tcp(rule))
        return error_set(err, "TCP is between two ends: none of its frames is a broadcast");
    if (rule->protocol == WIRE_IP6 || rule->protocol == WIRE_ICMP6)
        return error_set(err, "IPv6 has no broadcast, only multicast");
    return 0;
}

static bool share_segment(const struct network_host *a, const struct network_host *b)
{
    for (unsigned i = 0; i < a->ninterfaces; i++)
        for (unsigned k = 0; k < b->ninterfaces; k++)
            if (a->interfaces[i].segment == b->interfaces[k].segment)
                return true;
    return false;
}

static int check_hosts(const struct wire_rule *rule, const struct network *net, struct error *err)
{
    if (rule->from < 0 || rule->to < 0)
        return 0;
    const struct network_host *from = &net->hosts[rule->from], *to = &net->hosts[rule->to];
    if (from == to)
        return error_set(err, "what \"%s\" sends to itself never reaches the wire", from->name);
    if (!share_segment(from, to))
        return error_set(err,
                         "\"%s\" and \"%s\" are on different networks: no frame goes from one to "
                         "the other, only through a router",
                         from->name, to->name);
    return 0;
}

int wire_rule_check(const struct wire_rule *rule, const struct network *net, struct error *err)
{
    if (check_kind(rule, err) != 0 || check_ports(rule, err) != 0 ||
        check_payload(rule, err) != 0 || check_cast(rule, err) != 0)
        return -1;
    return check_hosts(rule, net, err);
}
