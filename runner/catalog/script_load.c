/*
 * catalog/script_load: the tables of actions (form.h); scene_load.c has those of checks. A new key
 * of an action is a row here, a member in script.h, and a property in lab.schema.json.
 */
#include <string.h>

#include "catalog/form.h"
#include "catalog/lab.h"
#include "catalog/names.h"

#define AT(member) .at = offsetof(struct action, member)
#define LIST(member, count) \
    .at = offsetof(struct action, member), .count_at = offsetof(struct action, count)
#define WHY                        \
    {                              \
        "why", field_text, AT(why) \
    }
#define ACTOR(verb)                                   \
    {                                                 \
        verb, field_name, AT(actor), .required = true \
    }

const char *const stdio_words[] = {"pty", "pipe", "closed", NULL};
static const char *const owner_words[] = {"learner", "solution", NULL};
static const char *const wait_words[] = {"blocked", "listening", "bound", "exit", NULL};
static const char *const stream_words[] = {"stdout", "stderr", NULL};
static const char *const result_words[] = {"ok", "refused", NULL};

static int has(const struct json *at, const char *key)
{
    struct json value;
    return json_get(at, key, &value) ? 1 : 0;
}

/* An error at the key, when it is there. */
static int forbid(const struct json *at, const char *key, const char *only, struct error *err)
{
    struct json value;
    if (json_get(at, key, &value))
        return json_error(&value, err, "this key has a meaning only with %s", only);
    return 0;
}

/* Where a program is started or a peer has its socket, in a scene with several hosts. */
#define ON                              \
    {                                   \
        "on", field_host_name, AT(host) \
    }

/* --- start, wait --- */

static int finish_start(const struct json *at, struct lab_store *store, void *target,
                        struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct action *action = target;
    if (action->start.role == NULL)
        action->start.role = action->actor;
    return 0;
}

static const struct field start_fields[] = {
    ACTOR("start"),
    {"args", field_any_texts, LIST(start.args, start.nargs), .max = 64},
    {"role", field_name, AT(start.role)},
    {"from", field_either, AT(start.solution), .words = owner_words},
    {"stdio", field_word, AT(start.stdio), .words = stdio_words, .min = STDIO_PTY},
    ON,
    WHY,
};

/* A number, or a text with ${…} that will be one: a port, a number of bytes. */
static int field_number(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    int64_t number;
    if (json_type(at) == JSON_TEXT)
        return field_text(field, at, store, target, err);
    if (json_get_int(at, field->min, field->max, &number, err) != 0)
        return -1;
    form_store_pointer(target, field->at, store_format(store, "%d", (int)number));
    return 0;
}
/* An exit status, or "any": -1. */
static int field_status(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    static const char *const words[] = {"any", NULL};
    struct field any = {.words = words};
    if (json_type(at) != JSON_TEXT)
        return field_int(field, at, store, target, err);
    if (field_constant(&any, at, store, target, err) != 0)
        return -1;
    int none = -1;
    memcpy((char *)target + field->at, &none, sizeof none);
    return 0;
}

static int finish_wait(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    (void)store;
    struct action *action = target;
    enum wait_for what = action->wait.what;
    if (what != WAIT_BLOCKED && forbid(at, "in", "\"for\": \"blocked\"", err) != 0)
        return -1;
    if (what != WAIT_LISTENING && what != WAIT_BOUND &&
        forbid(at, "port", "\"for\": \"listening\" or \"bound\"", err) != 0)
        return -1;
    if (what != WAIT_EXIT && (forbid(at, "status", "\"for\": \"exit\"", err) != 0 ||
                              forbid(at, "signal", "\"for\": \"exit\"", err) != 0))
        return -1;
    if (has(at, "status") && has(at, "signal"))
        return json_error(at, err, "a program ends by a status or by a signal, not by both");
    return 0;
}

