/* Programs in trouble: each has the right outcome, a verdict that helps, and at once. */
#include "scene_help.h"

/* A hanging program has its verdict well before this; the machine may be busy, so it is wide. */
#define SOON_MS 2000.0

struct trouble {
    const char *title;
    const char *mode;
    const char *scene;  /* the actions after the start of prog; NULL: it must end with status 0 */
    const char *more;   /* what stands beside the scene, or NULL */
    const char *limits; /* or NULL */
    enum outcome outcome;
    const char *limit;   /* with OUTCOME_LIMIT */
    const char *says[4]; /* in the verdict, or what it printed when it passes; "@name": the line
                            of that mark */
    enum scene_tier tier;
    bool hangs; /* the verdict must come soon after the last thing that happened */
};

#define WAIT_EXIT "{'wait': 'prog', 'for': 'exit'}"
#define ASKED                                                              \
    "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}, {'udp': 'ann'}," \
    "{'send': 'ann', 'to': '127.0.0.1:${port}', 'data': 'hello'},"         \
    "{'expect': 'ann', 'data': 'hello'}"
#define DIALLED                                                \
    "{'wait': 'prog', 'for': 'listening', 'port': '${port}'}," \
    "{'connect': 'ann', 'to': '127.0.0.1:${port}'}"

