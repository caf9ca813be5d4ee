/* catalog/lab: files that are no JSON, what a loaded lab holds, and finding a lab. */
#include "catalog_files.h"

#include <sys/stat.h>

#include "catalog/lab.h"
#include "catalog/network.h"

/* A lab of the id given, with one step whose checks are `checks`. The caller frees. */
static char *lab_text(const char *id, const char *checks)
{
    return mem_format(
        "{\"version\": 1, \"id\": \"%s\", \"title\": \"T\", \"summary\": \"S\", \"part\": 2,\n"
        " \"programs\": [{\"role\": \"server\", \"source\": \"a.c\", \"usage\": \"a PORT\"},\n"
        "  {\"role\": \"client\", \"source\": \"b.c\", \"usage\": \"b HOST PORT\"}],\n"
        " \"steps\": [{\"id\": \"one\", \"title\": \"One\", \"goal\": \"G\", \"lesson\": \"one\",\n"
        "   \"hints\": [\"a\", \"b\", \"c\"], \"checks\": [%s]},\n"
        "  {\"id\": \"two\", \"title\": \"Two\", \"goal\": \"G\", \"lesson\": \"two\", \"points\": "
        "3,\n"
        "   \"hints\": [\"a\", \"b\", \"c\"], \"checks\": [{\"build\": \"clean\"}]}],\n"
        " \"quiz\": [{\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 1, "
        "\"explain\": \"e\"},\n"
        "  {\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 1, \"explain\": \"e\"},\n"
        "  {\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 1, \"explain\": \"e\"},\n"
        "  {\"question\": \"q\", \"choices\": [\"a\", \"b\"], \"answer\": 0, \"explain\": "
        "\"e\"}]}\n",
        id, checks);
}

#define PATH "labs/05_base/lab.json"

static struct lab *parse(const char *checks)
{
    struct error err;
    char *text = lab_text("05_base", checks);
    struct lab *lab = lab_parse(text, strlen(text), PATH, &err);
    if (lab == NULL)
        fail_msg("%s", err.text);
    free(text);
    return lab;
}

static void refuses(const void *data, size_t len, const char *says)
{
    struct error err = {""};
    assert_null(lab_parse(data, len, PATH, &err));
    assert_int_equal(strncmp(err.text, PATH ":", strlen(PATH ":")), 0);
    assert_says(err.text, says);
}

static void refuses_text(const char *text, const char *says)
{
    refuses(text, strlen(text), says);
}

static void what_is_no_json_is_refused_with_line_and_column(void **state)
{
    (void)state;
    refuses_text("", ":1:1: the file ends where a value is needed");
    refuses_text("  \n ", ":2:2: the file ends where a value is needed");
    refuses_text("{\"version\": 1,\n \"id\": }", ":2:8: a value is needed here, not '}'");
    refuses_text("{\"version\": 1,}", ":1:15: a key in quotes is needed here, not '}'");
    refuses_text("{\"version\": 1", ":1:14: the file ends where ',' or '}' is needed");
    refuses_text("{\"version\" 1}", ":1:12: ':' is needed here");
    refuses_text("{version: 1}", ":1:2: a key in quotes is needed");
    refuses_text("[1 2]", ":1:4: ',' or ']' is needed here, not '2'");
    refuses_text("{} x", ":1:4: something stands behind the end");
    refuses_text("{}{}", ":1:3: something stands behind the end");
    refuses_text("// comment\n{}", ":1:1: a value is needed here, not '/'");
    refuses_text("{\"a\": 'b'}", "a value is needed here");
    refuses_text("{\"a\": NaN}", "a value is needed here");
    refuses_text("{\"a\": tru}", "a value is needed here");
}

static void texts_that_json_does_not_allow_are_refused(void **state)
{
    (void)state;
    refuses_text("{\"a", ":1:2: this text is not closed");
    refuses_text("{\"a\nb\": 1}", ":1:2: this text is not closed on its line");
    refuses_text("{\"a\tb\": 1}", ":1:4: a control character must be written as \\u0009");
    refuses_text("[\"\\x41\"]", "one of \" \\ / b f n r t u after \\ is needed here, not 'x'");
    refuses_text("[\"\\u12g4\"]", "one of the four hex digits of \\u is needed here, not 'g'");
    refuses_text("[\"\\u12", "the file ends where one of the four hex digits");
    refuses_text("[\"\\ud800\"]", "half a surrogate pair");
    refuses_text("[\"\\ud800\\u0041\"]", "half a surrogate pair");
    refuses_text("[\"\\udc00\"]", "half a surrogate pair");
    refuses_text("[\"a\\u0000b\"]", ":1:4: a NUL character cannot stand in a text");
}

