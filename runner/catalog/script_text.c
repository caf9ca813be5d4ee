/*
 * catalog/script_text: texts of a script, checked with values that stand for those drawn later
 * (script_state.h).
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "catalog/network.h"
#include "catalog/pattern.h"
#include "catalog/script_state.h"
#include "catalog/vars.h"

/* --- variables --- */

struct scope {
    const struct script_state *state;
    const char *peer_addr; /* what stands for a peer's address */
    struct strbuf host;    /* the value of a host's variable */
};

static const struct var_spec *find_var(const struct script_state *s, const char *name)
{
    for (unsigned i = 0; i < s->script->nvars; i++)
        if (strcmp(s->script->vars[i].name, name) == 0)
            return &s->script->vars[i];
    return NULL;
}

static bool is_saved(const struct script_state *s, const char *name)
{
    for (unsigned i = 0; i < s->nsaved; i++)
        if (strcmp(s->saved[i], name) == 0)
            return true;
    return false;
}

/* Some action saves it, here or later. */
static bool saves(const struct action *actions, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++) {
        const struct action *a = &actions[i];
        if (a->kind == ACTION_EXPECT && a->expect.save != NULL && strcmp(a->expect.save, name) == 0)
            return true;
        if (a->kind == ACTION_REPEAT && saves(a->repeat.actions, a->repeat.nactions, name))
            return true;
    }
    return false;
}

/* "ann.port", "ann.addr": of a peer that is or was open. */
static bool is_peer_var(const struct script_state *s, const char *name, bool *is_port)
{
    const char *dot = strchr(name, '.');
    if (dot == NULL || (strcmp(dot, ".port") != 0 && strcmp(dot, ".addr") != 0))
        return false;
    for (unsigned i = 0; i < s->npeers; i++) {
        size_t len = strlen(s->peers[i].name);
        if (len == (size_t)(dot - name) && memcmp(s->peers[i].name, name, len) == 0) {
            *is_port = dot[1] == 'p';
            return true;
        }
    }
    return false;
}

/* A value of the right kind for each variable. */
static bool stand_in(void *arg, const char *name, const char **data, size_t *len)
{
    struct scope *scope = arg;
    const struct network *net = scope->state->script->network;
    const struct var_spec *var = find_var(scope->state, name);
    bool is_port;
    strbuf_cut(&scope->host, 0);
    if (net != NULL && network_variable(net, name, &scope->host))
        *data = scope->host.data;
    else if (var != NULL)
        *data = var->kind == VAR_PORT ? "20001" : var->kind == VAR_TEXT ? var->text : "w";
    else if (is_saved(scope->state, name) || (scope->state->repeats > 0 && strcmp(name, "i") == 0))
        *data = "1";
    else if (is_peer_var(scope->state, name, &is_port))
        *data = is_port ? "20001" : scope->peer_addr;
    else
        return false;
    *len = strlen(*data);
    return true;
}

/* "alice.…" of a host that is there. */
static bool is_of_host(const struct network *net, const char *name)
{
    char host[NETWORK_NAME];
    size_t len = strcspn(name, ".");
    if (net == NULL || name[len] == '\0' || len >= sizeof host)
        return false;
    memcpy(host, name, len);
    host[len] = '\0';
    return network_find(net, host) >= 0;
}