static const struct trouble table[] = {
    /* crashes */
    {"a segmentation fault is a crash with its line", "segv", .outcome = OUTCOME_CRASH,
     .says = {"SIGSEGV", "@segv"}},
    {"a segmentation fault in a thread too", "segv_thread", .outcome = OUTCOME_CRASH,
     .says = {"SIGSEGV", "@segv_thread"}},
    {"a child's crash is told", "segv_child", .outcome = OUTCOME_CRASH,
     .says = {"SIGSEGV", "@segv_child"}},
    {"abort() is a crash with its line", "abort", .outcome = OUTCOME_CRASH,
     .says = {"SIGABRT", "@abort"}},
    {"a failed assertion is a crash with its line and text", "assert", .outcome = OUTCOME_CRASH,
     .says = {"SIGABRT", "@assert"}},
    {"a division by zero is a crash with its line", "divide", .outcome = OUTCOME_CRASH,
     .says = {"SIGFPE", "@divide"}},
    {"an endless recursion is a crash", "overflow", .outcome = OUTCOME_CRASH,
     .says = {"SIGSEGV", "trouble.c:"}},
    {"SIGPIPE is a crash with its line", "pipe", .outcome = OUTCOME_CRASH,
     .says = {"SIGPIPE", "@pipe"}},
    {"an exit status that is not the right one", "three", .outcome = OUTCOME_FAIL,
     .says = {"status 3"}},
    {"a program that ends before it listens", "three",
     .scene = "{'wait': 'prog', 'for': 'listening', 'port': '${port}'}", .outcome = OUTCOME_FAIL,
     .says = {"status 3"}, .hangs = true},

    /* without end */
    {"an endless loop uses up its processor time", "spin", .limits = "{'cpu_ms': 300}",
     .outcome = OUTCOME_LIMIT, .limit = "cpu", .says = {"processor time", "@spin", "in spin()"}},
    {"an endless loop in several threads too", "spin_threads", .limits = "{'cpu_ms': 300}",
     .outcome = OUTCOME_LIMIT, .limit = "cpu", .says = {"processor time", "@spin"}},
    {"an endless loop around a library function", "spin_in_library", .limits = "{'cpu_ms': 300}",
     .outcome = OUTCOME_LIMIT, .limit = "cpu", .says = {"processor time", "@library"}},
    {"an endless loop whose time runs out on the clock", "spin", .limits = "{'wall_ms': 300}",
     .outcome = OUTCOME_LIMIT, .limit = "wall", .says = {"in the time it has", "@spin"}},
    {"a wait of which the time runs out has no line of a loop", "sleeper",
     .limits = "{'wall_ms': 100}", .outcome = OUTCOME_LIMIT, .limit = "wall", .says = {"sleep"}},
    {"an endless loop after all was right is no fault of the lab", "spin",
     .scene = "{'udp': 'ann'}", .outcome = OUTCOME_PASS},
    {"a fork bomb reaches the limit of processes", "bomb", .limits = "{'processes': 24}",
     .outcome = OUTCOME_LIMIT, .limit = "processes", .says = {"processes"}},
    {"threads without end reach the limit of processes", "thread_bomb",
     .limits = "{'processes': 16}", .outcome = OUTCOME_LIMIT, .limit = "processes",
     .says = {"processes or threads"}},
    {"a flood of output on a terminal", "flood", .limits = "{'output_bytes': 65536}",
     .outcome = OUTCOME_LIMIT, .limit = "output", .says = {"printed more"}},
    {"a flood of output on a pipe", "flood", .more = ", 'stdio': 'pipe'",
     .limits = "{'output_bytes': 65536}", .outcome = OUTCOME_LIMIT, .limit = "output",
     .says = {"printed more"}},
    {"a file without end", "big_file", .limits = "{'file_bytes': 1048576}",
     .outcome = OUTCOME_LIMIT, .limit = "disk", .says = {"wrote more"}},
    {"a call that can only fail, and a complaint each time", "complains", .outcome = OUTCOME_LIMIT,
     .limit = "calls", .says = {"@complains", "EBADF"}, .hangs = true},
    {"recv() that returns 0 again and again", "recv_spin",
     .scene = DIALLED ", {'close': 'ann'}, " WAIT_EXIT, .outcome = OUTCOME_LIMIT, .limit = "calls",
     .says = {"@recv_spin"}},
    {"and when it asks poll() each time", "poll_spin",
     .scene = DIALLED ", {'close': 'ann'}, " WAIT_EXIT, .limits = "{'calls': 150000}",
     .outcome = OUTCOME_LIMIT, .limit = "calls", .says = {"@poll_spin"}},
    {"a non-blocking recv() in a loop", "again_spin", .outcome = OUTCOME_LIMIT, .limit = "calls",
     .says = {"@again_spin", "EAGAIN"}},
    {"system calls without end", "calls", .limits = "{'calls': 2000}", .outcome = OUTCOME_LIMIT,
     .limit = "calls", .says = {"system calls"}},

    {"system calls without end on all processors", "roaming_calls", .limits = "{'calls': 2000}",
     .outcome = OUTCOME_LIMIT, .limit = "calls", .says = {"system calls"}},

    /* waiting for what never comes */
    {"a server that never answers", "mute", .scene = ASKED, .outcome = OUTCOME_STALL,
     .says = {"@mute", "recv()", "hello"}, .hangs = true},
    {"a server that answers wrongly", "liar", .scene = ASKED, .outcome = OUTCOME_FAIL,
     .says = {"hallo"}},
    {"a server on another port", "elsewhere", .scene = DIALLED, .outcome = OUTCOME_STALL,
     .says = {"@elsewhere", "accept()", "${port}"}, .hangs = true},
    {"a connection to another port is refused", "elsewhere",
     .scene = "{'wait': 'prog', 'for': 'blocked', 'in': ['accept']},"
              "{'connect': 'ann', 'to': '127.0.0.1:${port}'}",
     .outcome = OUTCOME_FAIL, .says = {"refused"}},
    {"a server on 127.0.0.1 only", "loopback_only",
     .scene = "{'wait': 'prog', 'for': 'listening', 'port': '${port}'},"
              "{'connect': 'ann', 'to': '127.0.0.2:${port}'}",
     .outcome = OUTCOME_FAIL, .says = {"refused"}},
    {"a server that waits for an end that its client never sends", "waits_for_eof",
     .scene = DIALLED ", {'send': 'ann', 'data': 'hello'}, {'expect': 'ann', 'data': 'hello'}",
     .outcome = OUTCOME_STALL, .says = {"@eof", "recv()"}, .hangs = true},
    {"two programs that wait for each other", "deadlock_server",
     .scene = "{'wait': 'prog', 'for': 'listening'},"
              "{'start': 'other', 'args': ['deadlock_client', '${port}']},"
              "{'wait': 'other', 'for': 'exit'}",
     .outcome = OUTCOME_STALL, .says = {"@deadlock_server", "@deadlock_client"}, .hangs = true},
    {"two programs that both only send", "stuffed_server",
     .scene = "{'wait': 'prog', 'for': 'listening'},"
              "{'start': 'other', 'args': ['stuffed_client', '${port}']},"
              "{'wait': 'other', 'for': 'exit'}",
     .outcome = OUTCOME_STALL, .says = {"@stuffed", "send()"}, .hangs = true},
    {"a program that stops itself", "stop", .outcome = OUTCOME_STALL, .says = {"prog"},
     .hangs = true},
    {"a program that ignores SIGTERM", "stubborn",
     .scene =
         "{'wait': 'prog', 'for': 'blocked'}, {'signal': 'prog', 'name': 'SIGTERM'}," WAIT_EXIT,
     .outcome = OUTCOME_STALL, .says = {"@mute", "recv()"}, .hangs = true},
    {"a program whose first thread has ended, and whose other one waits", "main_thread_ends",
     .outcome = OUTCOME_STALL, .says = {"pause()"}, .hangs = true},
    {"a loop around poll() in which nothing happens", "idle_poll", .outcome = OUTCOME_STALL,
     .says = {"@idle_poll", "poll()"}, .hangs = true},
    {"a wait of two seconds, in slices, ends by itself", "slices", .scene = WAIT_EXIT},
    {"a loop around recv() with a time-out", "idle_timeout", .outcome = OUTCOME_STALL,
     .says = {"@idle_timeout", "recv()"}, .hangs = true},
    {"a timer that was turned off does not keep a stall from being seen", "timer_off",
     .scene = ASKED, .outcome = OUTCOME_STALL, .says = {"@mute"}, .hangs = true},
    {"a timer that ends after the scene does not keep a stall from being seen either", "timer_late",
     .scene = ASKED, .outcome = OUTCOME_STALL, .says = {"@mute"}, .hangs = true},
    {"nor does a time-out of an hour", "poll_late", .outcome = OUTCOME_STALL,
     .says = {"@poll_late", "poll()"}, .hangs = true},
    {"a program that waits for input that nobody types", "reads_input", .outcome = OUTCOME_STALL,
     .says = {"@input", "read()"}, .hangs = true},
    {"connect() to a listener whose queue is full", "silent_connect", .outcome = OUTCOME_STALL,
     .says = {"@connect", "connect()"}, .hangs = true},

    /* takes its time, and is right */
    {"a program driven by a repeating timer is not stalled", "by_timer", .says = {"six"}},
    {"a program that waits for its alarm() is not stalled", "by_alarm", .says = {"rang"}},
    {"a program that sleeps is not stalled", "sleeper", .says = {"rested"}},
    {"a program that takes many short naps is not stalled", "naps", .says = {"twelve"}},
    {"a client that asks again after each time-out is not stalled", "retries",
     .scene = "{'wait': 'prog', 'for': 'exit'}", .says = {"gave up"}},
    {"a thread woken by another one's nap is not stalled", "woken_by_thread", .says = {"woken"}},
    {"a program that computes is not stalled", "computes", .says = {"computed"}},

    /* unusual, and right */
    {"a server that closes its standard streams", "closes_stdio", .scene = ASKED},
    {"a program that closes its input while something is typed into it", "closes_input",
     .more = ", 'stdio': 'pipe'",
     .scene = "{'output': 'prog', 'contains': 'closed'}, {'type': 'prog', 'data': 'hello\\n'},"
              "{'type': 'prog', 'data': 'are you there?\\n'}, " ASKED},
    {"a server that becomes a daemon", "daemonises", .scene = ASKED},
    {"a program whose thread is just being born when the next one takes its name", "makes_threads",
     .scene = "{'repeat': 25, 'do': [{'start': 'prog', 'args': ['makes_threads']},"
              "{'output': 'prog', 'contains': 'begun'}]}"},
    {"kill(-1) reaches nobody but the program's own", "kills_all", .says = {"alone"}},
    {"kill(-1) is refused where it would reach what else its user runs", "kills_all_refused",
     .tier = TIER_C, .says = {"EPERM"}},
    {"two hundred threads", "many_threads", .limits = "{'processes': 300}",
     .says = {"two hundred"}},
    {"a server that moves to all processors", "roams",
     .scene = "{'wait': 'prog', 'for': 'bound', 'port': '${port}'}, {'udp': 'ann'},"
              "{'repeat': 50, 'do': [{'send': 'ann', 'to': '127.0.0.1:${port}', 'data': '${i}'},"
              "{'expect': 'ann', 'data': '${i}'}, {'expect-nothing': 'ann'}]}"},
    {"exec of another program", "becomes_another", .says = {"another"}},
    {"exec by a thread other than the first", "thread_becomes_another", .says = {"another"}},
    {"posix_spawn() and a child's exit status", "spawns", .says = {"spawned", "status 4"}},
    {"a program that may not be read", "unreadable", .says = {"socket: made"},
     .more = ", 'then': [{'call': 'socket', 'args': {'type': 'SOCK_DGRAM'}}]"},
    {"it sees its own three descriptors, itself, and nothing of the host", "looks_around",
     .says = {"fds 3, processes 1, uid ordinary, root hidden, cwd /work", "/usr: refused",
              "/proc/1/mem: refused", "/etc/shadow: refused"}},
    {"it cannot raise its priority", "looks_around", .says = {"priority: refused"}},
    {"mounts, namespaces and other processes' memory are refused", "forbidden",
     .says = {"mount: EPERM", "unshare: EPERM", "ptrace: EPERM", "keyctl: EPERM"}},
    {"and so are the calls that a sandbox is escaped with", "forbidden",
     .says = {"bpf: EPERM", "io_uring_setup: EPERM", "clone: EPERM", "process_vm_writev: EPERM"}},
    {"and all others of that kind", "forbidden",
     .says = {"umount: EPERM", "setns: EPERM", "userfaultfd: EPERM", "vsock: EAFNOSUPPORT"}},
    {"a user namespace is not to be had by clone3() either", "forbidden",
     .says = {"clone3: E", "tiocsti: EPERM", "chroot: EPERM", "perf_event_open: EPERM"}},
    {"nor with something in the upper half of an argument", "forbidden",
     .says = {"tiocsti_high: EPERM", "vsock_high: EAFNOSUPPORT", "seccomp_high: EPERM"}},
    {"the rest of the world cannot be reached", "far_away", .says = {"connect: ENETUNREACH"}},
    {"input in pieces, and its end", "interrupted_reader",
     .scene = "{'type': 'prog', 'data': 'one\\n'}, {'output': 'prog', 'contains': 'got it'},"
              "{'end-input': 'prog'}, " WAIT_EXIT,
     .says = {"end"}},
};
enum { CASES = sizeof table / sizeof table[0] };