static void numbers_that_json_does_not_allow_are_refused(void **state)
{
    (void)state;
    refuses_text("[01]", "a number must not begin with a zero");
    refuses_text("[-]", "a digit is needed here, not ']'");
    refuses_text("[1.]", "a digit is needed here, not ']'");
    refuses_text("[.5]", "a value is needed here, not '.'");
    refuses_text("[+1]", "a value is needed here, not '+'");
    refuses_text("[1e]", "a digit is needed here");
    refuses_text("[0x10]", "',' or ']' is needed here, not 'x'");
}

static void bytes_that_are_no_text_are_refused(void **state)
{
    (void)state;
    refuses("{\"a\": \"\xff\"}", 10, ":1:8: not UTF-8: byte 0xff");
    refuses("{\n\"a\xc3\": 1}", 10, ":2:3: not UTF-8: byte 0xc3");
    refuses("\xff\xfe{\0}\0", 6, "not UTF-8");
    refuses("[1,\0 2]", 7, ":1:4: a NUL byte");
    refuses("{}\0", 3, ":1:3: a NUL byte");
    refuses("\xef\xbb\xbf{}", 5, "a byte order mark");
    refuses("\xed\xa0\x80", 3, "not UTF-8"); /* a surrogate */
}

static void what_is_too_deep_or_too_wide_is_refused(void **state)
{
    (void)state;
    struct strbuf text = STRBUF_INIT;
    strbuf_pad(&text, '[', 64);
    strbuf_pad(&text, ']', 64);
    refuses(text.data, text.len, "$: an object is needed, not a list");
    strbuf_cut(&text, 0);
    strbuf_pad(&text, '[', 65);
    strbuf_pad(&text, ']', 65);
    refuses(text.data, text.len, ":1:65: nested deeper than 64");
    strbuf_cut(&text, 0);
    strbuf_pad(&text, '[', 900000);
    refuses(text.data, text.len, ":1:65: nested deeper than 64");
    strbuf_cut(&text, 0);
    strbuf_putc(&text, '{');
    for (unsigned i = 0; i < 300; i++)
        strbuf_printf(&text, "%s\"k%u\": 1", i > 0 ? "," : "", i);
    strbuf_putc(&text, '}');
    refuses(text.data, text.len, ":1:1: an object with more than 256 keys");
    strbuf_free(&text);
}

static void a_key_given_twice_is_refused_wherever_it_stands(void **state)
{
    (void)state;
    refuses_text("{\"version\": 1, \"version\": 1}", "$.version: this key is given twice");
    refuses_text("{\"a\": [{\"b\": 1, \"\\u0062\": 2}]}", "$.a[0].b: this key is given twice");
}

static void a_key_cannot_steer_the_terminal(void **state)
{
    (void)state;
    refuses_text("{\"\\u001b[2J\": 1}", "$[\"\\x1b[2J\"]: unknown key");
    refuses_text("{\"\": 1}", "$[\"\"]: unknown key");
}

static void other_documents_are_refused_by_type(void **state)
{
    (void)state;
    refuses_text("[]", "$: an object is needed, not a list");
    refuses_text("null", "$: an object is needed, not null");
    refuses_text("\"lab\"", "$: an object is needed, not a text");
    refuses_text("1", "$: an object is needed, not a number");
    refuses_text("{}", "$: the key \"version\" is missing");
}

/* --- files --- */

static void a_file_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    struct error err = {""};
    char *dir = scratch_new();
    char *missing = file_join(dir, "05_base/lab.json");
    assert_null(lab_load(missing, &err));
    assert_says(err.text, "lab.json");
    assert_says(err.text, "No such file");
    assert_null(lab_load(dir, &err)); /* a folder */
    assert_says(err.text, dir);
    char *fifo = file_join(dir, "fifo");
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_null(lab_load(fifo, &err)); /* and does not wait for a writer */
    assert_says(err.text, "fifo");
    free(fifo);
    free(missing);
    scratch_remove(dir);
}

