/*
 * catalog/script_network: what a script says of hosts and of the wire (script_state.h): each actor
 * is on a host, rules make sense, and what is released is held.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "catalog/network_parts.h"
#include "catalog/script_state.h"
#include "catalog/vars.h"
#include "catalog/wire_rule.h"

/* --- hosts --- */

static void list_hosts(const struct network *net, struct strbuf *out)
{
    for (unsigned i = 0; i < net->nhosts; i++)
        strbuf_printf(out, "%s\"%s\"",
                      i == 0                ? ""
                      : i + 1 < net->nhosts ? ", "
                                            : " or ",
                      net->hosts[i].name);
}

int state_check_host(const struct script_state *s, const char *path, const char *key,
                     const char *host)
{
    const struct network *net = s->script->network;
    struct error why;
    if (host == NULL)
        return 0;
    if (net == NULL)
        return state_error(s, path, key,
                           "this scene has no \"hosts\": everything in it is on one machine");
    if (network_find(net, host) >= 0)
        return 0;
    network_no_host(net, host, &why);
    return state_error(s, path, key, "%s", why.text);
}

int state_need_host(const struct script_state *s, const struct action *action)
{
    const struct network *net = s->script->network;
    if (net == NULL || action->host != NULL)
        return state_check_host(s, action->path, ".on", action->host);
    struct strbuf hosts = STRBUF_INIT;
    list_hosts(net, &hosts);
    state_error(s, action->path, NULL,
                "the key \"on\" is missing: this scene has hosts, so it is "
                "on %s",
                hosts.data);
    strbuf_free(&hosts);
    return -1;
}

/* ${alice.addr} would be the host's or the peer's. */
int state_check_peer_name(const struct script_state *s, const char *path, const char *name)
{
    const struct network *net = s->script->network;
    if (net == NULL || network_find(net, name) < 0)
        return 0;
    return state_error(s, path, NULL, "\"%s\" is a host; a peer needs a name of its own", name);
}

/* --- rules --- */

/* A rule with values for its variables; the caller frees it. */
static int read_rule(struct script_state *s, const char *path, const char *key, const char *text,
                     struct wire_rule *rule)
{
    struct strbuf expanded = STRBUF_INIT;
    struct error why;
    if (s->script->network == NULL)
        return state_error(s, path, key,
                           "only a scene with \"hosts\" has a wire whose frames can be ruled");
    if (state_check_text(s, path, key, text) != 0)
        return -1;
    int result = state_refuse_bytes(s, text, "a rule", &why);
    if (result == 0)
        result = state_expand(s, text, &expanded, &why);
    if (result == 0)
        result = wire_rule_parse(rule, expanded.data, s->script->network, &why);
    strbuf_free(&expanded);
    return result == 0 ? 0 : state_error(s, path, key, "%s", why.text);
}

/* Remembers what a hold rule is called. */
static int arm(struct script_state *s, const char *path, const char *key, const char *text)
{
    struct wire_rule rule;
    if (read_rule(s, path, key, text, &rule) != 0)
        return -1;
    if (rule.action == WIRE_HOLD) {
        s->holds = mem_resize(s->holds, s->nholds + 1, sizeof *s->holds);
        s->holds[s->nholds++] = mem_string(rule.text);
    }
    wire_rule_free(&rule);
    return 0;
}

int state_check_rules(struct script_state *s, const char *path)
{
    char key[32];
    for (unsigned i = 0; i < s->script->nwire; i++) {
        snprintf(key, sizeof key, ".wire[%u]", i);
        if (arm(s, path, key, s->script->wire[i]) != 0)
            return -1;
    }
    return 0;
}

/* Forgets the hold rules whose text begins so, and says how many they were. */
static unsigned forget(struct script_state *s, const char *beginning)
{
    unsigned kept = 0, before = s->nholds;
    for (unsigned i = 0; i < s->nholds; i++) {
        if (strncmp(s->holds[i], beginning, strlen(beginning)) == 0)
            free(s->holds[i]);
        else
            s->holds[kept++] = s->holds[i];
    }
    s->nholds = kept;
    return before - kept;
}

int state_wire(struct script_state *s, const struct action *action)
{
    if (action->wire.rule != NULL)
        return arm(s, action->path, ".wire", action->wire.rule);
    if (s->script->network == NULL)
        return state_error(s, action->path, ".wire", "a scene without \"hosts\" has no rules");
    forget(s, "");
    return 0;
}

int state_release(struct script_state *s, const struct action *action)
{
    const char *text = action->release.rule;
    struct strbuf expanded = STRBUF_INIT;
    if (s->script->network == NULL)
        return state_error(s, action->path, ".release",
                           "a scene without \"hosts\" has no wire that could hold something");
    if (text != NULL && (state_check_text(s, action->path, ".release", text) != 0 ||
                         state_expand(s, text, &expanded, s->err) != 0)) {
        strbuf_free(&expanded);
        return -1;
    }
    bool any = s->nholds > 0;
    bool found = forget(s, expanded.data) > 0;
    strbuf_free(&expanded);
    if (found)
        return 0;
    if (!any)
        return state_error(s, action->path, ".release",
                           "no hold rule comes before, so nothing is held here");
    return state_error(s, action->path, ".release",
                       "this is not how the text of a hold rule begins that comes before; \"all\" "
                       "releases everything");
}
