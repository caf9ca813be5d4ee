/* catalog/assertion_load: the tables of what must hold of a recording (form.h). */
#include <limits.h>
#include <string.h>

#include "catalog/form.h"
#include "catalog/names.h"
#include "catalog/script.h"

/* An assertion as it is read: "call" and "never" speak of one call, which has its place here. */
struct row {
    struct assertion assertion;
    struct call_pattern pattern;
};

#define AT(member) .at = offsetof(struct row, assertion.member)
#define PATTERN(member) .at = offsetof(struct call_pattern, member)
#define WHY                        \
    {                              \
        "why", field_text, AT(why) \
    }

/* --- a call and its arguments --- */

/* The arguments that can be asked for, as README.md lists them. */
static const char *const argument_names[] = {"fd",     "domain", "type",   "protocol", "addr",
                                             "port",   "ip",     "len",    "backlog",  "level",
                                             "option", "value",  "how",    "flags",    "path",
                                             "to",     "dir",    "opened", "resolve",  NULL};

static int read_argument(const struct json *at, struct lab_store *store, struct arg_match *arg,
                         struct error *err)
{
    static const struct field text = {"text", field_text, .at = offsetof(struct arg_match, text)};
    int64_t value;
    arg->name = at->key;
    if (json_type(at) != JSON_NUMBER)
        return field_text(&text, at, store, arg, err);
    if (json_get_int(at, -JSON_MAX_INT, JSON_MAX_INT, &value, err) != 0)
        return -1;
    arg->text = store_format(store, "%lld", (long long)value);
    return 0;
}

static int field_args(const struct field *field, const struct json *at, struct lab_store *store,
                      void *target, struct error *err)
{
    unsigned known = 0;
    while (field->words[known] != NULL)
        known++;
    if (json_only_keys(at, field->words, known, err) != 0)
        return -1;
    size_t count = json_count(at);
    struct arg_match *args = store_alloc(store, count * sizeof *args);
    form_store_pointer(target, field->at, args);
    form_store_uint(target, field->count_at, (unsigned)count);
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_argument(&item, store, args++, err) != 0)
            return -1;
    return 0;
}

/* "ok", "fails" or the number that the call returns. */
static int field_result(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    struct call_pattern *pattern = target;
    if (json_type(at) == JSON_NUMBER) {
        pattern->result = RESULT_VALUE;
        return json_get_int(at, -JSON_MAX_INT, JSON_MAX_INT, &pattern->value, err);
    }
    unsigned result;
    struct field word = *field;
    word.at = 0;
    word.min = RESULT_OK;
    if (field_word(&word, at, store, &result, err) != 0)
        return -1;
    pattern->result = result;
    return 0;
}

/* The same where the pattern is part of a row. */
static int field_row_result(const struct field *field, const struct json *at,
                            struct lab_store *store, void *target, struct error *err)
{
    return field_result(field, at, store, &((struct row *)target)->pattern, err);
}

static int finish_pattern(const struct json *at, struct lab_store *store, void *target,
                          struct error *err)
{
    (void)store;
    struct call_pattern *pattern = target;
    struct json name;
    if (pattern->errname == NULL)
        return 0;
    if (pattern->result != RESULT_ANY && pattern->result != RESULT_FAILS) {
        (void)json_get(at, "errno", &name);
        return json_error(&name, err,
                          "only a call that fails has an errno; \"result\" says otherwise");
    }
    pattern->result = RESULT_FAILS;
    return 0;
}

static const char *const result_words[] = {"ok", "fails", NULL};

static const struct field pattern_fields[] = {
    {"call", field_call, PATTERN(name), .required = true},
    {"args", field_args, PATTERN(args), .count_at = offsetof(struct call_pattern, nargs),
     .words = argument_names},
    {"result", field_result, PATTERN(result), .words = result_words},
    {"errno", field_choice, PATTERN(errname), .words = errno_names},
    {"program", field_name, PATTERN(program)},
};
const struct form pattern_form = {.name = "call_pattern",
                                  FORM_FIELDS(pattern_fields),
                                  .size = sizeof(struct call_pattern),
                                  .finish = finish_pattern};

/* --- the assertions --- */