static void a_file_larger_than_one_mebibyte_is_refused(void **state)
{
    (void)state;
    struct error err = {""};
    char *dir = scratch_new();
    char *text = lab_text("05_base", "{\"build\": \"clean\"}");
    struct strbuf padded = STRBUF_INIT;
    strbuf_puts(&padded, text);
    strbuf_pad(&padded, ' ', 1024 * 1024 - padded.len);
    char *path = scratch_write(dir, "05_base", "lab.json", padded.data, padded.len);
    struct lab *lab = lab_load(path, &err);
    assert_non_null(lab); /* exactly so large is allowed */
    lab_free(lab);
    free(path);
    strbuf_putc(&padded, ' ');
    path = scratch_write(dir, "05_base", "lab.json", padded.data, padded.len);
    assert_null(lab_load(path, &err));
    assert_says(err.text, path);
    free(path);
    free(text);
    strbuf_free(&padded);
    scratch_remove(dir);
}

/* --- what a lab holds --- */

static void defaults_are_filled_in(void **state)
{
    (void)state;
    struct lab *lab =
        parse("{\"scene\": [{\"start\": \"server\"}, {\"wait\": \"server\", \"for\": \"exit\"},"
              " {\"udp\": \"ann\"}, {\"listen\": \"bob\", \"at\": \"[::1]:0\"},"
              " {\"accept\": \"bob\"}],"
              " \"then\": [{\"call\": \"socket\"}, {\"call\": \"bind\", \"errno\": \"EACCES\"}]}");
    assert_string_equal(lab->id, "05_base");
    assert_int_equal(lab->number, 5);
    assert_string_equal(lab->dir, "labs/05_base");
    assert_string_equal(lab->file, PATH);
    assert_int_equal(lab->points, 4);
    assert_int_equal(lab->limits.wall_ms, 10000);
    assert_int_equal(lab->limits.cpu_ms, 2000);
    assert_int_equal(lab->limits.processes, 64);
    assert_int_equal(lab->limits.output_bytes, 1024 * 1024);
    assert_int_equal(lab->limits.file_bytes, 64 * 1024 * 1024);
    assert_int_equal(lab->limits.calls, 200000);
    assert_int_equal(lab->limits.memory_bytes, 1024 * 1024 * 1024);
    assert_int_equal(lab->limits.disk_bytes, 256 * 1024 * 1024);
    assert_int_equal(lab->limits.inodes, 16384);
    assert_ptr_equal(lab_program(lab, "server"), &lab->programs[0]);
    assert_null(lab_program(lab, "helper"));
    assert_int_equal(lab->programs[0].nexample, 0);

    const struct scene_script *scene = lab->steps[0].checks[0].scene;
    assert_string_equal(lab->steps[0].checks[0].path, "$.steps[0].checks[0]");
    assert_int_equal(scene->stdio, STDIO_PTY);
    assert_false(scene->sanitized);
    assert_null(scene->title);
    const struct action *a = scene->actions;
    assert_string_equal(a[0].start.role, "server");
    assert_int_equal(a[0].start.stdio, STDIO_DEFAULT);
    assert_int_equal(a[1].wait.what, WAIT_EXIT);
    assert_int_equal(a[1].wait.status, 0);
    assert_string_equal(a[1].path, "$.steps[0].checks[0].scene[1]");
    assert_null(a[1].why);
    assert_string_equal(a[2].open.at, "127.0.0.1:0");
    assert_int_equal(a[3].open.backlog, 8);
    assert_string_equal(a[4].accept.as, "bob");

    assert_int_equal(scene->nthen, 2);
    assert_string_equal(scene->then[0].path, "$.steps[0].checks[0].then[0]");
    assert_int_equal(scene->then[0].count_min, 1);
    assert_int_equal(scene->then[0].count_max, 0);
    assert_int_equal(scene->then[0].calls[0].result, RESULT_ANY);
    assert_int_equal(scene->then[1].calls[0].result, RESULT_FAILS);
    assert_string_equal(scene->then[1].calls[0].errname, "EACCES");
    lab_free(lab);
}

