/* Scenes of several hosts: who reaches whom, what the wire does, and that all of it is recorded. */
#include "scene_help.h"

#define HOSTS "'hosts': ['alice', 'bob', 'carol'], 'vars': {'port': 'port'}, "
#define ECHO(host, ip)                                                             \
    "{'start': 'prog', 'on': '" host "', 'args': ['echo', '" ip "', '${port}']}, " \
    "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}, "
#define ASK(host, ip, text, ms, how)                                                             \
    "{'start': 'other', 'on': '" host "', 'args': ['ask', '" ip "', '${port}', '" text "', '" ms \
    "', '" how "']}, {'wait': 'other', 'for': 'exit', 'status': 'any'}"
#define SERVE(host, ip)                                                             \
    "{'start': 'prog', 'on': '" host "', 'args': ['serve', '" ip "', '${port}']}, " \
    "{'wait': 'prog', 'for': 'listening', 'port': '${port}'}, "
#define DIAL(host, ip, text)                                                            \
    "{'start': 'other', 'on': '" host "', 'args': ['dial', '" ip "', '${port}', '" text \
    "']}, {'wait': 'other', 'for': 'exit', 'status': 'any'}"

struct hosts_case {
    const char *title;
    const char *check;
    const char *says; /* what "other" prints */
    const char *wire; /* what passes it: "PROTO[FLAGS] HOST>HOSTS FATE" of each frame, ARP left out;
                         NULL: not looked at */
};