/* Says more of an unknown variable than that it is unknown. */
static int unknown_var(const struct script_state *s, const char *path, const char *key,
                       const char *name)
{
    if (strcmp(name, "i") == 0)
        return state_error(s, path, key, "${i} has a value only inside a repeat");
    if (saves(s->script->actions, s->script->nactions, name))
        return state_error(s, path, key, "${%s} has no value yet: it is saved only later", name);
    const char **known = mem_alloc((s->script->nvars + 1) * sizeof *known);
    for (unsigned i = 0; i < s->script->nvars; i++)
        known[i] = s->script->vars[i].name;
    const char *near = text_nearest(name, known, s->script->nvars);
    free(known);
    if (near != NULL)
        return state_error(s, path, key, "there is no variable ${%s}; did you mean ${%s}?", name,
                           near);
    if (is_of_host(s->script->network, name))
        return state_error(s, path, key,
                           "there is no ${%s}: a host has .addr, .mac, .broadcast, .network, "
                           ".prefix and, where it has an IPv6 address, .addr6",
                           name);
    if (strchr(name, '.') != NULL)
        return state_error(s, path, key,
                           "there is no ${%s} yet: a peer that is open has .port and .addr", name);
    return state_error(s, path, key, "there is no variable ${%s}", name);
}

struct use {
    const struct script_state *state;
    const char *path, *key;
};

static int check_name(void *arg, const char *name, struct error *err)
{
    (void)err;
    const struct use *use = arg;
    struct scope scope = {.state = use->state, .peer_addr = "", .host = STRBUF_INIT};
    const char *data;
    size_t len;
    bool known = stand_in(&scope, name, &data, &len);
    strbuf_free(&scope.host);
    if (known)
        return 0;
    unknown_var(use->state, use->path, use->key, name);
    return 1; /* told already */
}

int state_check_text(struct script_state *s, const char *path, const char *key, const char *text)
{
    struct use use = {.state = s, .path = path, .key = key};
    struct error why;
    int result = vars_each(text, check_name, &use, &why);
    if (result < 0)
        return state_error(s, path, key, "%s", why.text);
    return result == 0 ? 0 : -1;
}

static size_t var_size(const struct var_spec *var)
{
    if (var->kind == VAR_PORT)
        return 5; /* from 20000 to 29999 */
    return var->kind == VAR_TEXT ? strlen(var->text) : var->size;
}

struct place {
    const struct script_state *state;
    const char *what;
};

static int refuse_bytes(void *arg, const char *name, struct error *err)
{
    const struct place *place = arg;
    const struct var_spec *var = find_var(place->state, name);
    if (is_saved(place->state, name))
        return error_set(err, "${%s} is what a program sent, which cannot stand in %s", name,
                         place->what);
    if (var == NULL || var->kind != VAR_BYTES)
        return 0;
    return error_set(err, "${%s} holds any bytes, which cannot stand in %s; take a word", name,
                     place->what);
}

int state_refuse_bytes(const struct script_state *s, const char *text, const char *what,
                       struct error *err)
{
    struct place place = {s, what};
    return vars_each(text, refuse_bytes, &place, err);
}

static int check_slice(const struct script_state *s, const char *path, const struct data_part *part)
{
    const struct var_spec *var = find_var(s, part->text);
    size_t end = part->has_to ? part->to : part->from;
    if (var == NULL || end <= var_size(var))
        return 0;
    return state_error(s, path, ".data", "${%s} has %zu bytes, and there is none at %zu",
                       part->text, var_size(var), end);
}

int state_check_data(struct script_state *s, const char *path, const struct data *data)
{
    for (unsigned i = 0; i < data->nparts; i++) {
        const struct data_part *part = &data->parts[i];
        if (part->kind == DATA_TEXT && state_check_text(s, path, ".data", part->text) != 0)
            return -1;
        if (part->kind == DATA_VAR && find_var(s, part->text) == NULL && !is_saved(s, part->text)) {
            struct strbuf shown = STRBUF_INIT;
            bytes_quote(&shown, part->text, strlen(part->text), 40);
            state_error(s, path, ".data", "there is no variable %s", shown.data);
            strbuf_free(&shown);
            return -1;
        }
        if (part->kind == DATA_VAR && check_slice(s, path, part) != 0)
            return -1;
    }
    return 0;
}