static void data_is_kept_in_its_parts(void **state)
{
    (void)state;
    struct lab *lab =
        parse("{\"vars\": {\"b\": {\"bytes\": 3}, \"p\": \"port\", \"t\": \"text\"}, \"scene\": ["
              "{\"udp\": \"ann\"}, {\"send\": \"ann\", \"to\": \"127.0.0.1:${p}\", \"data\": "
              "[\"\\u00e4${b}\", {\"hex\": \"00 fF\"}, {\"var\": \"b\"}, {\"fill\": \"x\", "
              "\"count\": 9}]},"
              "{\"expect\": \"ann\", \"data\": \"\"}]}");
    const struct scene_script *scene = lab->steps[0].checks[0].scene;
    assert_int_equal(scene->nvars, 3);
    assert_int_equal(scene->vars[0].kind, VAR_BYTES);
    assert_int_equal(scene->vars[0].size, 3);
    assert_int_equal(scene->vars[1].kind, VAR_PORT);
    assert_int_equal(scene->vars[2].kind, VAR_TEXT);
    assert_string_equal(scene->vars[2].text, "text");
    const struct data *data = &scene->actions[1].send.data;
    assert_int_equal(data->nparts, 4);
    assert_int_equal(data->parts[0].kind, DATA_TEXT);
    assert_string_equal(data->parts[0].text, "\xc3\xa4${b}");
    assert_int_equal(data->parts[1].kind, DATA_HEX);
    assert_int_equal(data->parts[1].size, 2);
    assert_memory_equal(data->parts[1].raw, "\0\xff", 2);
    assert_int_equal(data->parts[2].kind, DATA_VAR);
    assert_string_equal(data->parts[2].text, "b");
    assert_int_equal(data->parts[3].kind, DATA_FILL);
    assert_int_equal(data->parts[3].fill, 'x');
    assert_int_equal(data->parts[3].size, 9);
    assert_int_equal(scene->actions[2].expect.data.nparts, 1);
    lab_free(lab);
}

static void actions_keep_what_they_were_given(void **state)
{
    (void)state;
    struct lab *lab = parse(
        "{\"stdio\": \"pipe\", \"sanitized\": true, \"scene\": ["
        "{\"start\": \"x\", \"role\": \"server\", \"from\": \"solution\", \"args\": [\"a\", \"\"], "
        "\"stdio\": \"closed\"},"
        "{\"fault\": \"x\", \"call\": \"recv\", \"from\": 3, \"count\": 2, \"errno\": \"EINTR\"},"
        "{\"signal\": \"x\", \"name\": \"SIGINT\", \"why\": \"because\"},"
        "{\"connect\": \"c\", \"to\": \"127.0.0.1:9\", \"from\": \"127.0.0.2:0\"},"
        "{\"send\": \"c\", \"data\": \"hello\", \"split\": [1, 2], \"at_once\": true},"
        "{\"repeat\": 7, \"do\": [{\"send\": \"c\", \"data\": \"${i}\", \"split\": \"bytes\"}]},"
        "{\"wait\": \"x\", \"for\": \"exit\", \"signal\": \"SIGINT\"}],"
        "\"then\": [{\"call\": \"bind\", \"args\": {\"port\": 7000, \"addr\": \"x\"}, \"result\": "
        "-1, \"count\": [2, 5]},"
        "{\"order\": [{\"call\": \"a\"}, {\"call\": \"b\", \"result\": \"fails\"}]},"
        "{\"never\": {\"call\": \"listen\"}, \"why\": \"because\"},"
        "{\"mistakes\": \"none\"}, {\"mistakes\": [\"a-b\"]}, {\"leftovers\": \"none\", "
        "\"max_fds\": 5}]}");
    const struct scene_script *scene = lab->steps[0].checks[0].scene;
    const struct action *a = scene->actions;
    assert_int_equal(scene->stdio, STDIO_PIPE);
    assert_true(scene->sanitized);
    assert_true(a[0].start.solution);
    assert_int_equal(a[0].start.nargs, 2);
    assert_string_equal(a[0].start.args[1], "");
    assert_int_equal(a[0].start.stdio, STDIO_CLOSED);
    assert_int_equal(a[1].fault.from, 3);
    assert_int_equal(a[1].fault.count, 2);
    assert_int_equal(a[1].fault.errnum, 4);
    assert_int_equal(a[1].fault.shorten, 0);
    assert_int_equal(a[2].signal.number, 2);
    assert_string_equal(a[2].why, "because");
    assert_string_equal(a[3].connect.from, "127.0.0.2:0");
    assert_false(a[3].connect.refused);
    assert_int_equal(a[4].send.nsplit, 2);
    assert_int_equal(a[4].send.split[1], 2);
    assert_true(a[4].send.at_once);
    assert_int_equal(a[5].repeat.count, 7);
    assert_null(a[5].actor);
    assert_true(a[5].repeat.actions[0].send.bytewise);
    assert_string_equal(a[5].repeat.actions[0].path, "$.steps[0].checks[0].scene[5].do[0]");
    assert_string_equal(a[6].wait.signal, "SIGINT");

    const struct assertion *t = scene->then;
    assert_int_equal(t[0].count_min, 2);
    assert_int_equal(t[0].count_max, 5);
    assert_int_equal(t[0].calls[0].result, RESULT_VALUE);
    assert_int_equal(t[0].calls[0].value, -1);
    assert_string_equal(t[0].calls[0].args[0].text, "7000");
    assert_int_equal(t[1].kind, ASSERT_ORDER);
    assert_int_equal(t[1].ncalls, 2);
    assert_string_equal(t[1].calls[1].name, "b");
    assert_int_equal(t[2].kind, ASSERT_NEVER);
    assert_string_equal(t[2].calls[0].name, "listen");
    assert_string_equal(t[2].why, "because");
    assert_int_equal(t[3].nmistakes, 0);
    assert_int_equal(t[4].nmistakes, 1);
    assert_int_equal(t[5].max_fds, 5);
    lab_free(lab);
}