static const struct field wait_fields[] = {
    ACTOR("wait"),
    {"for", field_word, AT(wait.what), .words = wait_words, .min = WAIT_BLOCKED, .required = true},
    {"in", field_calls, LIST(wait.calls, wait.ncalls), .min = 1, .max = 32},
    {"port", field_number, AT(wait.port), .min = 1, .max = 65535},
    {"status", field_status, AT(wait.status), .min = 0, .max = 255},
    {"signal", field_choice, AT(wait.signal), .words = signal_names},
    WHY,
};

/* --- terminal --- */

static const struct field type_fields[] = {
    ACTOR("type"),
    {"data", field_data, AT(type), .required = true},
    WHY,
};

static const struct field end_input_fields[] = {ACTOR("end-input"), WHY};

static int finish_output(const struct json *at, struct lab_store *store, void *target,
                         struct error *err)
{
    (void)store;
    (void)target;
    if (has(at, "contains") + has(at, "matches") + has(at, "lacks") != 1)
        return json_error(at, err,
                          "exactly one of \"contains\", \"matches\" and \"lacks\" is needed");
    return 0;
}

static const struct field output_fields[] = {
    ACTOR("output"),
    {"contains", field_text, AT(output.contains)},
    {"matches", field_text, AT(output.matches)},
    {"lacks", field_text, AT(output.lacks)},
    {"stream", field_choice, AT(output.stream), .words = stream_words},
    WHY,
};

static int finish_signal(const struct json *at, struct lab_store *store, void *target,
                         struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct action *action = target;
    action->signal.number = signal_number(action->signal.name);
    return 0;
}

static const struct field signal_fields[] = {
    ACTOR("signal"),
    {"name", field_choice, AT(signal.name), .words = signal_names, .required = true},
    WHY,
};

/* --- peers --- */

static const struct field udp_fields[] = {
    ACTOR("udp"),
    {"at", field_text, AT(open.at)},
    ON,
    WHY,
};

static const struct field connect_fields[] = {
    ACTOR("connect"),
    {"to", field_text, AT(connect.to), .required = true},
    {"from", field_text, AT(connect.from)},
    {"result", field_either, AT(connect.refused), .words = result_words},
    {"buffer", field_int, AT(connect.buffer), .min = 1024, .max = 16777216, .fallback = 0},
    {"delayed_ack", field_bool, AT(connect.delayed_ack)},
    ON,
    WHY,
};

static const struct field listen_fields[] = {
    ACTOR("listen"),
    {"at", field_text, AT(open.at)},
    {"backlog", field_int, AT(open.backlog), .min = 0, .max = 4096, .fallback = 8},
    {"buffer", field_int, AT(open.buffer), .min = 1024, .max = 16777216, .fallback = 0},
    ON,
    WHY,
};

static int finish_accept(const struct json *at, struct lab_store *store, void *target,
                         struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct action *action = target;
    if (action->accept.as == NULL)
        action->accept.as = action->actor;
    return 0;
}

static const struct field accept_fields[] = {
    ACTOR("accept"),
    {"as", field_name, AT(accept.as)},
    {"delayed_ack", field_bool, AT(accept.delayed_ack)},
    WHY,
};

/* The lengths of the pieces, or "bytes". */
static int field_split(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    static const char *const words[] = {"bytes", NULL};
    struct field bytes = {.words = words};
    struct action *action = target;
    if (json_type(at) == JSON_TEXT) {
        action->send.bytewise = true;
        return field_constant(&bytes, at, store, target, err);
    }
    unsigned count;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    size_t *lengths = store_alloc(store, count * sizeof *lengths);
    struct json item;
    unsigned i = 0;
    for (bool more = json_first(at, &item); more; more = json_next(&item)) {
        int64_t length;
        if (json_get_int(&item, 1, 16777216, &length, err) != 0)
            return -1;
        lengths[i++] = (size_t)length;
    }
    action->send.split = lengths;
    action->send.nsplit = count;
    return 0;
}

static int finish_send(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    (void)store;
    (void)target;
    return has(at, "split") ? 0 : forbid(at, "at_once", "\"split\"", err);
}