/* The expression with values for its variables, when it is one that can be used. */
static int expand_regex(struct script_state *s, const char *path, const char *key,
                        const char *regex, struct strbuf *text)
{
    if (state_check_text(s, path, key, regex) != 0)
        return -1;
    struct scope scope = {.state = s, .peer_addr = "127.0.0.1", .host = STRBUF_INIT};
    struct error why;
    int result = vars_expand_regex(text, regex, stand_in, &scope, &why);
    strbuf_free(&scope.host);
    if (result == 0)
        result = pattern_check(text->data, &why);
    if (result != 0)
        state_error(s, path, key, "not a regular expression that can be used: %s", why.text);
    return result;
}

int state_check_regex(struct script_state *s, const char *path, const char *key, const char *regex)
{
    struct strbuf text = STRBUF_INIT;
    int result = expand_regex(s, path, key, regex, &text);
    strbuf_free(&text);
    return result;
}

/* --- expectations --- */

static int check_save(struct script_state *s, const struct action *action)
{
    const char *name = action->expect.save;
    struct strbuf text = STRBUF_INIT;
    if (find_var(s, name) != NULL)
        return state_error(s, action->path, ".save", "there is a variable ${%s} already", name);
    int result = expand_regex(s, action->path, ".matches", action->expect.matches, &text);
    if (result == 0 && pattern_groups(text.data) == 0)
        result = state_error(s, action->path, ".save",
                             "\"matches\" has no group ( … ) whose match could be saved");
    strbuf_free(&text);
    if (result == 0 && !is_saved(s, name)) {
        s->saved = mem_resize(s->saved, s->nsaved + 1, sizeof *s->saved);
        s->saved[s->nsaved++] = name;
    }
    return result;
}

static int check_count(struct script_state *s, const struct action *action)
{
    const char *count = action->expect.count;
    struct strbuf text = STRBUF_INIT;
    if (state_check_text(s, action->path, ".count", count) != 0)
        return -1;
    bool digits = state_expand(s, count, &text, NULL) == 0 && text.len > 0 && text.len <= 9 &&
                  strspn(text.data, "0123456789") == text.len;
    strbuf_free(&text);
    if (!digits)
        return state_error(s, action->path, ".count", "a number of bytes is needed");
    return state_check_data(s, action->path, &action->expect.starts);
}

int state_check_expect(struct script_state *s, const struct action *action)
{
    const char *path = action->path;
    if (action->expect.how == EXPECT_COUNT)
        return check_count(s, action);
    if (action->expect.how == EXPECT_DATA)
        return state_check_data(s, path, &action->expect.data);
    if (state_check_text(s, path, ".until", action->expect.until) != 0 ||
        (action->expect.matches != NULL &&
         state_check_regex(s, path, ".matches", action->expect.matches) != 0) ||
        (action->expect.lacks != NULL &&
         state_check_regex(s, path, ".lacks", action->expect.lacks) != 0))
        return -1;
    return action->expect.save != NULL ? check_save(s, action) : 0;
}

/* --- addresses --- */

/* A port in decimal, as the kernel has it; -1 when it is none. */
static int port_number(const char *text)
{
    size_t len = strlen(text);
    if (len == 0 || len > 5 || strspn(text, "0123456789") != len || (len > 1 && text[0] == '0'))
        return -1;
    long port = strtol(text, NULL, 10);
    return port <= 65535 ? (int)port : -1;
}

static int expand(const struct script_state *s, const char *text, const char *peer_addr,
                  struct strbuf *out, struct error *err)
{
    struct scope scope = {.state = s, .peer_addr = peer_addr, .host = STRBUF_INIT};
    int result = vars_expand(out, text, stand_in, &scope, err);
    strbuf_free(&scope.host);
    return result;
}

int state_expand(const struct script_state *s, const char *text, struct strbuf *out,
                 struct error *err)
{
    return expand(s, text, "127.0.0.1", out, err);
}