/* --- the catalog --- */

static char *tree_of_labs(void)
{
    char *dir = scratch_new();
    const char *const ids[] = {"10_tcp_server", "05_udp_echo", "09_tcp_client"};
    for (unsigned i = 0; i < 3; i++) {
        char *text = lab_text(ids[i], "{\"build\": \"clean\"}");
        free(scratch_write(dir, ids[i], "lab.json", text, strlen(text)));
        free(text);
    }
    free(scratch_write(dir, "06_udp_temperature", "lab.json", "{", 1));
    free(scratch_write(dir, "07_udp_chat", "starter.c", "", 0));
    free(scratch_write(dir, "common", "net.c", "", 0));
    free(scratch_write(dir, ".git", "lab.json", "{", 1));
    free(scratch_write(dir, ".", "README.md", "", 0));
    return dir;
}

/* --- hosts --- */

static void peers_among_hosts_are_reached_from_outside_unless_told_otherwise(void **state)
{
    (void)state;
    struct lab *lab = parse("{\"hosts\": [\"alice\", \"bob\"], \"scene\": ["
                            "{\"start\": \"server\", \"on\": \"bob\"},"
                            "{\"udp\": \"ann\", \"on\": \"alice\"},"
                            "{\"listen\": \"eve\", \"on\": \"alice\", \"at\": \"127.0.0.1:0\"},"
                            "{\"repeat\": 2, \"do\": [{\"listen\": \"fay\", \"on\": \"bob\"},"
                            " {\"close\": \"fay\"}]}, {\"wire\": \"drop udp\"},"
                            "{\"wire\": \"clear\"}, {\"wire\": \"hold udp\"},"
                            "{\"release\": \"hold\"}, {\"wire\": \"hold tcp\"},"
                            "{\"release\": \"all\"}]}");
    const struct action *a = lab->steps[0].checks[0].scene->actions;
    assert_string_equal(a[0].host, "bob");
    assert_string_equal(a[1].host, "alice");
    assert_string_equal(a[1].open.at, "0.0.0.0:0");
    assert_string_equal(a[2].open.at, "127.0.0.1:0");
    assert_string_equal(a[3].repeat.actions[0].open.at, "0.0.0.0:0");
    assert_int_equal(a[4].kind, ACTION_WIRE);
    assert_null(a[4].actor);
    assert_string_equal(a[4].wire.rule, "drop udp");
    assert_null(a[5].wire.rule);
    assert_int_equal(a[7].kind, ACTION_RELEASE);
    assert_string_equal(a[7].release.rule, "hold");
    assert_null(a[9].release.rule);
    lab_free(lab);
}

