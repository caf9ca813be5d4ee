/* TCP peers that expect what is not known byte by byte, read slowly, or come by the hundred. */
#include "scene_help.h"

/* The program connects to bob, does that, and the script goes on. */
#define BOB(words, actions)                                                         \
    "{'vars': {'w': {'word': 6}, 'b': {'bytes': 9}}, 'scene': [{'listen': 'bob'}, " \
    "{'start': 'prog', 'args': ['${bob.port}', " words "]}, {'accept': 'bob'}, " actions "]}"
#define HEAD "'=HTTP/1.0 200 OK\\r\\nContent-Length: 12\\r\\nX: y\\r\\n\\r\\n'"
#define GET_LENGTH                                                                           \
    "{'expect': 'bob', 'until': '\\r\\n\\r\\n', 'matches': '^Content-Length: ([0-9]+)\\r$'," \
    " 'save': 'length'}"

struct stream_case {
    const char *title;
    const char *check;
    const char *verdict; /* is part of what the verdict says; NULL: it passes */
};

static const struct stream_case table[] = {
    {"everything up to a text is taken, and no more",
     BOB("'=one\\r\\ntwo\\r\\n'", "{'expect': 'bob', 'until': '\\r\\n', 'matches': '^one'},"
                                  " {'expect': 'bob', 'data': 'two\\r\\n'}, {'expect-end': 'bob'}"),
     NULL},
    {"a text that comes in two pieces",
     BOB("'=o\\r', 'r=1', '=\\nx'",
         "{'wait': 'prog', 'for': 'blocked'}, {'send': 'bob', 'data': '.'}, {'expect': 'bob', "
         "'until':"
         " '\\r\\n', 'matches': '^o\\r$'}, {'expect': 'bob', 'data': 'x'}"),
     NULL},
    {"a text with a drawn word",
     BOB("'=a${w}b'", "{'expect': 'bob', 'until': '${w}'}, {'expect': 'bob', 'data': 'b'}"), NULL},
    {"a length that was announced is used",
     BOB(HEAD ", '=hello, world', '=!'",
         GET_LENGTH ", {'expect': 'bob', 'count': '${length}', 'starts': 'hello'},"
                    " {'expect': 'bob', 'data': '!'}, {'expect-end': 'bob'}"),
     NULL},
    {"what was saved is sent and expected again",
     BOB("'=12;', 'r=2', '=12 0'",
         "{'expect': 'bob', 'until': ';', 'matches': '(.*);', 'save': 'n'},"
         " {'send': 'bob', 'data': '${n}'}, {'expect': 'bob', 'data': [{'var': 'n'}, ' 0']}"),
     NULL},
    {"a part of what was saved, and of what is shorter",
     BOB("'=12345;', 'r=4', '=5'",
         "{'expect': 'bob', 'until': ';', 'matches': '(.*);', 'save': 'n'},"
         " {'send': 'bob', 'data': [{'var': 'n', 'from': 1, 'to': 3}, {'var': 'n', 'from': 3}, "
         "{'var': 'n', 'from': 9}]},"
         " {'expect': 'bob', 'data': {'var': 'n', 'from': 4, 'to': 99}}, {'expect-end': 'bob'}"),
     NULL},
    {"what was saved is a variable of what is judged",
     "{'scene': [{'listen': 'bob'}, {'start': 'prog', 'args': ['${bob.port}', '=7;', 'r=7']},"
     " {'accept': 'bob'}, {'expect': 'bob', 'until': ';', 'matches': '(.*);', 'save': 'n'},"
     " {'send': 'bob', 'data': {'fill': 'x', 'count': 7}}, {'wait': 'prog', 'for': 'exit'}],"
     " 'then': [{'call': 'recv', 'args': {'len': '${n}'}}]}",
     NULL},
    {"zero bytes stand on the way to the text",
     BOB("'0=5', '=abc\\n', '=x'", "{'expect': 'bob', 'until': '\\n', 'matches': 'abc$', 'lacks': "
                                   "'x'}, {'expect': 'bob', 'data': 'x'}"),
     NULL},
    {"a group of zero bytes is not saved",
     BOB("'0=5', '=\\n'", "{'expect': 'bob', 'until': '\\n', 'matches': '([^a]*)', 'save': 'n'}"),
     "bob expected everything up to \"\\n\", with a line like"},
    {"what does not match is shown", BOB("'=HTTP/1.0 404 Not Found\\r\\n\\r\\n'", GET_LENGTH),
     "bob expected everything up to \"\\r\\n\\r\\n\", with a line like \"Content-Length: …\\r\"; "
     "it received "
     "\"HTTP/1.0 404 Not Found\\r\\n\\r\\n\""},
    {"what should be lacking is shown",
     BOB("'=a  b\\n'", "{'expect': 'bob', 'until': '\\n', 'lacks': '  '}"),
     "bob expected everything up to \"\\n\", without a line like \"  \"; it received \"a  b\\n\""},
    {"a stream that ends before the text", BOB("'=half'", "{'expect': 'bob', 'until': '\\n'}"),
     "bob expected everything up to \"\\n\"; the connection was closed after 4 bytes: \"half\""},
    {"a text that never comes", BOB("'=half', 'r=1'", "{'expect': 'bob', 'until': '\\n'}"),
     "bob waits for everything up to \"\\n\""},
    {"a stream that ends before the count",
     BOB(HEAD ", '=hello'", GET_LENGTH ", {'expect': 'bob', 'count': '${length}'}"),
     "bob expected 12 bytes; the connection was closed after 5 bytes: \"hello\""},
    {"a count that never comes", BOB("'=half', 'r=1'", "{'expect': 'bob', 'count': 5}"),
     "bob waits for 5 bytes"},
    {"bytes that begin otherwise",
     BOB("'=hallo world'", "{'expect': 'bob', 'count': 11, 'starts': 'hello'}"),
     "bob expected 11 bytes, and they begin otherwise\nexpected 5 bytes: \"hello\""},
    {"a length that is none",
     BOB("'=x;'", "{'expect': 'bob', 'until': ';', 'matches': '(.*);', 'save': 'n'}, {'expect': "
                  "'bob', 'count': '${n}'}"),
     "bob expected as many bytes as were announced; that is no number of bytes: \"x\""},
    {"a length beyond everything",
     BOB("'=99999999999999999999;'", "{'expect': 'bob', 'until': ';', 'matches': '(.*);', 'save': "
                                     "'n'}, {'expect': 'bob', 'count': '${n}'}"),
     "that is no number of bytes: \"99999999999999999999\""},
    {"a group that took no part is empty, and no number",
     BOB("'=b;'", "{'expect': 'bob', 'until': ';', 'matches': '(a)|b', 'save': 'n'}, {'expect': "
                  "'bob', 'count': '${n}'}"),
     "that is no number of bytes"},
    {"no bytes are there at once", BOB("'r=1'", "{'expect': 'bob', 'count': 0}"), NULL},
    {"64 MiB of any bytes",
     BOB("'x=67108864', '=.'",
         "{'expect': 'bob', 'count': 67108864, 'starts': 'xxx'}, {'expect': 'bob', 'data': '.'}"),
     NULL},
    {"64 MiB that are known",
     BOB("'x=67108864', '=.'",
         "{'expect': 'bob', 'data': [{'fill': 'x', 'count': 16777216}, {'fill': 'x', 'count': "
         "16777216},"
         " {'fill': 'x', 'count': 16777216}, {'fill': 'x', 'count': 16777216}, '.']}"),
     NULL},
    {"8 MiB up to a text",
     BOB("'x=8388608', '=\\r\\n'",
         "{'expect': 'bob', 'until': '\\r\\n', 'matches': 'xx\\r$'}, {'expect-end': 'bob'}"),
     NULL},
    /* --- slow readers --- */
    {"a peer that pauses fills up, and gets it all when it reads again",
     "{'scene': [{'listen': 'bob', 'buffer': 4096}, "
     "{'start': 'prog', 'args': ['${bob.port}', 'x=8000000', '=.']}, {'accept': 'bob'},"
     " {'pause': 'bob'}, {'wait': 'prog', 'for': 'blocked', 'in': ['send']}, {'resume': 'bob'},"
     " {'expect': 'bob', 'count': 8000000}, {'expect': 'bob', 'data': '.'}, {'expect-end': "
     "'bob'}]}",
     NULL},
    {"a connection with a small buffer",
     "{'vars': {'port': 'port'}, 'scene': [{'start': 'prog', 'args': ['listen', '${port}', 'a', "
     "'x=8000000']},"
     " {'wait': 'prog', 'for': 'listening', 'port': '${port}'},"
     " {'connect': 'ann', 'to': '127.0.0.1:${port}', 'buffer': 4096}, {'pause': 'ann'},"
     " {'wait': 'prog', 'for': 'blocked', 'in': ['send']}, {'resume': 'ann'},"
     " {'expect': 'ann', 'count': 8000000}, {'expect-end': 'ann'}]}",
     NULL},
    {"a peer that is paused for ever stalls who sends to it, and that is told",
     "{'scene': [{'listen': 'bob', 'buffer': 4096}, "
     "{'start': 'prog', 'args': ['${bob.port}', 'x=8000000', '=.']}, {'accept': 'bob'},"
     " {'pause': 'bob'}, {'wait': 'prog', 'for': 'exit'}]}",
     "outcome stall"},
    {"a scene may end while a peer has paused",
     "{'scene': [{'listen': 'bob', 'buffer': 4096}, "
     "{'start': 'prog', 'args': ['${bob.port}', 'x=8000000', '=.']}, {'accept': 'bob'},"
     " {'pause': 'bob'}, {'wait': 'prog', 'for': 'blocked', 'in': ['send']}]}",
     NULL},
    {"one who has paused closes, and resets who sends",
     "{'scene': [{'listen': 'bob', 'buffer': 4096}, "
     "{'start': 'prog', 'args': ['${bob.port}', 'x=8000000']}, {'accept': 'bob'},"
     " {'pause': 'bob'}, {'wait': 'prog', 'for': 'blocked', 'in': ['send']}, {'close': 'bob'},"
     " {'wait': 'prog', 'for': 'exit', 'status': 1}, {'output': 'prog', 'contains': 'send: "
     "Connection reset'}]}",
     NULL},
    {"one who has paused sends, and hears of the end only when it reads",
     BOB("'=abc', 'r=3', 'c'",
         "{'pause': 'bob'}, {'send': 'bob', 'data': 'xyz'}, {'wait': 'prog', 'for': 'exit'},"
         " {'output': 'prog', 'contains': 'read 3'}, {'resume': 'bob'}, {'expect': 'bob', 'data': "
         "'abc'}, {'expect-end': 'bob'}"),
     NULL},
    {"a reset reaches one who has paused",
     BOB("'=abc', 'c'",
         "{'pause': 'bob'}, {'send': 'bob', 'data': 'xyz'}, {'wait': 'prog', 'for': 'exit'},"
         " {'send': 'bob', 'data': 'xyz', 'why': 'The first is answered by a reset.'}, {'resume': "
         "'bob'}, {'expect-reset': 'bob'}"),
     "bob expected a reset and received 3 more bytes"},
    /* --- acknowledgements --- */
    {"two small writes before a read wait for a late acknowledgement",
     "{'scene': [{'listen': 'bob'}, {'start': 'prog', 'args': ['${bob.port}', '=a', '=b', 'r=1']},"
     " {'accept': 'bob', 'delayed_ack': true}, {'expect': 'bob', 'data': 'ab'}, {'send': 'bob', "
     "'data': '.'},"
     " {'wait': 'prog', 'for': 'exit'}], 'then': [{'packets': ['…', {'to': '${bob.port}', 'len': "
     "1},"
     " {'from': '${bob.port}', 'flags': '.', 'len': 0}, {'to': '${bob.port}', 'len': 1}, '…']}]}",
     NULL},
    /* --- many --- */
    {"a thousand connections, one after another",
     "{'vars': {'port': 'port'}, 'scene': [{'start': 'prog', 'args': ['listen', '${port}', "
     "'A=1000']},"
     " {'wait': 'prog', 'for': 'listening', 'port': '${port}'}, {'repeat': 1000, 'do': ["
     "{'connect': 'ann', 'to': '127.0.0.1:${port}'}, {'close': 'ann'}]}, {'wait': 'prog', 'for': "
     "'exit'}]}",
     NULL},
    {"a thousand connections with their states",
     "{'vars': {'port': 'port'}, 'states': true, 'capture': true, 'scene': [{'start': 'prog', "
     "'args': ['listen', '${port}', 'A=1000']},"
     " {'wait': 'prog', 'for': 'listening', 'port': '${port}'}, {'repeat': 1000, 'do': ["
     "{'connect': 'ann', 'to': '127.0.0.1:${port}'}, {'expect-end': 'ann', 'or_reset': true}, "
     "{'close': 'ann'}]}, {'wait': 'prog', 'for': 'exit'}]}",
     NULL},
};
enum { CASES = sizeof table / sizeof table[0] };

static void test_stream(void **state)
{
    const struct stream_case *c = *state;
    enum scene_tier tier = scene_tier_probe();
    struct played p;
    if (tier == TIER_NONE) {
        print_message("SKIPPED FOR: programs cannot be traced here\n");
        skip();
    }
    struct scene_case scene = {.binary = help_compile("streams.c", NULL),
                               .check = c->check,
                               .limits = "{'wall_ms': 60000}", /* a loaded machine is no failure */
                               .tier = tier};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "the runner failed: %s", p.err.text);
    if (c->verdict == NULL)
        HELP_HOLDS(&p, p.passed, "it failed");
    else
        HELP_HOLDS(&p, !p.passed && strstr(help_verdict(&p), c->verdict) != NULL,
                   "no verdict \"%s\"", c->verdict);
    played_free(&p);
}

int main(void)
{
    struct CMUnitTest tests[CASES];
    for (unsigned i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){table[i].title, test_stream, help_setup, help_teardown,
                                       (void *)(uintptr_t)&table[i]};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
