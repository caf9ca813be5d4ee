/*
 * Programs that attack the machine or the scene: each ends in the outcome it should, soon, and the
 * machine is none the worse for it.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "scene_help.h"

struct attack {
    const char *title;
    const char *mode;
    const char *scene;  /* the actions after the start of prog; NULL: it must end with status 0 */
    const char *limits; /* or NULL */
    enum outcome outcome;
    const char *limit;       /* with OUTCOME_LIMIT */
    const char *says[24];    /* in the verdict, or what prog printed when it passes */
    const char *says_not[8]; /* not there */
    enum scene_tier tier;
};

#define WAIT_EXIT "{'wait': 'prog', 'for': 'exit'}"
#define NO_CAPABILITY "0000000000000000"
#define LITTLE_MEMORY "{'memory_bytes': 134217728, 'cpu_ms': 20000, 'wall_ms': 60000}"
#define LITTLE_DISK "{'disk_bytes': 16777216, 'inodes': 500, 'cpu_ms': 20000, 'wall_ms': 60000}"
#define LONG "{'cpu_ms': 20000, 'wall_ms': 60000}"
#define FEW_PROCESSES "{'processes': 24, 'cpu_ms': 20000, 'wall_ms': 60000}"

#define REACHES(name, given) .limits = given, .outcome = OUTCOME_LIMIT, .limit = #name

