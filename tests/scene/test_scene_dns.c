/* Names in a scene with a DNS server: who asks whom, and what the wire does to it. */
#include "scene_help.h"

#define HOSTS "'hosts': ['alice', 'bob', 'ns'], 'dns': 'ns', "
#define NAME(host, name)                                                   \
    "{'start': 'other', 'on': '" host "', 'args': ['name', '" name "']}, " \
    "{'wait': 'other', 'for': 'exit', 'status': 'any'}"
#define ASKED "alice>ns delivered\nns>alice delivered\n"

struct dns_case {
    const char *title;
    const char *check;
    const char *says; /* what "other" prints */
    const char *wire; /* "HOST>HOSTS FATE" of each datagram */
};

static const struct dns_case table[] = {
    {"another host is asked for", "{" HOSTS "'scene': [" NAME("alice", "bob") "]}",
     "alice: bob is 10.0.0.2\n", ASKED},
    {"the own name is known", "{" HOSTS "'scene': [" NAME("bob", "bob") "]}",
     "bob: bob is 10.0.0.2\n", ""},
    {"no other host knows it", "{" HOSTS "'scene': [" NAME("bob", "alice") "]}",
     "bob: alice is 10.0.0.1\n", "bob>ns delivered\nns>bob delivered\n"},
    {"the server's host asks itself", "{" HOSTS "'scene': [" NAME("ns", "bob") "]}",
     "ns: bob is 10.0.0.2\n", ""},
    {"a further name",
     "{" HOSTS
     "'names': {'www.example.com': '10.0.0.77'}, 'scene': [" NAME("alice", "www.example.com") "]}",
     "alice: www.example.com is 10.0.0.77\n", ASKED},
    {"a name that does not exist", "{" HOSTS "'scene': [" NAME("alice", "dave") "]}",
     "alice: Name or service not known\n", ASKED},
    {"a question that is lost is asked again",
     "{" HOSTS "'wire': ['drop udp 1'], 'scene': [" NAME("alice", "bob") "]}",
     "alice: bob is 10.0.0.2\n", "alice>ns dropped\n" ASKED},
    {"a router answers at its address on either side",
     "{'hosts': ['alice', {'name': 'gate', 'addresses': ['10.0.0.254/24', '10.0.1.254/24']}, "
     "{'name': 'dave', 'address': '10.0.1.1/24'}], 'dns': 'gate', 'scene': [" NAME(
         "dave", "alice") ", " NAME("alice", "dave") "]}",
     "dave: alice is 10.0.0.1\nalice: dave is 10.0.1.1\n",
     "dave>gate delivered\ngate>dave delivered\nalice>gate delivered\ngate>alice delivered\n"},
    {"what is no question gets no answer, and hurts nobody",
     "{" HOSTS "'scene': [{'udp': 'eve', 'on': 'bob'}, "
     "{'send': 'eve', 'to': '${ns.addr}:53', 'data': 'hello'}, {'expect-nothing': 'eve'}, " NAME(
         "alice", "bob") "]}",
     "alice: bob is 10.0.0.2\n", "bob>ns delivered\n" ASKED},
};
enum { CASES = sizeof table / sizeof table[0] };

static void test_dns(void **state)
{
    const struct dns_case *c = *state;
    struct strbuf wire = STRBUF_INIT, said = STRBUF_INIT;
    struct played p;
    if (scene_tier_probe() != TIER_A) {
        print_message("SKIPPED FOR: namespaces are refused here\n");
        skip();
    }
    struct scene_case scene = {.binary = help_compile("hosts.c", NULL),
                               .check = c->check,
                               .tier = TIER_A};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "the runner failed: %s", p.err.text);
    for (size_t i = 0; i < p.tl.count; i++) {
        const struct event *ev = &p.tl.events[i];
        if (ev->kind == EVENT_PACKET && strcmp(ev->packet.proto, "udp") == 0 &&
            ev->packet.hosts_to != NULL)
            strbuf_printf(&wire, "%s>%s %s\n", ev->host, ev->packet.hosts_to, ev->packet.fate);
    }
    for (const char *at = help_output(&p, "other"); *at != '\0'; at++)
        if (*at != '\r')
            strbuf_add(&said, at, 1);
    HELP_HOLDS(&p, p.passed, "the outcome is not right");
    HELP_HOLDS(&p, strcmp(said.data, c->says) == 0, "it printed \"%s\"", said.data);
    HELP_HOLDS(&p, strcmp(wire.data, c->wire) == 0, "on the wire:\n%s", wire.data);
    strbuf_free(&wire);
    strbuf_free(&said);
    played_free(&p);
}

int main(void)
{
    struct CMUnitTest tests[CASES];
    for (unsigned i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){table[i].title, test_dns, help_setup, help_teardown,
                                       (void *)(uintptr_t)&table[i]};
    return cmocka_run_group_tests_name("scene_dns", tests, help_group_setup, help_group_teardown);
}
