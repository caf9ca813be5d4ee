/* Fault rules: what they change, and what they leave alone. */
#include "scene_help.h"

struct fault_case {
    const char *title;
    const char *mode;
    const char *before; /* actions before the program goes on: the bytes its peer sends */
    const char *faults; /* the fault actions */
    const char *after;  /* actions after it went on, or NULL */
    const char *says;   /* what the program must print */
    unsigned faulted;   /* fault events */
};

#define SENT "{'send': 'ann', 'data': '0123456789abcdefghijklmnopqrstuvwxyz'}"
#define FAULT(call, rest) "{'fault': 'prog', 'call': '" call "', " rest "}"

static const struct fault_case table[] = {
    {"without a rule nothing is changed", "receives", SENT, "",
     .says = "recv 16 ok\nclean\nrecv 16 ok\nclean\nrecv 4 ok\nclean\nrecv -1 EAGAIN\nclean\n"},
    {"a shortened recv() gives less, touches nothing beyond, and loses nothing", "receives", SENT,
     FAULT("recv", "'shorten': 3, 'count': 2"),
     .says = "recv 3 ok\nclean\nrecv 3 ok\nclean\nrecv 16 ok\nclean\nrecv 14 ok\nclean\n",
     .faulted = 2},
    {"a rule begins at its call", "receives", SENT, FAULT("recv", "'shorten': 1, 'from': 2"),
     .says = "recv 16 ok\nclean\nrecv 1 ok\nclean\nrecv 16 ok\nclean\nrecv 3 ok\n", .faulted = 1},
    {"shorter than asked for already is not shortened", "receives", SENT,
     FAULT("recv", "'shorten': 16, 'count': 5"),
     .says = "recv 16 ok\nclean\nrecv 16 ok\nclean\nrecv 4 ok\n"},
    {"EINTR loses nothing of what came", "receives", SENT, FAULT("recv", "'errno': 'EINTR'"),
     .says = "recv -1 EINTR\nclean\nrecv 16 ok\nclean\nrecv 16 ok\nclean\nrecv 4 ok\n",
     .faulted = 1},
    {"EAGAIN twice, from the second call on", "receives", SENT,
     FAULT("recv", "'errno': 'EAGAIN', 'from': 2, 'count': 2"),
     .says = "recv 16 ok\nclean\nrecv -1 EAGAIN\nclean\nrecv -1 EAGAIN\nclean\nrecv 16 ok\n",
     .faulted = 2},
    {"ECONNRESET", "receives", SENT, FAULT("recv", "'errno': 'ECONNRESET', 'from': 3"),
     .says = "recv 16 ok\nclean\nrecv 16 ok\nclean\nrecv -1 ECONNRESET\nclean\nrecv 4 ok\n",
     .faulted = 1},
    {"two rules, one after the other", "receives", SENT,
     FAULT("recv", "'errno': 'EINTR'") ", " FAULT("recv", "'shorten': 5, 'from': 2"),
     .says = "recv -1 EINTR\nclean\nrecv 5 ok\nclean\nrecv 16 ok\nclean\nrecv 15 ok\n",
     .faulted = 2},
    {"a shortened send() sends less", "sends", SENT, FAULT("send", "'shorten': 4, 'from': 2"),
     .after = ", {'expect': 'ann', 'data': '0123456789012301234567890123456789'}",
     .says = "send 10 ok\nsend 4 ok\nsend 10 ok\nsend 10 ok\n", .faulted = 1},
    {"a send() that fails sends nothing", "sends", SENT,
     FAULT("send", "'errno': 'ECONNRESET', 'from': 1, 'count': 3"),
     .after = ", {'expect': 'ann', 'data': '0123456789'}, {'expect-end': 'ann', 'or_reset': true}",
     .says = "send -1 ECONNRESET\nsend -1 ECONNRESET\nsend -1 ECONNRESET\nsend 10 ok\n",
     .faulted = 3},
    {"read() and write() of a file are not recv() and send()", "reads_file", SENT,
     FAULT("recv", "'shorten': 2") ", " FAULT("send", "'shorten': 3"),
     .says = "file 20 ok\nfile 20 ok\nread 2 ok\nwrite 3 ok\n", .faulted = 2},
    {"a splice() is a recv() of the socket that it takes from, and a send() of the one it gives to",
     "splices", SENT, FAULT("recv", "'shorten': 7") ", " FAULT("send", "'shorten': 3, 'from': 2"),
     .after = ", {'expect': 'ann', 'data': '01789'}",
     .says = "take 7 ok\ngive 2 ok\nfile 5 ok\ntake 16 ok\ngive 3 ok\n", .faulted = 2},
    {"accept() that fails takes no connection", "accepts", SENT,
     FAULT("accept", "'errno': 'ECONNABORTED'"), .says = "accept -1 ECONNABORTED\naccept 0 ok\n",
     .faulted = 1},
    {"the register that held the length holds it again", "registers", SENT,
     FAULT("recv", "'shorten': 2"), .says = "recv 2 ok\nrestored\n", .faulted = 1},
    {"a shortened call stays short when it is restarted", "restarted", "{'expect-nothing': 'ann'}",
     FAULT("recv", "'shorten': 2"), .after = ", " SENT, .says = "recv 2 ok\nrestored\n",
     .faulted = 1},
};
enum { CASES = sizeof table / sizeof table[0] };

