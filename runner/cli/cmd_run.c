/* cli: run - launches a lab's program for real, on this machine's own network. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/build.h"
#include "catalog/network.h"
#include "cli/foreground.h"
#include "cli/handlers.h"
#include "cli/hosts.h"
#include "cli/signals.h"

enum { ROLES_MAX = 16 };

/* The program of that role; without one, the only program. NULL after having said why. */
static const struct lab_program *choose(struct cli *cli, const struct lab *lab, const char *role)
{
    const struct lab_program *program = role ? lab_program(lab, role) : NULL;
    if (program)
        return program;
    if (!role && lab->nprograms == 1)
        return &lab->programs[0];
    struct strbuf roles = STRBUF_INIT, shown = STRBUF_INIT;
    const char *names[ROLES_MAX] = {NULL};
    unsigned count = lab->nprograms < ROLES_MAX ? lab->nprograms : ROLES_MAX;
    for (unsigned i = 0; i < count; i++) {
        names[i] = lab->programs[i].role;
        strbuf_printf(&roles, "%s%s", i ? ", " : "", names[i]);
    }
    const char *near = role ? text_nearest(role, names, count) : NULL;
    if (role)
        bytes_quote(&shown, role, strlen(role), 40);
    if (near)
        cli_error(cli, "%s has no program %s. Did you mean \"%s\"?", lab->id, shown.data, near);
    else if (role && lab->nprograms == 1)
        cli_error(
            cli,
            "%s has no program %s, only \"%s\". Its arguments stand after \"--\": %srun %u -- %s",
            lab->id, shown.data, names[0], cli_prefix(cli), lab->number, role);
    else
        cli_error(cli, "%s has several programs: %s. Say which: \"%srun %u %s\".", lab->id,
                  roles.data, cli_prefix(cli), lab->number, names[0]);
    strbuf_free(&roles);
    strbuf_free(&shown);
    return NULL;
}

/* "udp_echo" of "udp_echo.c". The caller frees. */
static char *program_name(const struct lab_program *program)
{
    char *name = mem_string(program->source);
    char *dot = strrchr(name, '.');
    if (dot && strcmp(dot, ".c") == 0)
        *dot = '\0';
    return name;
}

/* "./udp_echo 7000", as it would be typed. */
static void tell_command(struct cli *cli, char *const *argv)
{
    printf("%s$", look_on(&cli->term.look, LOOK_DIM));
    for (char *const *word = argv; *word; word++)
        printf(**word && !strpbrk(*word, " \t\n\"'\\$&;|<>()*?[]#~`!{}") ? " %s" : " '%s'", *word);
    printf("%s\n", look_off(&cli->term.look));
}

/* The arguments: those after "--", else the lab's example. The caller frees the list, not the
 * texts. */
static char **make_argv(const struct lab_program *program, const struct invocation *inv, char *name)
{
    unsigned n = inv->rest ? (unsigned)inv->nrest : program->nexample;
    char **argv = mem_alloc((n + 2) * sizeof *argv);
    argv[0] = name;
    for (unsigned i = 0; i < n; i++)
        argv[i + 1] = inv->rest ? inv->rest[i] : (char *)(size_t)program->example[i];
    return argv;
}

static int launch(struct cli *cli, const struct lab_program *program, const struct invocation *inv,
                  const char *binary, const char *dir)
{
    struct error err;
    struct strbuf told = STRBUF_INIT;
    char *plain = program_name(program), *name = mem_format("./%s", plain);
    char **argv = make_argv(program, inv, name);
    struct foreground what = {.argv = argv, .path = binary, .dir = dir, .input = -1, .output = -1};
    int status = 0, result = EXIT_INTERNAL;
    tell_command(cli, argv);
    if (foreground_run(&what, &status, &err) < 0) {
        cli_error(cli, "%s", err.text);
    } else {
        foreground_tell(status, &told);
        cli_say(cli, "%s %s.", plain, told.data);
        /* Ctrl-C is how a server is stopped: no failure. */
        bool stopped = WIFSIGNALED(status) && WTERMSIG(status) == SIGINT;
        result = stopped || (WIFEXITED(status) && WEXITSTATUS(status) == 0) ? EXIT_PASS : EXIT_FAIL;
    }
    free(argv);
    free(name);
    free(plain);
    strbuf_free(&told);
    return result;
}

/* Waits for the compiler, and shows what it says. EXIT_PASS, or another exit_status after having
 * said why. */
static int finish_build(struct cli *cli, const char *source, struct build *build)
{
    while (!build_done(build) && !signals.interrupted)
        loop_step(cli->loop, INT64_MAX);
    if (!build_done(build)) {
        cli_say(cli, "Stopped.");
        return EXIT_FAIL;
    }
    const struct build_result *result = build_wait(build);
    if (result->messages[0]) {
        fflush(stdout);
        fprintf(stderr, "%s%s", result->messages,
                result->messages[strlen(result->messages) - 1] == '\n' ? "" : "\n");
    }
    if (result->status == BUILD_OK)
        return EXIT_PASS;
    if (result->status == BUILD_NO_COMPILER || result->status == BUILD_INTERNAL)
        return EXIT_INTERNAL;
    cli_error(cli, "%s was not launched, since it did not compile.", source);
    return EXIT_FAIL;
}

