/* The tracer tells the truth: programs say which calls they made, and the recording says the same.
 */
#include "programs/truth.h"
#include "scene_help.h"

struct noted {
    int tid;
    char *name;
    long result;
    int error;
    int line;
    char *function, *args;
    bool matched;
};

static char *field(char **at)
{
    char *start = *at, *end = strchr(start, '|');
    if (end == NULL)
        fail_msg("a note is cut off: %s", start);
    *end = '\0';
    *at = end + 1;
    return start;
}

static unsigned read_notes(char *text, struct noted *notes, unsigned most)
{
    unsigned n = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line != NULL;
         line = strtok_r(NULL, "\n", &save)) {
        assert_true(n < most);
        struct noted *note = &notes[n++];
        *note = (struct noted){.tid = atoi(field(&line))};
        note->name = field(&line);
        note->result = atol(field(&line));
        note->error = atoi(field(&line));
        note->line = atoi(field(&line));
        note->function = field(&line);
        note->args = line;
    }
    return n;
}

/* What the C library makes of a call, beside what syscalls_covers knows. */
static bool is_kernels(const char *name, const char *call)
{
    static const char *const others[][2] = {
        {"wait", "wait4"},
        {"usleep", "clock_nanosleep"},
        {"nanosleep", "clock_nanosleep"},
        {"waitpid", "wait4"},
        {"pselect", "pselect6"},
        {"pread", "pread64"},
        {"vfork", "clone"},
        {"vfork", "clone3"},
        {"pthread_create", "clone"},
        {"pthread_create", "clone3"},
        {"dup2", "dup3"},
        {"pause", "ppoll"},
        {"poll", "ppoll"},
        {"epoll_wait", "epoll_pwait"},
    };
    if (strcmp(name, call) == 0 || syscalls_covers(name, call))
        return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strcmp(name, others[i][0]) == 0 && strcmp(call, others[i][1]) == 0)
            return true;
    return false;
}

/* Some functions of the C library end in a jump to another one. */
static bool is_librarys(const char *name, const char *via)
{
    return strcmp(name, via) == 0 || (strcmp(via, "wait4") == 0 && strncmp(name, "wait", 4) == 0);
}

/* "\0" in a note stands for that byte. */
static size_t unescape(const char *text, char *out)
{
    size_t n = 0;
    for (; *text != '\0'; text++) {
        bool zero = text[0] == '\\' && text[1] == '0';
        out[n++] = zero ? '\0' : *text;
        text += zero;
    }
    return n;
}

static bool arg_is(const struct arg *arg, const char *wanted)
{
    char number[32], bytes[4096];
    if (arg == NULL)
        return false;
    if (arg->bytes.data != NULL) {
        size_t n = unescape(wanted, bytes);
        return arg->bytes.len == n && memcmp(arg->bytes.data, bytes, n) == 0;
    }
    snprintf(number, sizeof number, "%lld", (long long)arg->value);
    return (arg->text != NULL && strcmp(arg->text, wanted) == 0) ||
           (arg->has_value && strcmp(number, wanted) == 0);
}

static void compare(const struct played *p, const struct noted *note, const struct event *ev)
{
    const struct call_event *call = &ev->call;
    const char *error = note->result < 0 ? strerrorname_np(note->error) : NULL;
    HELP_HOLDS(p, call->returned, "line %d: %s has not returned", note->line, note->name);
    if (note->result == ANY_RESULT)
        return;
    HELP_HOLDS(p, call->result == note->result, "line %d: %s gave %ld, recorded is %lld",
               note->line, note->name, note->result, (long long)call->result);
    HELP_HOLDS(p,
               (error == NULL) == (call->error == NULL) &&
                   (error == NULL || strcmp(error, call->error) == 0),
               "line %d: %s: errno %s, recorded is %s", note->line, note->name,
               error != NULL ? error : "none", call->error != NULL ? call->error : "none");
    HELP_HOLDS(p, call->blocked_ns >= 0, "line %d: %s took less than no time", note->line,
               note->name);
    if (strcmp(note->args, "-") == 0)
        return;
    char *args = mem_string(note->args), *save = NULL;
    for (char *arg = strtok_r(args, ";", &save); arg != NULL; arg = strtok_r(NULL, ";", &save)) {
        char *wanted = strchr(arg, '=');
        *wanted++ = '\0';
        const struct arg *got = call_arg(call, arg);
        HELP_HOLDS(p, strcmp(wanted, "!") == 0 ? got == NULL : arg_is(got, wanted),
                   "line %d: %s: %s is %s, recorded is %s (event %llu)", note->line, note->name,
                   arg, wanted,
                   got == NULL               ? "nothing"
                   : got->bytes.data != NULL ? got->bytes.data
                   : got->text != NULL       ? got->text
                                             : "another number",
                   (unsigned long long)ev->n);
    }
    free(args);
}