/* A lab whose scenes have hosts, unless they say otherwise. */
static struct lab *parse_with_hosts(const char *keys, const char *checks)
{
    struct error err;
    char *plain = lab_text("05_base", checks);
    char *text = mem_format("{%s, %s", keys, plain + 1);
    struct lab *lab = lab_parse(text, strlen(text), PATH, &err);
    if (lab == NULL)
        fail_msg("%s", err.text);
    free(plain);
    free(text);
    return lab;
}

static void the_hosts_of_a_lab_are_those_of_its_scenes_that_name_none(void **state)
{
    (void)state;
    struct lab *lab = parse_with_hosts(
        "\"names\": {\"www\": \"bob\"}, \"dns\": \"bob\", \"hosts\": [\"alice\", \"bob\"]",
        "{\"scene\": [{\"start\": \"server\", \"on\": \"bob\"}]},"
        "{\"hosts\": [], \"scene\": [{\"start\": \"server\"}, {\"udp\": \"ann\"}]},"
        "{\"hosts\": [\"carol\"], \"scene\": [{\"start\": \"server\", \"on\": \"carol\"}]},"
        "{\"names\": {\"ftp\": \"10.0.0.1\"}, \"scene\": [{\"start\": \"server\", \"on\": "
        "\"bob\"}]}");
    const struct lab_check *checks = lab->steps[0].checks;
    assert_non_null(lab->network);
    assert_int_equal(lab->network->nhosts, 2);
    assert_int_equal(lab->network->dns, 1);
    assert_string_equal(lab->network->names[0].name, "www");
    assert_int_equal(lab->network->names[0].naddresses, 1);
    assert_ptr_equal(checks[0].scene->network, lab->network);

    assert_null(checks[1].scene->network);
    assert_string_equal(checks[1].scene->actions[1].open.at, "127.0.0.1:0");

    assert_string_equal(checks[2].scene->network->hosts[0].name, "carol");
    assert_int_equal(checks[2].scene->network->dns, -1);
    assert_int_equal(checks[2].scene->network->nnames, 0);

    assert_int_equal(checks[3].scene->network->nhosts, 2);
    assert_int_equal(checks[3].scene->network->dns, 1);
    assert_int_equal(checks[3].scene->network->nnames, 1);
    assert_string_equal(checks[3].scene->network->names[0].name, "ftp");
    lab_free(lab);
}

/* The example stands in the guide's first block of JSON behind that heading. */
static void the_example_of_the_authors_guide_is_a_scene(void **state)
{
    (void)state;
    struct strbuf guide = STRBUF_INIT;
    struct error err;
    char *path = file_join(top(), "runner/catalog/README.md");
    if (file_read(path, 1024 * 1024, 0, &guide, &err) != 0)
        fail_msg("%s", err.text);
    static const char fence[] = "```json\n";
    char *start = strstr(guide.data, "### Several hosts and the wire");
    assert_non_null(start);
    start = strstr(start, fence);
    assert_non_null(start);
    start += strlen(fence);
    char *end = strstr(start, "```");
    assert_non_null(end);
    *end = '\0';
    struct lab *lab = parse(start);
    const struct network *net = lab->steps[0].checks[0].scene->network;
    assert_int_equal(net->nhosts, 4);
    assert_int_equal(net->nsegments, 2);
    assert_true(net->hosts[3].has_gateway);
    lab_free(lab);
    strbuf_free(&guide);
    free(path);
}

static void a_lab_without_hosts_has_no_network(void **state)
{
    (void)state;
    struct lab *lab = parse("{\"scene\": [{\"start\": \"server\"}]}");
    assert_null(lab->network);
    assert_null(lab->steps[0].checks[0].scene->network);
    assert_null(lab->steps[0].checks[0].scene->actions[0].host);
    lab_free(lab);
}

static void a_broken_lab_does_not_hide_the_others(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err = {""};
    char *dir = tree_of_labs();
    assert_int_equal(catalog_load(&cat, dir, &err), 0);
    assert_int_equal(cat.nlabs, 3);
    assert_string_equal(cat.labs[0]->id, "05_udp_echo");
    assert_string_equal(cat.labs[1]->id, "09_tcp_client");
    assert_string_equal(cat.labs[2]->id, "10_tcp_server");
    assert_int_equal(cat.nbroken, 2);
    assert_string_equal(cat.broken[0].name, "06_udp_temperature");
    assert_says(cat.broken[0].err.text, "06_udp_temperature/lab.json:1:2: the file ends");
    assert_string_equal(cat.broken[1].name, "07_udp_chat");
    assert_says(cat.broken[1].err.text, "No such file");
    catalog_free(&cat);
    scratch_remove(dir);
}