/* `source_dir` holds the source; it is started in `dir`. */
static int build_and_launch(struct cli *cli, const struct lab_program *program,
                            const struct invocation *inv, const char *source_dir, const char *dir)
{
    struct build_request request = {.source_dir = source_dir,
                                    .source = program->source,
                                    .variant = BUILD_PLAIN,
                                    .lib_dir = cli->paths.lib,
                                    .lib_archive = cli->paths.lib_archive};
    struct build *build = build_start(cli->loop, &request);
    int status = finish_build(cli, program->source, build);
    if (status == EXIT_PASS)
        status = launch(cli, program, inv, build_wait(build)->binary, dir);
    build_free(build);
    return status;
}

/* --- on hosts of their own --- */

/* The compiled programs, in the lab's order. What they point to is kept until compiled_free. */
struct compiled {
    struct build *builds[ROLES_MAX];
    struct scene_program programs[ROLES_MAX];
    char *names[ROLES_MAX];
    unsigned count;
};

static void compiled_free(struct compiled *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        build_free(c->builds[i]);
        free(c->names[i]);
    }
}

/* All side by side. -1 after having said why. */
static int compile_all(struct cli *cli, const struct lab *lab, const char *source_dir,
                       struct compiled *c)
{
    int rc = 0;
    for (; c->count < lab->nprograms && c->count < ROLES_MAX; c->count++) {
        const struct lab_program *program = &lab->programs[c->count];
        struct build_request request = {.source_dir = source_dir,
                                        .source = program->source,
                                        .variant = BUILD_PLAIN,
                                        .lib_dir = cli->paths.lib,
                                        .lib_archive = cli->paths.lib_archive};
        c->builds[c->count] = build_start(cli->loop, &request);
        c->names[c->count] = program_name(program);
    }
    for (unsigned i = 0; i < c->count && rc == 0; i++) {
        rc = finish_build(cli, lab->programs[i].source, c->builds[i]) == EXIT_PASS ? 0 : -1;
        if (rc == 0)
            c->programs[i] = (struct scene_program){.role = lab->programs[i].role,
                                                    .binary = build_wait(c->builds[i])->binary,
                                                    .name = c->names[i]};
    }
    return rc;
}

/* The hosts that were named; else the lab's; else one for each program, two at least. */
static int choose_network(struct cli *cli, const struct lab *lab, const char *names,
                          struct network *net)
{
    struct error err;
    if (*names == '\0' && lab->network != NULL) {
        *net = *lab->network;
        return 0;
    }
    if (*names == '\0')
        names = lab->nprograms > 2 ? "alice,bob,carol" : "alice,bob";
    if (network_parse(net, names, &err) == 0)
        return 0;
    cli_error(cli, "--hosts: %s", err.text);
    return -1;
}

static int run_hosts(struct cli *cli, const struct lab *lab, const char *names,
                     const char *source_dir)
{
    struct network *net = mem_alloc(sizeof *net);
    struct compiled *c = mem_alloc(sizeof *c);
    int status = EXIT_USAGE;
    if (choose_network(cli, lab, names, net) == 0) {
        struct hosts_setup setup = {
            .lab = lab, .network = net, .programs = c->programs, .tier = scene_tier_probe()};
        status = compile_all(cli, lab, source_dir, c) == 0 ? EXIT_PASS : EXIT_FAIL;
        setup.nprograms = c->count;
        if (status == EXIT_PASS)
            status = hosts_play(cli, &setup);
    }
    compiled_free(c);
    free(c);
    free(net);
    return status;
}

int cmd_run(struct cli *cli, const struct invocation *inv)
{
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    const char *hosts = invocation_option(inv, "--hosts");
    if (!lab)
        return EXIT_USAGE;
    if (hosts && (inv->args[1] || inv->rest)) {
        cli_error(cli,
                  "--hosts launches all programs of the lab; what they are to do is typed there.");
        return EXIT_USAGE;
    }
    const struct lab_program *program = hosts ? NULL : choose(cli, lab, inv->args[1]);
    if (!hosts && !program)
        return EXIT_USAGE;
    const char *own = workspace_lab_dir(cli->workspace, lab);
    bool started = file_is_dir(own), solution = invocation_option(inv, "--solution") != NULL;
    if (!solution && !started) {
        cli_error(cli, "%s has not been started here; \"%sstart %u\" begins it.", lab->id,
                  cli_prefix(cli), lab->number);
        return EXIT_USAGE;
    }
    char *dir = solution ? file_join(lab->dir, "solution") : mem_string(own);
    /* In the learner's folder also the solution: a program may leave files where it runs. */
    int status = hosts ? run_hosts(cli, lab, hosts, dir)
                       : build_and_launch(cli, program, inv, dir, started ? own : NULL);
    free(dir);
    return status;
}