static const struct field send_fields[] = {
    ACTOR("send"),
    {"data", field_data, AT(send.data), .required = true},
    {"to", field_text, AT(send.to)},
    {"split", field_split, .min = 1, .max = 4096},
    {"at_once", field_bool, AT(send.at_once)},
    WHY,
};

static int finish_expect(const struct json *at, struct lab_store *store, void *target,
                         struct error *err)
{
    static const char *const of_until[] = {"matches", "lacks"};
    (void)store;
    struct action *action = target;
    if (has(at, "data") + has(at, "until") + has(at, "count") != 1)
        return json_error(at, err, "exactly one of \"data\", \"until\" and \"count\" is needed");
    action->expect.how = has(at, "data")    ? EXPECT_DATA
                         : has(at, "until") ? EXPECT_UNTIL
                                            : EXPECT_COUNT;
    for (size_t i = 0; i < 2 && !has(at, "until"); i++)
        if (forbid(at, of_until[i], "\"until\"", err) != 0)
            return -1;
    if (!has(at, "matches") && forbid(at, "save", "\"matches\"", err) != 0)
        return -1;
    if (!has(at, "data") && forbid(at, "from", "\"data\"", err) != 0)
        return -1;
    return has(at, "count") ? 0 : forbid(at, "starts", "\"count\"", err);
}

static const struct field expect_fields[] = {
    ACTOR("expect"),
    {"data", field_data, AT(expect.data)},
    {"from", field_text, AT(expect.from)},
    {"until", field_text, AT(expect.until)},
    {"matches", field_text, AT(expect.matches)},
    {"lacks", field_text, AT(expect.lacks)},
    {"save", field_var_name, AT(expect.save)},
    {"count", field_number, AT(expect.count), .min = 0, .max = 256 << 20},
    {"starts", field_data, AT(expect.starts)},
    WHY,
};

static const struct field expect_end_fields[] = {
    ACTOR("expect-end"),
    {"or_reset", field_bool, AT(expect.or_reset)},
    WHY,
};

static const struct field expect_reset_fields[] = {ACTOR("expect-reset"), WHY};
static const struct field expect_nothing_fields[] = {ACTOR("expect-nothing"), WHY};
static const struct field pause_fields[] = {ACTOR("pause"), WHY};
static const struct field resume_fields[] = {ACTOR("resume"), WHY};
static const struct field half_close_fields[] = {ACTOR("half-close"), WHY};
static const struct field close_fields[] = {ACTOR("close"), WHY};
static const struct field reset_fields[] = {ACTOR("reset"), WHY};

/* --- faults, repeats --- */

static int finish_fault(const struct json *at, struct lab_store *store, void *target,
                        struct error *err)
{
    (void)store;
    struct action *action = target;
    if (has(at, "shorten") + has(at, "errno") != 1)
        return json_error(at, err, "exactly one of \"shorten\" and \"errno\" is needed");
    if (action->fault.errname != NULL)
        action->fault.errnum = errno_number(action->fault.errname);
    return 0;
}

static const struct field fault_fields[] = {
    ACTOR("fault"),
    {"call", field_call, AT(fault.call), .required = true},
    {"from", field_uint, AT(fault.from), .min = 1, .max = 1000000, .fallback = 1},
    {"count", field_uint, AT(fault.count), .min = 1, .max = 1000000, .fallback = 1},
    {"shorten", field_size, AT(fault.shorten), .min = 1, .max = 16777216},
    {"errno", field_choice, AT(fault.errname), .words = errno_names},
    WHY,
};

static const struct field repeat_fields[] = {
    {"repeat", field_uint, AT(repeat.count), .min = 1, .max = 10000, .required = true},
    {"do", field_list, LIST(repeat.actions, repeat.nactions), .min = 1, .max = 200,
     .required = true, .set = &action_set},
    WHY,
};

/* --- the wire --- */

static int finish_wire(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct action *action = target;
    if (strcmp(action->wire.rule, "clear") == 0)
        action->wire.rule = NULL;
    return 0;
}

static int finish_release(const struct json *at, struct lab_store *store, void *target,
                          struct error *err)
{
    (void)at;
    (void)store;
    (void)err;
    struct action *action = target;
    if (strcmp(action->release.rule, "all") == 0)
        action->release.rule = NULL;
    return 0;
}