static const struct attack table[] = {
    /* memory */
    {"memory from the heap", "heap", REACHES(memory, LITTLE_MEMORY), .says = {"more memory"}},
    {"memory from the heap, in threads", "heap_threads", REACHES(memory, LITTLE_MEMORY)},
    {"memory from the heap, in many small processes", "heap_children",
     REACHES(memory, LITTLE_MEMORY)},
    {"children that share their parent's memory count once", "shared_children",
     .scene = "{'output': 'prog', 'contains': 'shared'}", .limits = LITTLE_MEMORY,
     .says = {"shared"}},
    {"shared memory that is mapped and dropped", "shared_dropped", REACHES(memory, LITTLE_MEMORY)},
    {"the same from /dev/zero", "shared_zero", REACHES(memory, LITTLE_MEMORY)},
    {"anonymous files (memfd)", "memfds", REACHES(memory, LITTLE_MEMORY)},
    {"System V shared memory that is not attached", "system_v_shared",
     REACHES(memory, LITTLE_MEMORY)},
    {"System V semaphores", "semaphores", REACHES(memory, LITTLE_MEMORY)},
    {"page tables", "page_tables", REACHES(memory, LITTLE_MEMORY)},
    {"buffers of Unix sockets", "unix_buffers", REACHES(memory, LITTLE_MEMORY)},
    {"buffers of TCP sockets", "tcp_buffers", REACHES(memory, LITTLE_MEMORY)},
    {"buffers of UDP sockets", "udp_buffers", REACHES(memory, LITTLE_MEMORY)},

    /* disk */
    {"/work full", "fill_work", REACHES(disk, LITTLE_DISK), .says = {"wrote more"}},
    {"/tmp full", "fill_tmp", REACHES(disk, LITTLE_DISK)},
    {"/dev/shm full", "fill_shm", REACHES(disk, LITTLE_DISK)},
    {"full, and the program does not look", "fill_quietly", REACHES(disk, LITTLE_DISK)},
    {"full through a mapping", "fill_mapped", REACHES(disk, LITTLE_DISK)},
    {"empty files without end", "empty_files", REACHES(disk, LITTLE_DISK)},
    {"folders in folders without end", "deep_folders", REACHES(disk, LITTLE_DISK)},
    {"full at the usual limit", "fill_work", REACHES(disk, LONG)},
    {"too many files at the usual limit", "empty_files", REACHES(disk, LONG)},
    {"/dev/full is not the disk's limit", "writes_to_full", .says = {"/dev/full: ENOSPC"}},

    /* processes, time, output */
    {"vfork() and exec without end", "vfork_bomb", REACHES(processes, FEW_PROCESSES)},
    {"clone() without end", "clone_bomb", REACHES(processes, FEW_PROCESSES)},
    {"threads without end", "thread_bomb", REACHES(processes, FEW_PROCESSES)},
    {"processes that are gone at once, without end", "runaway",
     .scene = "{'start': 'other', 'args': ['stay']}, {'output': 'other', 'contains': 'never'}",
     REACHES(calls, "{'calls': 2000, 'cpu_ms': 20000, 'processes': 1000}")},
    {"all processors computing", "spin_on_all", REACHES(cpu, "{'cpu_ms': 300}")},
    {"output without end, from many processes, on stderr", "flood_from_children",
     REACHES(output, "{'output_bytes': 65536, 'cpu_ms': 20000}")},
    {"a daemon that holds the output does not keep the scene", "holds_output", .says = {"gone"}},
    {"descriptors run out: that is the program's own failure", "many_descriptors",
     .outcome = OUTCOME_FAIL, .says = {"status 5", "EMFILE"}},
    {"SIGSTOP to everybody stops nobody but its own", "freezes_all",
     .scene = "{'output': 'prog', 'contains': 'alone'}", .says = {"alone"}},
    {"a child that nothing shall end ends with the scene", "no_death_signal",
     .scene = "{'output': 'prog', 'contains': 'detached'}"},

    /* what it may not change or see */
    {"it cannot change itself, the other program or the root", "own_binary",
     .says = {"write: E", "truncate: EROFS", "unlink: EBUSY", "rename: EBUSY", "chmod: EROFS",
              "link: E", "work: E", "other: EBUSY", "programs: EROFS", "root: EROFS",
              "loader: EROFS", "hosts: EROFS", "made: done", "temporary: done"}},
    {"in tier B neither", "own_binary", .tier = TIER_B,
     .says = {"write: EACCES", "truncate: EACCES", "unlink: E", "rename: E", "chmod: EPERM"}},
    {"the next program starts whatever has become of /work", "closes_work",
     .scene = WAIT_EXIT ", {'start': 'other', 'args': ['hello']},"
                        "{'output': 'other', 'contains': 'hello'}",
     .says = {"closed"}},
    {"in tier B too", "closes_work", .tier = TIER_B,
     .scene = WAIT_EXIT ", {'start': 'other', 'args': ['hello']},"
                        "{'output': 'other', 'contains': 'hello'}",
     .says = {"closed"}},
    {"it has no capability, and cannot get one", "rights",
     .says = {"CapInh:\t" NO_CAPABILITY, "CapPrm:\t" NO_CAPABILITY, "CapEff:\t" NO_CAPABILITY,
              "CapBnd:\t" NO_CAPABILITY, "CapAmb:\t" NO_CAPABILITY, "NoNewPrivs:\t1", "Seccomp:\t2",
              "oom 1000"}},
    {"nor on one of several hosts", "rights",
     .scene = "{'start': 'other', 'on': 'bob', 'args': ['rights']}, {'wait': 'other', 'for': "
              "'exit'}, " WAIT_EXIT,
     .says = {"CapPrm:\t" NO_CAPABILITY, "CapEff:\t" NO_CAPABILITY, "CapBnd:\t" NO_CAPABILITY,
              "CapAmb:\t" NO_CAPABILITY}},
    {"nor in tier B", "rights", .tier = TIER_B,
     .says = {"CapPrm:\t" NO_CAPABILITY, "CapEff:\t" NO_CAPABILITY, "CapBnd:\t" NO_CAPABILITY,
              "NoNewPrivs:\t1", "oom 1000"}},
    {"what would outlive it is refused where the machine's is shared", "system_v", .tier = TIER_B,
     .says = {"shmget: EPERM", "semget: EPERM"}},
    {"of the environment nothing is left", "environment", .says = {"PATH=", "LANG=C.UTF-8"},
     .says_not = {"CANARY", "SUDO", "SSH", "USER="}},
    {"what is around it is closed", "surfaces",
     .says = {"/proc/1: ENOENT",
              "/proc/1/cmdline: ENOENT",
              "/proc/1/fd: ENOENT",
              "/proc/1/root: ENOENT",
              "/proc/sysrq-trigger: E",
              "/proc/sys: E",
              "/proc/kcore: E",
              "/sys: ENOENT",
              "/dev/mem: ENOENT",
              "/dev/kmsg: ENOENT",
              "/home: ENOENT",
              "/run: ENOENT",
              "/var: ENOENT",
              "mknod: EPERM",
              "nice: E",
              "setrlimit: EPERM",
              "raw: EPERM",
              "packet: EPERM",
              "alg: EAFNOSUPPORT",
              "netlink: done",
              "tioclinux: EPERM",
              "vmsplice: EPERM",
              "abstract: ECONNREFUSED",
              "/proc/sys/net: E"}},
    {"a set-user-id program is an ordinary one", "set_user_id",
     .says = {"mount failed", "the same user"}},
    {"a folder that is hidden from programs is empty", "hidden_folder",
     .says = {"nothing is there", "and not seen", "umount: EPERM"}},
    {"a file that changes its nature while it is looked at", "swaps_files",
     .scene = "{'file': 'got', 'holds': 'root'}",
     REACHES(wall, "{'wall_ms': 1500, 'cpu_ms': 20000}"), .says_not = {"learner:x"}},
};
enum { CASES = sizeof table / sizeof table[0] };

