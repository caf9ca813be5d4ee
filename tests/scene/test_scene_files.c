/* Files that lie in the programs' folder, and those that they leave there. */
#include "scene_help.h"

#define RUN(word, path, more)                                            \
    "{'start': 'other', 'args': ['" word "', '" path "', '" more "']}, " \
    "{'wait': 'other', 'for': 'exit', 'status': 'any'}"
#define READ(path) RUN("read", path, "")

struct file_case {
    const char *title;
    const char *check;
    const char *says;    /* what "other" prints, "\r" apart */
    const char *verdict; /* is part of what the verdict says; NULL: it passes */
};

#define FILL "{'fill': 'x', 'count': 16777216}"
#define N50 "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
#define N255 N50 N50 N50 N50 N50 "nnnnn"

static const struct file_case table[] = {
    {"files lie in their folders with the content they were given",
     "{'vars': {'w': {'word': 6}}, 'files': [{'name': 'share/sub/deep/a.bin', 'data': 'hello'}],"
     " 'scene': [" READ("share/sub/deep/a.bin") "]}",
     "hello", NULL},
    {"a name may be drawn",
     "{'vars': {'w': {'word': 6}}, 'files': [{'name': '${w}/${w}.txt',"
     " 'data': 'found'}], 'scene': [" READ("${w}/${w}.txt") "]}",
     "found", NULL},
    {"every kind of file is there, and belongs to the programs' user",
     "{'files': [{'name': 'a', 'data': ''}, {'name': 'big', 'size': 5368709120},"
     " {'name': 'deep/e', 'folder': true, 'mode': '700'}, {'name': 'l', 'link': '/etc/passwd'},"
     " {'name': 'p', 'fifo': true, 'mode': '600'}, {'name': 'deep/x', 'data': 'x', 'mode': '640'}],"
     " 'scene': [" RUN("list", "", "") "]}",
     "644 file 0: a\n644 file 5368709120: big\n755 folder 0: deep\n700 folder 0: deep/e\n"
     "640 file 1: deep/x\nlink to /etc/passwd: l\n600 fifo 0: p\n",
     NULL},
    {"a file of mode 000 cannot be read",
     "{'files': [{'name': 'a', 'data': 'x', 'mode': '000'}], 'scene': [" READ("a") "]}",
     "a: Permission denied\n", NULL},
    {"a folder of mode 000 that stands before what lies in it",
     "{'files': [{'name': 'd', 'folder': true, 'mode': '000'}, {'name': 'd/e/x', 'data': 'x',"
     " 'mode': '600'}], 'scene': [" READ("d/e/x") "]}",
     "d/e/x: Permission denied\n", NULL},
    {"a link leads where it says",
     "{'files': [{'name': 'to', 'data': 'there'},"
     " {'name': 'l', 'link': 'to'}], 'scene': [" READ("l") "]}",
     "there", NULL},
    {"a link may lead nowhere",
     "{'files': [{'name': 'l', 'link': '../../../none'}],"
     " 'scene': [" READ("l") "]}",
     "l: No such file or directory\n", NULL},
    {"a name of 255 bytes",
     "{'files': [{'name': '" N255 "', 'data': 'long'}], 'scene': [" READ(N255) "]}", "long", NULL},
    {"names with blanks, dashes and any script",
     "{'files': [{'name': 'a b/-rf', 'data': '1'}, {'name': '文件', 'data': '2'}],"
     " 'scene': [" READ("a b/-rf") ", " READ("文件") "]}",
     "12", NULL},
    /* --- looking at files --- */
    {"a copy holds the same",
     "{'vars': {'b': {'bytes': 70000}}, 'files': [{'name': 'a', 'data': {'var': 'b'}}],"
     " 'scene': [" RUN("copy", "a",
                       "b") ", {'file': 'b', 'holds': {'var': 'b'}},"
                            " {'file': 'b', 'size': 70000}, {'file': 'c', 'absent': true}]}",
     "", NULL},
    {"64 MiB are compared, the last byte too",
     "{'files': [{'name': 'a', 'data': [" FILL "," FILL "," FILL "," FILL ", 'end']}],"
     " 'scene': [{'file': 'a', 'size': 67108867},"
     " {'file': 'a', 'holds': [" FILL "," FILL "," FILL "," FILL ", 'enD']}]}",
     "",
     "a should hold 67108867 bytes and holds 67108867; the first difference is at offset 67108866;"
     " shown are the bytes from offset 67108834 on"},
    {"a large empty file has its size",
     "{'files': [{'name': 'a', 'size': 5368709120}], 'scene': ["
     "{'file': 'a', 'size': 5368709120}, {'file': 'a', 'holds': 'x'}]}",
     "", "a should hold 1 byte and holds 5368709120; the first difference is at offset 0"},
    {"a file that is too short",
     "{'scene': [" RUN("put", "a", "hello") ", {'file': 'a', 'holds': 'hello!'}]}", "",
     "a should hold 6 bytes and holds only the first 5 of them"},
    {"a file that is too long",
     "{'scene': [" RUN("put", "a", "hello") ", {'file': 'a', 'holds': 'hell'}]}", "",
     "a should hold 4 bytes and holds 5: these, and more behind them"},
    {"an empty file",
     "{'files': [{'name': 'a', 'data': ''}], 'scene': [{'file': 'a', 'holds': ''},"
     " {'file': 'a', 'size': 0}, {'file': 'a', 'size': 1}]}",
     "", "a should have 1 byte and has 0"},
    {"a file that should be empty",
     "{'scene': [" RUN("put", "a", "x") ", {'file': 'a', 'holds': ''}]}", "",
     "a should hold nothing and holds 1: these, and more"},
    {"a difference is shown with the bytes around it",
     "{'scene': [" RUN(
         "put", "a",
         "The quick brown fox jumps over the lazy dog, and over the fox.") ", {'file': 'a', "
                                                                           "'holds': 'The quick "
                                                                           "brown fox jumps over "
                                                                           "the lazy cat, and over "
                                                                           "the fox.'}]}",
     "", "expected 54 bytes: \"k brown fox jumps over the lazy cat, and over the"},
    {"a file that is not there", "{'scene': [{'file': 'none/a', 'size': 1}]}", "",
     "none/a should have 1 byte, and there is no such file"},
    {"a file that should not be there",
     "{'scene': [" RUN("put", "a", "x") ", {'file': 'a', 'absent': true}]}", "",
     "there should be no a, and there is one, of 1 byte"},
    {"a link is no file",
     "{'scene': [" RUN("link", "l", "/etc/passwd") ", {'file': 'l', 'holds': 'x'}]}", "",
     "l should hold 1 byte, and it is a symbolic link"},
    {"a link is something",
     "{'scene': [" RUN("link", "l", "none") ", {'file': 'l', 'absent': true}]}", "",
     "there should be no l, and there is a symbolic link"},
    {"a FIFO is no file, and nobody waits for it",
     "{'scene': [" RUN("fifo", "p", "") ", {'file': 'p', 'holds': 'x'}]}", "",
     "p should hold 1 byte, and it is a FIFO"},
    {"a folder is no file", "{'scene': [" RUN("folder", "d", "") ", {'file': 'd', 'size': 0}]}", "",
     "d should have 0 bytes, and it is a folder"},
    {"a link on the way is not followed",
     "{'files': [{'name': 'd/a', 'data': 'x'}], 'scene': [" RUN(
         "link", "l", "d") ","
                           " {'file': 'd/a', 'holds': 'x'}, {'file': 'l/a', 'holds': 'x'}]}",
     "", "l/a should hold 1 byte, and it is below something that is no folder"},
    {"a file of mode 000 is compared all the same",
     "{'files': [{'name': 'a', 'data': 'x', 'mode': '000'}], 'scene': [{'file': 'a', 'holds': "
     "'x'}]}",
     "", NULL},
    {"the question speaks of the file",
     "{'scene': [" RUN("put", "a", "x") ", {'file': 'a', 'size': 9}]}", "",
     "How many bytes did the program get for that file"},
    /* --- which file was opened --- */
    {"a link out of the folder is seen where it leads",
     "{'files': [{'name': 'share/out', 'link': '/etc/passwd'}, {'name': 'share/in', 'data': 'x'}],"
     " 'scene': [" RUN("copy", "share/out", "b") ", " READ(
         "share/../share/in") "],"
                              " 'then': [{'call': 'open', 'args': {'path': 'share/out', 'opened': "
                              "'/etc/passwd'}},"
                              " {'call': 'open', 'args': {'path': 'share/../share/in', 'opened': "
                              "'share/in'}},"
                              " {'never': {'call': 'open', 'args': {'opened': '/etc/shadow'}}}]}",
     "x", NULL},
    {"an open that should not have been is told with its path",
     "{'files': [{'name': 'out', 'link': '/etc/passwd'}], 'scene': [" RUN(
         "copy", "out",
         "b") "],"
              " 'then': [{'never': {'call': 'open', 'args': {'opened': '/etc/passwd'}}}]}",
     "", "open(\"out\")"},
    {"the author's sentence is told",
     "{'scene': [{'file': 'a', 'size': 1, 'why': 'The client saves what it gets.'}]}", "",
     "The client saves what it gets."},
};
enum { CASES = sizeof table / sizeof table[0] };