static const struct field wire_fields[] = {
    {"wire", field_text, AT(wire.rule), .required = true},
    WHY,
};

static const struct field release_fields[] = {
    {"release", field_text, AT(release.rule), .required = true},
    WHY,
};

/* --- files --- */

static int finish_file_check(const struct json *at, struct lab_store *store, void *target,
                             struct error *err)
{
    (void)store;
    struct action *action = target;
    if (has(at, "holds") + has(at, "size") + has(at, "absent") != 1)
        return json_error(at, err, "exactly one of \"holds\", \"size\" and \"absent\" is needed");
    action->file.what = has(at, "holds")  ? FILE_HOLDS
                        : has(at, "size") ? FILE_HAS_SIZE
                                          : FILE_ABSENT;
    return 0;
}

static const struct field file_check_fields[] = {
    {"file", field_file_name, AT(file.name), .required = true},
    {"holds", field_data, AT(file.data)},
    {"size", field_size, AT(file.size), .min = 0, .max = INT64_C(1) << 40},
    {.key = "absent", .read = field_true},
    WHY,
};

#define FORM(upper, lower) \
    .name = "action_" #lower, FORM_FIELDS(lower##_fields), .kind = ACTION_##upper

static const struct form action_forms[ACTION_KINDS] = {
    [ACTION_START] = {FORM(START, start), .finish = finish_start},
    [ACTION_WAIT] = {FORM(WAIT, wait), .finish = finish_wait},
    [ACTION_TYPE] = {FORM(TYPE, type)},
    [ACTION_END_INPUT] = {FORM(END_INPUT, end_input)},
    [ACTION_OUTPUT] = {FORM(OUTPUT, output), .finish = finish_output},
    [ACTION_SIGNAL] = {FORM(SIGNAL, signal), .finish = finish_signal},
    [ACTION_UDP] = {FORM(UDP, udp)},
    [ACTION_CONNECT] = {FORM(CONNECT, connect)},
    [ACTION_LISTEN] = {FORM(LISTEN, listen)},
    [ACTION_ACCEPT] = {FORM(ACCEPT, accept), .finish = finish_accept},
    [ACTION_SEND] = {FORM(SEND, send), .finish = finish_send},
    [ACTION_EXPECT] = {FORM(EXPECT, expect), .finish = finish_expect},
    [ACTION_EXPECT_END] = {FORM(EXPECT_END, expect_end)},
    [ACTION_EXPECT_RESET] = {FORM(EXPECT_RESET, expect_reset)},
    [ACTION_EXPECT_NOTHING] = {FORM(EXPECT_NOTHING, expect_nothing)},
    [ACTION_HALF_CLOSE] = {FORM(HALF_CLOSE, half_close)},
    [ACTION_CLOSE] = {FORM(CLOSE, close)},
    [ACTION_RESET] = {FORM(RESET, reset)},
    [ACTION_FAULT] = {FORM(FAULT, fault), .finish = finish_fault},
    [ACTION_REPEAT] = {FORM(REPEAT, repeat)},
    [ACTION_WIRE] = {FORM(WIRE, wire), .finish = finish_wire},
    [ACTION_PAUSE] = {FORM(PAUSE, pause)},
    [ACTION_RESUME] = {FORM(RESUME, resume)},
    [ACTION_RELEASE] = {FORM(RELEASE, release), .finish = finish_release},
    [ACTION_FILE] = {.name = "action_file",
                     FORM_FIELDS(file_check_fields),
                     .kind = ACTION_FILE,
                     .finish = finish_file_check},
};

const struct form_set action_set = {
    .noun = "an action",
    .forms = action_forms,
    .nforms = ACTION_KINDS,
    .size = sizeof(struct action),
    .kind_at = offsetof(struct action, kind),
    .path_at = offsetof(struct action, path),
};

const char *action_verb(enum action_kind kind)
{
    return action_forms[kind].fields[0].key;
}