static void test_attack(void **state)
{
    const struct attack *c = *state;
    struct played p;
    if (c->tier == TIER_B && geteuid() != 0) {
        print_message("SKIPPED FOR: root\n");
        skip();
    }
    char *check =
        mem_format("{%s'scene': [{'start': 'prog', %s'args': ['%s', '7000']}, %s]}",
                   strstr(c->title, "several hosts") != NULL ? "'hosts': ['alice', 'bob'], " : "",
                   strstr(c->title, "several hosts") != NULL ? "'on': 'alice', " : "", c->mode,
                   c->scene != NULL ? c->scene : WAIT_EXIT);
    struct scene_case scene = {.binary = help_compile("attack.c", NULL),
                               .source = "attack.c",
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
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, help_output(&p, "prog"));
    if (!p.passed)
        strbuf_puts(&text, help_verdict(&p));
    for (unsigned i = 0; i < 24 && c->says[i] != NULL; i++)
        HELP_HOLDS(&p, strstr(text.data, c->says[i]) != NULL, "it does not say '%s'", c->says[i]);
    for (unsigned i = 0; i < 8 && c->says_not[i] != NULL; i++)
        HELP_HOLDS(&p, strstr(text.data, c->says_not[i]) == NULL, "it says '%s'", c->says_not[i]);
    strbuf_free(&text);
    free(check);
    played_free(&p);
}

/* An abstract socket of the host's, which programs try to reach. */
static void listen_as_canary(void)
{
    static const char name[] = "socklings-canary";
    struct sockaddr_un sa = {.sun_family = AF_UNIX};
    memcpy(sa.sun_path + 1, name, sizeof name - 1);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(s, (struct sockaddr *)&sa,
             (socklen_t)(offsetof(struct sockaddr_un, sun_path) + sizeof name)) != 0 ||
        listen(s, 1) != 0)
        perror("# bind");
}

int main(int argc, char **argv)
{
    static struct CMUnitTest tests[CASES];
    unsigned n = 0;
    setenv("CANARY", "CANARY", 1);
    listen_as_canary();
    factory_hide("/usr/include"); /* the labs are elsewhere when they are not installed */
    for (size_t i = 0; i < CASES; i++)
        if (argc < 2 || strcmp(argv[1], table[i].mode) == 0)
            tests[n++] = (struct CMUnitTest){table[i].title, test_attack, help_setup, help_teardown,
                                             (void *)(uintptr_t)&table[i]};
    return _cmocka_run_group_tests("scene_sandbox", tests, n, help_group_setup,
                                   help_group_teardown);
}