static bool is_reported(const struct event *ev)
{
    return ev->kind == EVENT_CALL &&
           (ev->call.function == NULL || strcmp(ev->call.function, "report") != 0);
}

/* What must be right of where a call was made. */
enum place {
    PLACE_NONE,
    PLACE_LINE = 1, /* file and line */
    PLACE_FUNCTION = 2,
    PLACE_VIA = 4, /* the library function */
    PLACE_ALL = 7,
};

/* Each note has its event, in order for each thread, and no event is left over. */
static void match(const struct played *p, struct noted *notes, unsigned n, unsigned place)
{
    for (size_t i = 0; i < p->tl.count; i++) {
        const struct event *ev = &p->tl.events[i];
        const struct call_event *call = &ev->call;
        struct noted *note = NULL;
        if (!is_reported(ev))
            continue;
        for (unsigned k = 0; k < n && note == NULL; k++)
            if (!notes[k].matched && notes[k].tid == ev->tid &&
                ((place & PLACE_LINE) == 0 || notes[k].line == call->line) &&
                is_kernels(notes[k].name, call->name))
                note = &notes[k];
        if (note == NULL && place == PLACE_NONE && strcmp(call->name, "write") == 0)
            continue; /* the report itself */
        HELP_HOLDS(p, note != NULL, "event %llu: the program does not know of this %s at line %d",
                   (unsigned long long)ev->n, call->name, call->line);
        note->matched = true;
        compare(p, note, ev);
        HELP_HOLDS(p,
                   (place & PLACE_VIA) == 0 ||
                       (call->via != NULL && is_librarys(note->name, call->via)),
                   "line %d: %s is told as %s", note->line, note->name,
                   call->via != NULL ? call->via : "nothing");
        HELP_HOLDS(p,
                   (place & PLACE_LINE) == 0 ||
                       (call->file != NULL && strcmp(call->file, "truth.c") == 0),
                   "line %d: %s is placed in %s", note->line, note->name, call->file);
        HELP_HOLDS(p,
                   (place & PLACE_FUNCTION) == 0 ||
                       (call->function != NULL && strcmp(call->function, note->function) == 0),
                   "line %d: %s is placed in %s()", note->line, note->name, call->function);
    }
    for (unsigned k = 0; k < n; k++)
        HELP_HOLDS(p, notes[k].matched, "line %d: %s by thread %d was not recorded", notes[k].line,
                   notes[k].name, notes[k].tid);
}

static void tell(const char *mode, const char *flags, unsigned place)
{
    struct played p;
    char *check = mem_format("{'scene': [{'start': 'prog', 'args': ['%s']},"
                             " {'wait': 'prog', 'for': 'exit'}]}",
                             mode);
    struct scene_case c = {.binary = help_compile("truth.c truth_helper.c", flags),
                           .source = "truth.c",
                           .check = check};
    help_play(&c, &p);
    HELP_HOLDS(&p, p.rc == 0, "%s", p.err.text);
    HELP_HOLDS(&p, p.passed, "truth %s did not end by itself", mode);
    static struct noted notes[1000];
    char *text = mem_string(help_output(&p, "prog"));
    unsigned n = read_notes(text, notes, 1000);
    HELP_HOLDS(&p, n >= 3, "truth %s noted only %u calls", mode, n);
    match(&p, notes, n, place);
    free(text);
    free(check);
    played_free(&p);
}

static void test_mode(void **state)
{
    tell(*state, "-g", PLACE_ALL);
}

static void test_a_program_without_debug_information_is_traced_all_the_same(void **state)
{
    (void)state;
    tell("tcp4", "-g0", PLACE_NONE);
    tell("threads", "-g0 -s", PLACE_NONE);
}