static const struct hosts_case table[] = {
    {"a datagram goes to another host and back",
     "{" HOSTS "'scene': [" ECHO("bob", "0.0.0.0") ASK("alice", "10.0.0.2", "hello", "0", "-") "]}",
     "sendto 5\ngot hello\n", "udp alice>bob delivered\nudp bob>alice delivered\n"},
    {"who binds 127.0.0.1 is not there for others",
     "{" HOSTS "'scene': [" ECHO("bob", "127.0.0.1")
         ASK("alice", "10.0.0.2", "hello", "0", "c") "]}",
     "connect 0\nsendto 5\nrecv ECONNREFUSED\n",
     "udp alice>bob delivered\nicmp bob>alice delivered\n"},
    {"on the same host it is",
     "{" HOSTS "'scene': [" ECHO("bob", "127.0.0.1")
         ASK("bob", "127.0.0.1", "hello", "0", "-") "]}",
     "sendto 5\ngot hello\n", ""},
    {"the own address is reached without the wire",
     "{" HOSTS "'scene': [" ECHO("bob", "10.0.0.2") ASK("bob", "10.0.0.2", "hello", "0", "-") "]}",
     "sendto 5\ngot hello\n", ""},
    {"a broadcast without SO_BROADCAST is EACCES",
     "{" HOSTS "'scene': [{'start': 'other', 'on': 'alice', 'args': ['broadcast', "
     "'255.255.255.255', '${port}', 'no']}, {'wait': 'other', 'for': 'exit'}]}",
     "sendto EACCES\n", ""},
    {"the subnet's broadcast too",
     "{" HOSTS "'scene': [{'start': 'other', 'on': 'alice', 'args': ['broadcast', "
     "'${alice.broadcast}', '${port}', 'no']}, {'wait': 'other', 'for': 'exit'}]}",
     "sendto EACCES\n", ""},
    {"a broadcast reaches every host",
     "{" HOSTS "'scene': [{'udp': 'ben', 'on': 'bob', 'at': '0.0.0.0:${port}'}, "
     "{'udp': 'cleo', 'on': 'carol', 'at': '0.0.0.0:${port}'}, "
     "{'start': 'other', 'on': 'alice', 'args': ['broadcast', '255.255.255.255', '${port}', "
     "'yes']}, {'expect': 'ben', 'data': 'WHO?'}, {'expect': 'cleo', 'data': 'WHO?'}]}",
     "sendto 4\n", "udp alice>bob,carol delivered\n"},
    {"but not who is behind a router",
     "{'hosts': ['alice', 'bob', {'name': 'gate', 'addresses': ['10.0.0.254/24', "
     "'10.0.1.254/24']}, {'name': 'dave', 'address': '10.0.1.1/24'}], 'vars': {'port': 'port'}, "
     "'scene': [{'udp': 'ben', 'on': 'bob', 'at': '0.0.0.0:${port}'}, "
     "{'udp': 'don', 'on': 'dave', 'at': '0.0.0.0:${port}'}, "
     "{'start': 'other', 'on': 'alice', 'args': ['broadcast', '255.255.255.255', '${port}', "
     "'yes']}, {'expect': 'ben', 'data': 'WHO?'}, {'expect-nothing': 'don'}]}",
     "sendto 4\n", "udp alice>bob,gate delivered\n"},
    {"a router hands on what is addressed",
     "{'hosts': ['alice', {'name': 'gate', 'addresses': ['10.0.0.254/24', "
     "'10.0.1.254/24']}, {'name': 'dave', 'address': '10.0.1.1/24'}], 'vars': {'port': 'port'}, "
     "'scene': [" ECHO("dave", "0.0.0.0") ASK("alice", "10.0.1.1", "far", "0", "-") "]}",
     "sendto 3\ngot far\n",
     "udp alice>gate delivered\nudp gate>dave delivered\nudp dave>gate delivered\n"
     "udp gate>alice delivered\n"},
    {"a datagram that is lost stays lost",
     "{" HOSTS "'wire': ['drop udp from alice 1'], 'scene': [" ECHO("bob", "0.0.0.0")
         ASK("alice", "10.0.0.2", "hello", "50", "-") "]}",
     "sendto 5\nrecv EAGAIN\n", "udp alice>bob dropped\n"},
    {"a reply that is delayed comes later",
     "{" HOSTS "'wire': ['delay 60ms udp from bob'], 'scene': [" ECHO("bob", "0.0.0.0")
         ASK("alice", "10.0.0.2", "hello", "0", "-") "]}",
     "sendto 5\ngot hello\n", "udp alice>bob delivered\nudp bob>alice delayed\n"},
    {"a reply that comes too late is not waited for",
     "{" HOSTS "'wire': ['delay 300ms udp from bob'], 'scene': [" ECHO("bob", "0.0.0.0")
         ASK("alice", "10.0.0.2", "hello", "50", "-") "]}",
     "sendto 5\nrecv EAGAIN\n",
     "udp alice>bob delivered\nudp bob>alice delayed\n"
     "icmp alice>bob delivered\n"},
    {"who waits for a lost reply without a time-out stalls",
     "{" HOSTS "'wire': ['drop udp from bob'], 'scene': [" ECHO(
         "bob", "0.0.0.0") "{'start': 'other', 'on': 'alice', 'args': ['ask', '10.0.0.2', "
                           "'${port}', 'x', '0', '-']}, "
                           "{'wait': 'other', 'for': 'exit'}]}",
     "sendto 1\n", "udp alice>bob delivered\nudp bob>alice dropped\n"},
    {"a rule may begin in the middle, and end",
     "{" HOSTS "'scene': [" ECHO("bob", "0.0.0.0")
         ASK("alice", "10.0.0.2", "a", "0", "-") ", {'wire': 'drop udp'}, " ASK(
             "alice", "10.0.0.2", "b", "50", "-") ", {'wire': 'clear'}, " ASK("alice", "10.0.0.2",
                                                                              "c", "0", "-") "]}",
     "sendto 1\ngot a\nsendto 1\nrecv EAGAIN\nsendto 1\ngot c\n",
     "udp alice>bob delivered\nudp bob>alice delivered\nudp alice>bob dropped\n"
     "udp alice>bob delivered\nudp bob>alice delivered\n"},
    {"what is held comes when it is released",
     "{" HOSTS "'wire': ['hold udp from bob'], 'scene': [" ECHO(
         "bob", "0.0.0.0") "{'start': 'other', 'on': 'alice', 'args': ['ask', '10.0.0.2', "
                           "'${port}', 'x', '0', '-']}, "
                           "{'wait': 'other', 'for': 'blocked', 'in': ['recv']}, "
                           "{'output': 'other', 'lacks': 'got'}, {'release': 'all'}, {'wait': "
                           "'other', 'for': 'exit'}]}",
     "sendto 1\ngot x\n", "udp alice>bob delivered\nudp bob>alice held\n"},
    {"TCP between hosts",
     "{" HOSTS "'scene': [" SERVE("bob", "0.0.0.0") DIAL("alice", "10.0.0.2", "hello") "]}",
     "connect 0\ngot hello\n", NULL},
    {"a SYN that is lost is sent again, and the connection stands",
     "{" HOSTS "'wire': ['drop tcp syn 1'], 'scene': [" SERVE("bob", "0.0.0.0")
         DIAL("alice", "10.0.0.2", "hello") "], 'then': [{'packets': [{'flags': 'S', 'fate': "
                                            "'dropped'}, {'flags': 'S', 'fate': 'delivered'}, "
                                            "{'flags': 'S.'}, {'flags': '.'}, '…'], "
                                            "'between': ['10.0.0.2:${port}']}]}",
     "connect 0\ngot hello\n", NULL},
    {"who listens on 127.0.0.1 refuses others",
     "{" HOSTS "'scene': [" SERVE("bob", "127.0.0.1") DIAL("alice", "10.0.0.2", "hello") "]}",
     "connect ECONNREFUSED\n", "tcp[S] alice>bob delivered\ntcp[R.] bob>alice delivered\n"},
    {"hosts have names, and know each other's",
     "{" HOSTS "'scene': [{'start': 'other', 'on': 'alice', 'args': ['name', 'carol']}, "
     "{'wait': 'other', 'for': 'exit'}]}",
     "alice: carol is 10.0.0.3\n", ""},
    {"an address that nobody has is unreachable, after a while",
     "{" HOSTS "'scene': [{'start': 'other', 'on': 'alice', 'args': ['dial', '10.0.0.9', "
     "'${port}', 'x']}, {'wait': 'other', 'for': 'exit', 'status': 1}]}",
     "connect EHOSTUNREACH\n", ""},
    {"peers of other hosts speak to a program, and it to them",
     "{" HOSTS
     "'scene': [" SERVE("bob", "0.0.0.0") "{'connect': 'cleo', 'on': 'carol', 'to': "
                                          "'${bob.addr}:${port}'}, {'send': 'cleo', 'data': "
                                          "'hi'}, {'expect': 'cleo', 'data': 'hi'}, {'half-close': "
                                          "'cleo'}, {'expect-end': 'cleo'}]}",
     "", NULL},
    {"a program connects to a peer of another host",
     "{" HOSTS "'scene': [{'listen': 'ben', 'on': 'bob', 'at': '0.0.0.0:${port}'}, "
     "{'start': 'other', 'on': 'alice', 'args': ['dial', '${ben.addr}', '${port}', 'x']}, "
     "{'accept': 'ben'}, {'expect': 'ben', 'data': 'x'}, {'send': 'ben', 'data': 'y'}, "
     "{'wait': 'other', 'for': 'exit'}]}",
     "connect 0\ngot y\n", NULL},
    {"a megabyte through the wire loses nothing",
     "{" HOSTS "'scene': [" SERVE(
         "bob",
         "0.0.0.0") "{'start': 'other', 'on': 'alice', 'args': ['bulk', '10.0.0.2', '${port}', "
                    "'1000000']}, "
                    "{'wait': 'other', 'for': 'exit'}], 'then': [{'state': 'ESTABLISHED', 'local': "
                    "'10.0.0.2:${port}'}]}",
     "back 1000000\n", NULL},
};
enum { CASES = sizeof table / sizeof table[0] };

