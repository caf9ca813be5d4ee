/* scene/tier: see tier.h. Every probe does the thing itself, with the code that a scene uses. */
#include "scene/tier.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "catalog/network.h"
#include "net/sockdiag.h"
#include "scene/sandbox.h"
#include "scene/stdio.h"
#include "timeline/timeline.h"
#include "trace/tracer.h"

static const struct lab_limits probe_limits = {.wall_ms = 5000,
                                               .cpu_ms = 1000,
                                               .processes = 16,
                                               .output_bytes = 4096,
                                               .file_bytes = 4096,
                                               .calls = 1000};

char scene_tier_letter(enum scene_tier tier)
{
    static const char letters[] = {'A', 'B', 'C', '-'};
    return letters[tier];
}

static struct tier_probe *add(struct tier_report *report, const char *name, const char *detail,
                              const char *fix)
{
    report->probes = mem_resize(report->probes, report->nprobes + 1, sizeof *report->probes);
    struct tier_probe *probe = &report->probes[report->nprobes++];
    *probe = (struct tier_probe){.name = name, .works = detail == NULL};
    probe->detail = mem_string(detail);
    probe->fix = detail != NULL ? mem_string(fix) : NULL;
    return probe;
}

/* --- why namespaces are refused --- */

static int read_number(const char *path)
{
    char text[32] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd >= 0 ? read(fd, text, sizeof text - 1) : -1;
    if (fd >= 0)
        close(fd);
    return n > 0 ? (int)strtol(text, NULL, 10) : -1;
}

/* Inside a chroot no mount point is "/". The kernel refuses user namespaces there. */
static bool in_chroot(void)
{
    char line[1024];
    bool rooted = false;
    FILE *f = fopen("/proc/self/mountinfo", "re");
    if (f == NULL)
        return false;
    while (!rooted && fgets(line, sizeof line, f) != NULL) {
        char point[256];
        rooted = sscanf(line, "%*s %*s %*s %*s %255s", point) == 1 && strcmp(point, "/") == 0;
    }
    fclose(f);
    return !rooted;
}