/* N, or [min, max]. */
static int field_count(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    (void)store;
    struct assertion *assertion = &((struct row *)target)->assertion;
    int64_t bounds[2] = {0, 0};
    if (json_type(at) != JSON_LIST) {
        if (json_get_int(at, field->min, field->max, &bounds[0], err) != 0)
            return -1;
        assertion->count_min = assertion->count_max = (unsigned)bounds[0];
        return 0;
    }
    if (json_count(at) != 2)
        return json_error(at, err, "two numbers are needed: the least and the most");
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (json_get_int(&item, item.index == 0 ? 0 : field->min, field->max, &bounds[item.index],
                         err) != 0)
            return -1;
    if (bounds[0] > bounds[1])
        return json_error(at, err, "the least must not be more than the most");
    assertion->count_min = (unsigned)bounds[0];
    assertion->count_max = (unsigned)bounds[1];
    return 0;
}

/* The keys of a call pattern stand in the assertion itself, beside these two. */
static int finish_call(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    struct row *row = target;
    struct json count;
    row->assertion.calls = &row->pattern;
    row->assertion.ncalls = 1;
    if (!json_get(at, "count", &count))
        row->assertion.count_min = 1;
    return finish_pattern(at, store, &row->pattern, err);
}

static int field_never(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    (void)field;
    struct row *row = target;
    row->assertion.calls = &row->pattern;
    row->assertion.ncalls = 1;
    return form_read(&pattern_form, at, store, &row->pattern, err);
}

/* "none", or a list of ids. */
static int field_mistakes(const struct field *field, const struct json *at, struct lab_store *store,
                          void *target, struct error *err)
{
    if (json_type(at) == JSON_TEXT)
        return field_constant(field, at, store, target, err);
    return field_slugs(field, at, store, target, err);
}

static const char *const none_words[] = {"none", NULL};
static const char *const clean_words[] = {"clean", NULL};

#define OF_PATTERN(member) .at = offsetof(struct row, pattern.member)

static const struct field call_fields[] = {
    {"call", field_call, OF_PATTERN(name), .required = true},
    {"args", field_args, OF_PATTERN(args), .count_at = offsetof(struct row, pattern.nargs),
     .words = argument_names},
    {"result", field_row_result, .words = result_words},
    {"errno", field_choice, OF_PATTERN(errname), .words = errno_names},
    {"program", field_name, OF_PATTERN(program)},
    {"count", field_count, .min = 1, .max = 1000000},
    WHY,
};

static const struct field order_fields[] = {
    {"order", field_list, AT(calls), .count_at = offsetof(struct row, assertion.ncalls), .min = 2,
     .max = 32, .required = true, .form = &pattern_form},
    WHY,
};

static const struct field never_fields[] = {
    {"never", field_never, .required = true, .form = &pattern_form},
    WHY,
};

static const struct field leftovers_fields[] = {
    {"leftovers", field_constant, .words = none_words, .required = true},
    {"program", field_name, AT(program)},
    {"max_fds", field_uint, AT(max_fds), .min = 1, .max = 100000},
    WHY,
};

static const struct field sanitizers_fields[] = {
    {"sanitizers", field_constant, .words = clean_words, .required = true},
    WHY,
};

static const struct field mistakes_fields[] = {
    {"mistakes", field_mistakes, AT(mistakes),
     .count_at = offsetof(struct row, assertion.nmistakes), .words = none_words, .min = 1,
     .max = 64, .required = true},
    WHY,
};

/* --- packets --- */

static const char *const gap_words[] = {"…", "...", NULL};
static const char *const proto_words[] = {"tcp", "udp", "icmp", "icmp6", "arp", NULL};
static const char *const fate_words[] = {"delivered", "dropped", "delayed",   "duplicated",
                                         "held",      "refused", "corrupted", NULL};

#define OF_PACKET(member) .at = offsetof(struct packet_pattern, member)

static int read_number(const struct field *field, const struct json *at, uint32_t *out,
                       struct error *err)
{
    int64_t value;
    if (json_get_int(at, field->min, field->max, &value, err) != 0)
        return -1;
    *out = (uint32_t)value;
    return 0;
}