/* The number of the line that a comment "HERE name" marks. */
static int marked_line(const char *name)
{
    char line[512], mark[64];
    int number = 0;
    FILE *f = fopen("tests/scene/programs/trouble.c", "re");
    assert_non_null(f);
    snprintf(mark, sizeof mark, "HERE %s ", name);
    while (fgets(line, sizeof line, f) != NULL) {
        number++;
        if (strstr(line, mark) != NULL) {
            fclose(f);
            return number;
        }
    }
    fclose(f);
    fail_msg("no line is marked %s", name);
    return 0;
}

static void must_say(const struct played *p, const char *text, const char *wanted)
{
    char place[64];
    const struct bytes *port = timeline_var(&p->tl, "port");
    if (wanted[0] == '@') {
        snprintf(place, sizeof place, "trouble.c:%d", marked_line(wanted + 1));
        wanted = place;
    } else if (strcmp(wanted, "${port}") == 0) {
        wanted = port->data;
    }
    HELP_HOLDS(p, strstr(text, wanted) != NULL, "it does not say '%s'", wanted);
}

static void test_trouble(void **state)
{
    const struct trouble *c = *state;
    struct played p;
    char *check = mem_format(
        "{'vars': {'port': 'port'}, 'scene': [{'start': 'prog', 'args': ['%s', '${port}']}, %s]%s}",
        c->mode, c->scene != NULL ? c->scene : WAIT_EXIT, c->more != NULL ? c->more : "");
    struct scene_case scene = {.binary = help_compile("trouble.c", NULL),
                               .source = "trouble.c",
                               .check = check,
                               .tier = c->tier,
                               .limits = c->limits};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "%s", p.err.text);
    enum outcome got = p.passed ? OUTCOME_PASS : p.outcome;
    HELP_HOLDS(&p, got == c->outcome, "the outcome is %s, not %s", outcome_name(got),
               outcome_name(c->outcome));
    if (c->limit != NULL)
        HELP_HOLDS(&p, p.limit != NULL && strcmp(p.limit, c->limit) == 0, "the limit is %s, not %s",
                   p.limit != NULL ? p.limit : "none", c->limit);
    char *text = mem_string(p.passed ? help_output(&p, "prog") : help_verdict(&p));
    for (unsigned i = 0; i < 4 && c->says[i] != NULL; i++)
        must_say(&p, text, c->says[i]);
    free(text);
    if (!p.passed)
        HELP_HOLDS(&p, p.result.question != NULL && p.result.message != NULL,
                   "the verdict has no message or question");
    if (c->hangs) {
        printf("# %.1f ms after the last activity: %s\n", help_latency(&p), c->title);
        HELP_HOLDS(&p, help_latency(&p) < SOON_MS, "the verdict came after %.1f ms",
                   help_latency(&p));
    }
    free(check);
    played_free(&p);
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[CASES];
    unsigned n = 0;
    for (size_t i = 0; i < CASES; i++)
        if (argc < 2 || strcmp(argv[1], table[i].mode) == 0)
            tests[n++] = (struct CMUnitTest){table[i].title, test_trouble, help_setup,
                                             help_teardown, (void *)(uintptr_t)&table[i]};
    return _cmocka_run_group_tests("scene_trouble", tests, n, help_group_setup,
                                   help_group_teardown);
}