static void strip(char *text)
{
    char *to = text;
    for (; *text != '\0'; text++)
        if (*text != '\r')
            *to++ = *text;
    *to = '\0';
}

static void play(const struct file_case *c, enum scene_tier tier)
{
    struct played p;
    struct scene_case scene = {.binary = help_compile("files.c", NULL),
                               .check = c->check,
                               .tier = tier};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "the runner failed: %s", p.err.text);
    char *said = mem_string(help_output(&p, "other"));
    strip(said);
    HELP_HOLDS(&p, strcmp(said, c->says) == 0, "it printed \"%s\" and not \"%s\"", said, c->says);
    free(said);
    if (c->verdict == NULL)
        HELP_HOLDS(&p, p.passed, "it failed");
    else
        HELP_HOLDS(&p, !p.passed && strstr(help_verdict(&p), c->verdict) != NULL,
                   "no verdict \"%s\"", c->verdict);
    played_free(&p);
}

static void test_files(void **state)
{
    enum scene_tier tier = scene_tier_probe();
    if (tier == TIER_NONE) {
        print_message("SKIPPED FOR: programs cannot be traced here\n");
        skip();
    }
    play(*state, tier);
}

int main(void)
{
    struct CMUnitTest tests[CASES];
    for (unsigned i = 0; i < CASES; i++)
        tests[i] = (struct CMUnitTest){table[i].title, test_files, help_setup, help_teardown,
                                       (void *)(uintptr_t)&table[i]};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, help_group_setup, help_group_teardown);
}