static int field_seq(const struct field *field, const struct json *at, struct lab_store *store,
                     void *target, struct error *err)
{
    (void)store;
    struct packet_pattern *packet = target;
    packet->has_seq = true;
    return read_number(field, at, &packet->seq, err);
}

static int field_ack(const struct field *field, const struct json *at, struct lab_store *store,
                     void *target, struct error *err)
{
    (void)store;
    struct packet_pattern *packet = target;
    packet->has_ack = true;
    return read_number(field, at, &packet->ack, err);
}

/* N, or [min, max]. */
static int field_len(const struct field *field, const struct json *at, struct lab_store *store,
                     void *target, struct error *err)
{
    (void)store;
    struct packet_pattern *packet = target;
    packet->has_len = true;
    if (json_type(at) != JSON_LIST) {
        if (read_number(field, at, &packet->len_min, err) != 0)
            return -1;
        packet->len_max = packet->len_min;
        return 0;
    }
    if (json_count(at) != 2)
        return json_error(at, err, "two numbers are needed: the least and the most");
    uint32_t bounds[2] = {0, 0};
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_number(field, &item, &bounds[item.index], err) != 0)
            return -1;
    if (bounds[0] > bounds[1])
        return json_error(at, err, "the least must not be more than the most");
    packet->len_min = bounds[0];
    packet->len_max = bounds[1];
    return 0;
}

/* "" would be a segment without any flag, which TCP never sends. */
static int field_flags(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    const char *flags = ((struct packet_pattern *)target)->flags;
    if (flags[strspn(flags, "SFRPUEW.")] == '\0')
        return 0;
    return json_error(
        at, err, "flags as tcpdump writes them are needed: letters of SFRPUEW, and '.' for ACK");
}

static const struct field packet_fields[] = {
    {"from", field_text, OF_PACKET(from)},
    {"to", field_text, OF_PACKET(to)},
    {"flags", field_flags, OF_PACKET(flags)},
    {"seq", field_seq, .min = 0, .max = UINT32_MAX},
    {"ack", field_ack, .min = 0, .max = UINT32_MAX},
    {"len", field_len, .min = 0, .max = 16777216},
    {"options", field_text, OF_PACKET(options)},
    {"fate", field_choice, OF_PACKET(fate), .words = fate_words},
};
const struct form packet_form = {.name = "packet_pattern",
                                 FORM_FIELDS(packet_fields),
                                 .size = sizeof(struct packet_pattern)};

static int read_packet(const struct json *at, struct lab_store *store,
                       struct packet_pattern *packet, struct error *err)
{
    static const struct field gap = {"packets", field_constant, .words = gap_words};
    if (json_type(at) != JSON_TEXT)
        return form_read(&packet_form, at, store, packet, err);
    packet->gap = true;
    return field_constant(&gap, at, store, packet, err);
}

static int field_packets(const struct field *field, const struct json *at, struct lab_store *store,
                         void *target, struct error *err)
{
    unsigned count;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    struct packet_pattern *packets = store_alloc(store, count * sizeof *packets);
    form_store_pointer(target, field->at, packets);
    form_store_uint(target, field->count_at, count);
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (read_packet(&item, store, packets++, err) != 0)
            return -1;
    return 0;
}

static int finish_packets(const struct json *at, struct lab_store *store, void *target,
                          struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct assertion *assertion = &((struct row *)target)->assertion;
    if (assertion->proto == NULL)
        assertion->proto = proto_words[0];
    return 0;
}

static const struct field packets_fields[] = {
    {"packets", field_packets, AT(packets), .count_at = offsetof(struct row, assertion.npackets),
     .min = 1, .max = 64, .required = true},
    {"proto", field_choice, AT(proto), .words = proto_words},
    {"between", field_texts, AT(between), .count_at = offsetof(struct row, assertion.nbetween),
     .min = 1, .max = 8},
    {"host", field_host_name, AT(host)},
    WHY,
};

/* --- socket states --- */

/* As sock_diag tells them; a test compares the schema's list with it. */
static const char *const state_words[] = {"LISTEN",    "SYN_SENT",  "SYN_RECV",   "ESTABLISHED",
                                          "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT", "LAST_ACK",
                                          "CLOSING",   "TIME_WAIT", "CLOSED",     NULL};