static void finds(const struct catalog *cat, const char *typed, const char *id)
{
    struct error err = {""};
    const struct lab *lab = catalog_find(cat, typed, &err);
    if (lab == NULL)
        fail_msg("%s: %s", typed, err.text);
    assert_string_equal(lab->id, id);
}

static void misses(const struct catalog *cat, const char *typed, const char *says)
{
    struct error err = {""};
    assert_null(catalog_find(cat, typed, &err));
    assert_says(err.text, says);
}

static void a_lab_is_found_by_number_id_and_name(void **state)
{
    (void)state;
    struct catalog cat;
    char *dir = tree_of_labs();
    assert_int_equal(catalog_load(&cat, dir, NULL), 0);
    finds(&cat, "5", "05_udp_echo");
    finds(&cat, "05", "05_udp_echo");
    finds(&cat, "005", "05_udp_echo");
    finds(&cat, "10", "10_tcp_server");
    finds(&cat, "udp_echo", "05_udp_echo");
    finds(&cat, "05_udp_echo", "05_udp_echo");
    misses(&cat, "1", "there is no lab \"1\"");
    misses(&cat, "50", "there is no lab \"50\"");
    misses(&cat, "0", "there is no lab \"0\"");
    misses(&cat, "", "there is no lab \"\"");
    misses(&cat, "-5", "there is no lab \"-5\"");
    misses(&cat, "5 ", "there is no lab \"5 \"");
    misses(&cat, "udp_ecko", "did you mean udp_echo?");
    misses(&cat, "10_tcp_sever", "did you mean 10_tcp_server?");
    misses(&cat, "\033[31m", "there is no lab \"\\x1b[31m\"");
    misses(&cat, "6", "06_udp_temperature/lab.json:1:2:");
    misses(&cat, "udp_temperature", "06_udp_temperature/lab.json:1:2:");
    misses(&cat, "07", "07_udp_chat");
    catalog_free(&cat);
    scratch_remove(dir);
}

static void a_folder_that_is_not_there_is_told(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err = {""};
    char *dir = scratch_new();
    char *labs = file_join(dir, "labs");
    assert_int_equal(catalog_load(&cat, labs, &err), -1);
    assert_says(err.text, labs);
    catalog_free(&cat);
    free(labs);
    assert_int_equal(catalog_load(&cat, dir, &err), 0); /* empty is fine */
    misses(&cat, "5", "there is no lab \"5\"");
    catalog_free(&cat);
    scratch_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_json_is_refused_with_line_and_column),
        cmocka_unit_test(texts_that_json_does_not_allow_are_refused),
        cmocka_unit_test(numbers_that_json_does_not_allow_are_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_refused),
        cmocka_unit_test(what_is_too_deep_or_too_wide_is_refused),
        cmocka_unit_test(a_key_given_twice_is_refused_wherever_it_stands),
        cmocka_unit_test(a_key_cannot_steer_the_terminal),
        cmocka_unit_test(other_documents_are_refused_by_type),
        cmocka_unit_test(a_file_that_cannot_be_read_is_told),
        cmocka_unit_test(a_file_larger_than_one_mebibyte_is_refused),
        cmocka_unit_test(defaults_are_filled_in),
        cmocka_unit_test(data_is_kept_in_its_parts),
        cmocka_unit_test(actions_keep_what_they_were_given),
        cmocka_unit_test(peers_among_hosts_are_reached_from_outside_unless_told_otherwise),
        cmocka_unit_test(the_hosts_of_a_lab_are_those_of_its_scenes_that_name_none),
        cmocka_unit_test(a_lab_without_hosts_has_no_network),
        cmocka_unit_test(the_example_of_the_authors_guide_is_a_scene),
        cmocka_unit_test(a_broken_lab_does_not_hide_the_others),
        cmocka_unit_test(a_lab_is_found_by_number_id_and_name),
        cmocka_unit_test(a_folder_that_is_not_there_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