static unsigned count_faults(const struct played *p)
{
    unsigned n = 0;
    for (size_t i = 0; i < p->tl.count; i++) {
        if (p->tl.events[i].kind != EVENT_FAULT)
            continue;
        n++;
        HELP_HOLDS(p,
                   i + 1 < p->tl.count && call_is(&p->tl.events[i + 1], p->tl.events[i].fault.call),
                   "event %zu: the call that is changed does not follow", i);
    }
    return n;
}

static void test_fault(void **state)
{
    const struct fault_case *c = *state;
    struct played p;
    bool slow = c->after != NULL && strcmp(c->mode, "restarted") == 0;
    char *check = mem_format(
        "{'vars': {'port': 'port'}, 'scene': [{'listen': 'door', 'at': '127.0.0.1:${port}'},"
        " {'start': 'prog', 'args': ['%s', '${port}']}, {'accept': 'door', 'as': 'ann'}, %s,"
        " {'wait': 'prog', 'for': 'blocked', 'in': ['read']}%s%s, {'type': 'prog', 'data': 'go\\n'}"
        "%s%s, {'wait': 'prog', 'for': 'exit'}]}",
        c->mode, c->before, c->faults[0] != '\0' ? ", " : "", c->faults,
        slow ? ", {'wait': 'prog', 'for': 'blocked', 'in': ['recv']}" : "",
        c->after != NULL ? c->after : "");
    struct scene_case scene = {.binary = help_compile("faulty.c", NULL),
                               .source = "faulty.c",
                               .check = check};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "%s", p.err.text);
    HELP_HOLDS(&p, p.passed, "the scene did not pass");
    const char *output = help_output(&p, "prog");
    HELP_HOLDS(&p, strncmp(output, c->says, strlen(c->says)) == 0, "it printed\n%s", output);
    HELP_HOLDS(&p, strstr(output, "dirty") == NULL, "bytes beyond the result were touched");
    unsigned faults = count_faults(&p);
    HELP_HOLDS(&p, faults == c->faulted, "%u faults are recorded, not %u", faults, c->faulted);
    if (slow) { /* however often it was restarted */
        HELP_HOLDS(&p, help_count(&p, "recvfrom") == 1, "one recv() is %u events",
                   help_count(&p, "recvfrom"));
    }
    free(check);
    played_free(&p);
}

static void test_a_rule_is_for_one_program(void **state)
{
    (void)state;
    struct played p;
    struct scene_case scene = {
        .binary = help_compile("faulty.c", NULL),
        .source = "faulty.c",
        .check =
            "{'vars': {'port': 'port'}, 'scene': [{'listen': 'door', 'at': '127.0.0.1:${port}'},"
            " {'start': 'prog', 'args': ['sends', '${port}']}, {'accept': 'door', 'as': 'ann'},"
            " {'start': 'other', 'args': ['sends', '${port}']}, {'accept': 'door', 'as': 'bob'},"
            " {'wait': 'prog', 'for': 'blocked'}, {'wait': 'other', 'for': 'blocked'},"
            " {'fault': 'other', 'call': 'send', 'shorten': 1, 'count': 9},"
            " {'type': 'prog', 'data': 'go\\n'}, {'type': 'other', 'data': 'go\\n'},"
            " {'expect': 'ann', 'data': '0123456789'}, {'expect': 'bob', 'data': '0000'},"
            " {'wait': 'prog', 'for': 'exit'}, {'wait': 'other', 'for': 'exit'}]}"};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0 && p.passed, "the scene did not pass");
    played_free(&p);
}

int main(void)
{
    struct CMUnitTest tests[CASES + 1];
    for (size_t i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){table[i].title, test_fault, help_setup, help_teardown,
                                       (void *)(uintptr_t)&table[i]};
    tests[CASES] = (struct CMUnitTest)scene_test(test_a_rule_is_for_one_program);
    return cmocka_run_group_tests_name("scene_faults", tests, help_group_setup,
                                       help_group_teardown);
}