static void add_frame(struct strbuf *out, const struct event *ev)
{
    if (strcmp(ev->packet.proto, "arp") == 0 || ev->packet.hosts_to == NULL)
        return; /* hosts_to is NULL for what passes a loopback */
    strbuf_puts(out, ev->packet.proto);
    if (ev->packet.flags != NULL)
        strbuf_printf(out, "[%s]", ev->packet.flags);
    strbuf_printf(out, " %s>%s %s\n", ev->host, ev->packet.hosts_to, ev->packet.fate);
}

static void test_hosts(void **state)
{
    const struct hosts_case *c = *state;
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
    for (size_t i = 0; i < p.tl.count; i++)
        if (p.tl.events[i].kind == EVENT_PACKET)
            add_frame(&wire, &p.tl.events[i]);
    for (const char *at = help_output(&p, "other"); *at != '\0'; at++)
        if (*at != '\r')
            strbuf_add(&said, at, 1);
    bool stalls = strstr(c->title, "stalls") != NULL;
    HELP_HOLDS(&p, p.passed == !stalls && (!stalls || p.outcome == OUTCOME_STALL),
               "the outcome is not right");
    HELP_HOLDS(&p, strcmp(said.data, c->says) == 0, "it printed \"%s\"", said.data);
    HELP_HOLDS(&p, c->wire == NULL || strcmp(wire.data, c->wire) == 0, "on the wire:\n%s",
               wire.data);
    strbuf_free(&wire);
    strbuf_free(&said);
    played_free(&p);
}

int main(void)
{
    struct CMUnitTest tests[CASES];
    for (unsigned i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){table[i].title, test_hosts, help_setup, help_teardown,
                                       (void *)(uintptr_t)&table[i]};
    return cmocka_run_group_tests_name("scene_hosts", tests, help_group_setup, help_group_teardown);
}