static const char *const state_or_gap_words[] = {
    "LISTEN",   "SYN_SENT", "SYN_RECV",  "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2", "CLOSE_WAIT",
    "LAST_ACK", "CLOSING",  "TIME_WAIT", "CLOSED",      "…",         "...",       NULL};

static int field_states(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    unsigned count, i = 0;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    const char **states = store_alloc(store, count * sizeof *states);
    struct field word = *field;
    word.at = 0;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item), i++) {
        if (field_choice(&word, &item, store, &states[i], err) != 0)
            return -1;
        if (states[i][0] < 'A' || states[i][0] > 'Z')
            states[i] = NULL;
    }
    form_store_pointer(target, field->at, states);
    form_store_uint(target, field->count_at, count);
    return 0;
}

static int field_state(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    struct assertion *assertion = &((struct row *)target)->assertion;
    const char **states = store_alloc(store, sizeof *states);
    struct field word = *field;
    word.at = 0;
    assertion->states = states;
    assertion->nstates = 1;
    return field_choice(&word, at, store, states, err);
}

/* A number of packets, or "end". */
static int field_held(const struct field *field, const struct json *at, struct lab_store *store,
                      void *target, struct error *err)
{
    struct assertion *assertion = &((struct row *)target)->assertion;
    if (json_type(at) == JSON_NUMBER)
        return read_number(field, at, &assertion->held_for, err);
    assertion->held_to_end = true;
    return field_constant(field, at, store, target, err);
}

static int finish_state(const struct json *at, struct lab_store *store, void *target,
                        struct error *err)
{
    (void)store;
    (void)err;
    struct json reached;
    if (!json_get(at, "reached", &reached))
        ((struct row *)target)->assertion.reached = true;
    return 0;
}

static const char *const end_words[] = {"end", NULL};

#define SOCKET                                                             \
    {"host", field_host_name, AT(host)}, {"local", field_text, AT(local)}, \
    {                                                                      \
        "remote", field_text, AT(remote)                                   \
    }

static const struct field states_fields[] = {
    {"states", field_states, AT(states), .count_at = offsetof(struct row, assertion.nstates),
     .words = state_or_gap_words, .min = 1, .max = 32, .required = true},
    SOCKET,
    WHY,
};

static const struct field state_fields[] = {
    {"state", field_state, .words = state_words, .required = true},
    SOCKET,
    {"reached", field_bool, AT(reached)},
    {"held_for", field_held, .words = end_words, .min = 1, .max = 1000000},
    WHY,
};

#define FORM(upper, lower) \
    .name = "assert_" #lower, FORM_FIELDS(lower##_fields), .kind = ASSERT_##upper

static const struct form assertion_forms[] = {
    {FORM(CALL, call), .finish = finish_call},
    {FORM(ORDER, order)},
    {FORM(NEVER, never)},
    {FORM(NO_LEFTOVER, leftovers)},
    {FORM(SANITIZERS, sanitizers)},
    {FORM(NO_MISTAKE, mistakes)},
    {FORM(PACKETS, packets), .finish = finish_packets},
    {FORM(STATES, states)},
    {FORM(STATE, state), .finish = finish_state},
};

const struct form_set assertion_set = {
    .noun = "an assertion",
    .forms = assertion_forms,
    .nforms = sizeof assertion_forms / sizeof assertion_forms[0],
    .size = sizeof(struct row),
    .kind_at = offsetof(struct row, assertion.kind),
    .path_at = offsetof(struct row, assertion.path),
};

/* Reads rows, which stay where they are, and keeps the assertions of them. */
int field_then(const struct field *field, const struct json *at, struct lab_store *store,
               void *target, struct error *err)
{
    struct rows {
        const struct row *items;
        unsigned count;
    } rows;
    struct field list = *field;
    list.at = offsetof(struct rows, items);
    list.count_at = offsetof(struct rows, count);
    list.set = &assertion_set;
    if (field_list(&list, at, store, &rows, err) != 0)
        return -1;
    struct assertion *then = store_alloc(store, rows.count * sizeof *then);
    for (unsigned i = 0; i < rows.count; i++)
        then[i] = rows.items[i].assertion;
    form_store_pointer(target, field->at, then);
    form_store_uint(target, field->count_at, rows.count);
    return 0;
}