int state_check_port(struct script_state *s, const char *path, const char *port)
{
    struct error why;
    if (state_check_text(s, path, ".port", port) != 0)
        return -1;
    if (state_refuse_bytes(s, port, "a port", &why) != 0)
        return state_error(s, path, ".port", "%s", why.text);
    struct strbuf text = STRBUF_INIT;
    int number = 0;
    if (state_expand(s, port, &text, NULL) == 0)
        number = port_number(text.data);
    strbuf_free(&text);
    if (number >= 1)
        return 0;
    return state_error(s, path, ".port", "a port from 1 to 65535 is needed");
}

/* "1.2.3.4:PORT" or "[::1]:PORT". NULL when it is right, else what is wrong. Changes the text. */
static const char *address_fault(char *text, enum address_use use)
{
    char *colon = strrchr(text, ':');
    struct in6_addr v6;
    struct in_addr v4;
    if (colon == NULL)
        return "no ':' before a port";
    *colon = '\0';
    size_t len = strlen(text);
    if (text[0] == '[' && text[len - 1] == ']') {
        text[len - 1] = '\0';
        if (inet_pton(AF_INET6, text + 1, &v6) != 1)
            return "no IPv6 address between '[' and ']'";
    } else if (strchr(text, ':') != NULL) {
        return "an IPv6 address stands in '[' and ']'";
    } else if (inet_pton(AF_INET, text, &v4) != 1) {
        return "no IPv4 address before the ':'";
    }
    int port = port_number(colon + 1);
    if (port < 0)
        return "no port from 0 to 65535 behind the ':'";
    return port == 0 && use == ADDRESS_OTHER ? "nobody has the port 0" : NULL;
}

int state_check_address(struct script_state *s, const char *path, const char *key, const char *text,
                        enum address_use use)
{
    struct error why_not;
    if (state_check_text(s, path, key, text) != 0)
        return -1;
    if (state_refuse_bytes(s, text, "an address", &why_not) != 0)
        return state_error(s, path, key, "%s", why_not.text);
    const char *fault = NULL;
    /* A peer's address can be of either family: one of them must do. */
    static const char *const peer_addrs[] = {"127.0.0.1", "::1"};
    for (unsigned i = 0; i < 2; i++) {
        struct strbuf expanded = STRBUF_INIT;
        const char *why = "it cannot be expanded";
        if (expand(s, text, peer_addrs[i], &expanded, NULL) == 0)
            why = address_fault(expanded.data, use);
        strbuf_free(&expanded);
        if (why == NULL)
            return 0;
        if (i == 0)
            fault = why;
    }
    struct strbuf shown = STRBUF_INIT;
    bytes_quote(&shown, text, strlen(text), 60);
    state_error(s, path, key, "%s is no address: %s", shown.data, fault);
    strbuf_free(&shown);
    return -1;
}

/* --- sizes --- */

struct measure {
    const struct script_state *state;
    size_t size;  /* of what the names expand to */
    size_t names; /* bytes that the ${…} themselves take */
};

static int measure_name(void *arg, const char *name, struct error *err)
{
    (void)err;
    struct measure *m = arg;
    const struct var_spec *var = find_var(m->state, name);
    if (var == NULL)
        return 1;
    m->size += var_size(var);
    m->names += strlen(name) + 3;
    return 0;
}

bool state_data_size(const struct script_state *s, const struct data *data, size_t *size)
{
    *size = 0;
    for (unsigned i = 0; i < data->nparts; i++) {
        const struct data_part *part = &data->parts[i];
        struct measure m = {.state = s};
        const struct var_spec *var;
        switch (part->kind) {
        case DATA_TEXT:
            if (vars_each(part->text, measure_name, &m, NULL) != 0)
                return false;
            *size += strlen(part->text) - m.names + m.size;
            break;
        case DATA_VAR:
            var = find_var(s, part->text);
            if (var == NULL)
                return false;
            *size += (part->has_to ? part->to : var_size(var)) - part->from;
            break;
        default:
            *size += part->size;
        }
    }
    return true;
}