static const char *namespace_fix(void)
{
    if (in_chroot())
        return "this is a chroot, where the kernel refuses user namespaces: run socklings outside "
               "of it";
    if (read_number("/proc/sys/user/max_user_namespaces") == 0)
        return "run: sudo sysctl user.max_user_namespaces=10000";
    if (read_number("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        return "run: sudo sysctl kernel.unprivileged_userns_clone=1";
    if (read_number("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
        return "AppArmor restricts user namespaces (the default on Ubuntu since 23.10). 'sudo make "
               "install' places a profile that allows them for socklings; or, for the whole "
               "machine: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0";
    return "in a container, allow user namespaces, for instance with "
           "--security-opt seccomp=unconfined --security-opt systempaths=unconfined";
}

/* --- doing it --- */

static void ignore_output(void *arg, const char *stream, const char *data, size_t len)
{
    (void)arg, (void)stream, (void)data, (void)len;
}

/* Runs `true` under the tracer. */
static int trace_something(struct loop *loop, struct sandbox *sb, struct error *err)
{
    const char *const argv[] = {"/bin/true", NULL};
    struct spawn_request request = {.argv = argv, .stdio = {-1, -1, -1}, .host = -1};
    struct timeline tl;
    int gate = -1, rc = -1;
    timeline_init(&tl);
    struct tracer *tracer = tracer_new(loop, &tl, clock_now(), err);
    pid_t pid = sandbox_spawn(sb, &request, &gate, err);
    struct trace_program *program =
        pid > 0 ? tracer_seize(tracer, pid, "probe", "localhost", err) : NULL;
    if (program != NULL && sandbox_open_gate(gate, err) == 0) {
        int64_t deadline = clock_now() + 5 * CLOCK_S;
        while (!program->exited && program->live > 0 && clock_now() < deadline)
            loop_step(loop, deadline);
        rc = program->exited && program->status == 0
                 ? 0
                 : error_set(err, "a traced program did not run to its end");
    }
    if (gate >= 0)
        close(gate);
    tracer_free(tracer);
    timeline_free(&tl);
    return rc;
}

static int list_sockets(struct sandbox *sb, struct error *err)
{
    struct socket_row *rows = NULL;
    unsigned n;
    int fd = sandbox_socket(sb, -1, AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG, err);
    if (fd < 0)
        return -1;
    int rc = sockdiag_list(fd, SOCKDIAG_ALL, &rows, &n, err);
    if (rc == 0)
        free(rows);
    close(fd);
    return rc;
}

static int open_terminal(struct loop *loop, struct error *err)
{
    struct stdio io;
    int theirs[3];
    if (stdio_open(&io, STDIO_PTY, loop, ignore_output, NULL, theirs, err) != 0)
        return -1;
    for (int i = 0; i < 3; i++)
        close(theirs[i]);
    stdio_close(&io);
    return 0;
}

static const char *text_of(int rc, const struct error *err)
{
    return rc == 0 ? NULL : err->text;
}

static const char *const tier_names[] = {"private network (namespaces)",
                                         "sandbox by an unprivileged user id",
                                         "sandbox on this machine's own network"};

/* A tier works when its sandbox can be made and a program traced in it. */
static bool try_tier(struct tier_report *report, struct loop *loop, enum scene_tier tier)
{
    struct sandbox_setup setup = {.tier = tier, .limits = probe_limits};
    struct error err;
    struct sandbox *sb = sandbox_new(&setup, &err);
    add(report, tier_names[tier], sb != NULL ? NULL : err.text,
        tier == TIER_A ? namespace_fix() : "check that /tmp can be written");
    if (sb == NULL)
        return false;
    int rc = trace_something(loop, sb, &err);
    add(report, "trace a program (ptrace)", text_of(rc, &err),
        "in a container, allow ptrace: --cap-add SYS_PTRACE; elsewhere: sudo sysctl "
        "kernel.yama.ptrace_scope=1");
    int rows = list_sockets(sb, &err);
    add(report, "list the kernel's sockets (sock_diag)", text_of(rows, &err),
        "run: sudo modprobe -a inet_diag tcp_diag udp_diag; without it verdicts cannot show socket "
        "states");
    sandbox_free(sb);
    return rc == 0;
}

static bool pretended(enum scene_tier tier)
{
    const char *wanted = getenv("SOCKLINGS_TIER");
    return wanted != NULL && wanted[0] > scene_tier_letter(tier);
}

void scene_tier_report(struct tier_report *report)
{
    struct error err;
    *report = (struct tier_report){.tier = TIER_NONE};
    struct loop *loop = loop_new(&err);
    if (loop == NULL) {
        add(report, "event loop", err.text, "raise the limit on open files: ulimit -n 1024");
        return;
    }
    int rc = open_terminal(loop, &err);
    add(report, "pseudo terminal", text_of(rc, &err), "mount /dev/pts");
    for (enum scene_tier tier = TIER_A; tier <= TIER_C && report->tier == TIER_NONE; tier++) {
        if (tier == TIER_B && geteuid() != 0)
            continue;
        if (pretended(tier)) {
            add(report, tier_names[tier], "refused, as $SOCKLINGS_TIER asks",
                "unset SOCKLINGS_TIER");
            continue;
        }
        if (try_tier(report, loop, tier))
            report->tier = tier;
    }
    loop_free(loop);
}

int scene_tier_try_hosts(enum scene_tier tier, struct error *err)
{
    struct network net;
    struct sandbox_setup setup = {.tier = tier, .network = &net, .limits = probe_limits};
    if (tier != TIER_A)
        return error_set(err, "they need a private network each");
    if (network_parse(&net, "alice,bob", err) != 0)
        return -1;
    struct sandbox *sb = sandbox_new(&setup, err);
    sandbox_free(sb);
    return sb != NULL ? 0 : -1;
}

void tier_report_free(struct tier_report *report)
{
    for (unsigned i = 0; i < report->nprobes; i++) {
        free(report->probes[i].detail);
        free(report->probes[i].fix);
    }
    free(report->probes);
}

enum scene_tier scene_tier_probe(void)
{
    static bool known;
    static enum scene_tier tier;
    if (!known) {
        struct tier_report report;
        scene_tier_report(&report);
        tier = report.tier;
        tier_report_free(&report);
        known = true;
    }
    return tier;
}