static void test_a_program_that_was_optimised_is_placed_as_well(void **state)
{
    (void)state;
    tell("tcp4", "-g -O2", PLACE_LINE | PLACE_VIA);
    tell("restart", "-g -O2", PLACE_LINE | PLACE_VIA);
}

static void test_a_static_program_at_fixed_addresses_is_placed_as_well(void **state)
{
    (void)state;
    tell("udp", "-g -static -no-pie", PLACE_LINE | PLACE_FUNCTION);
}

static void test_a_sanitized_program_is_placed_past_its_interceptors(void **state)
{
    (void)state;
    if (system("echo 'int main(void) { return 0; }' |"
               " ${CC:-gcc} -fsanitize=address,undefined -x c - -o /dev/null 2>/dev/null") != 0) {
        print_message("SKIPPED FOR: the compiler's sanitizer libraries\n");
        skip();
    }
    tell("tcp4", "-g -fsanitize=address,undefined", PLACE_ALL);
    tell("udp", "-g -fsanitize=address,undefined", PLACE_ALL);
    tell("threads", "-g -fsanitize=address,undefined", PLACE_LINE | PLACE_FUNCTION);
}

static void test_a_program_by_clang_is_placed_as_well(void **state)
{
    (void)state;
    if (system("clang --version >/dev/null 2>&1") != 0) {
        print_message("SKIPPED FOR: clang\n");
        skip();
    }
    char *before = mem_string(getenv("CC"));
    setenv("CC", "clang", 1);
    tell("tcp4", "-g -w", PLACE_ALL);
    tell("files", "-gdwarf-4 -w", PLACE_ALL);
    if (before != NULL)
        setenv("CC", before, 1);
    else
        unsetenv("CC");
    free(before);
}

int main(void)
{
    static const struct {
        const char *title, *mode;
    } modes[] = {
        {"TCP over IPv4: every call from socket() to close(), and connect() that fails", "tcp4"},
        {"TCP over IPv6", "tcp6"},
        {"UDP: addresses, cut and empty datagrams, lengths that are wrong", "udp"},
        {"AF_UNIX: names, hidden names, pairs", "local"},
        {"writev, readv, sendmsg, recvmsg", "vectors"},
        {"poll, select, epoll and naps", "ready"},
        {"socket options and fcntl", "options"},
        {"pipes, dup, dup2, close; EBADF, EFAULT, ENOTSOCK", "files"},
        {"calls with paths, and where an open led to", "paths"},
        {"a call that a signal ended with EINTR is one event", "intr"},
        {"a call restarted after handlers (SA_RESTART) is one event, its handler's calls others",
         "restart"},
        {"a handler that reaps children", "reaper"},
        {"a handler that reaps children below an accept() that goes on", "reaper_asleep"},
        {"a sleep that an ignored signal interrupts goes on", "child_ignored"},
        {"sleeps that a handler ends", "nap_cut"},
        {"four threads at once", "threads"},
        {"fork, vfork and wait", "children"},
        {"calls made by a function of another object are placed where it was called", "helper"},
        {"the same in a thread and in a child", "helper_everywhere"},
    };
    enum { MODES = sizeof modes / sizeof modes[0] };
    struct CMUnitTest tests[MODES + 5];
    for (size_t i = 0; i < MODES; i++)
        tests[i] = (struct CMUnitTest){modes[i].title, test_mode, help_setup, help_teardown,
                                       (void *)(uintptr_t)modes[i].mode};
    tests[MODES] = (struct CMUnitTest)scene_test(
        test_a_program_without_debug_information_is_traced_all_the_same);
    tests[MODES + 1] =
        (struct CMUnitTest)scene_test(test_a_program_that_was_optimised_is_placed_as_well);
    tests[MODES + 2] =
        (struct CMUnitTest)scene_test(test_a_static_program_at_fixed_addresses_is_placed_as_well);
    tests[MODES + 3] =
        (struct CMUnitTest)scene_test(test_a_sanitized_program_is_placed_past_its_interceptors);
    tests[MODES + 4] = (struct CMUnitTest)scene_test(test_a_program_by_clang_is_placed_as_well);
    return cmocka_run_group_tests_name("scene_truth", tests, help_group_setup, help_group_teardown);
}
