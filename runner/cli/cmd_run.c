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
#include "cli/foreground.h"
#include "cli/handlers.h"
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
    while (!build_done(build) && !signals.interrupted)
        loop_step(cli->loop, INT64_MAX);
    if (!build_done(build)) {
        build_free(build);
        cli_say(cli, "Stopped.");
        return EXIT_FAIL;
    }
    const struct build_result *result = build_wait(build);
    int status = EXIT_FAIL;
    if (result->messages[0]) {
        fflush(stdout);
        fprintf(stderr, "%s%s", result->messages,
                result->messages[strlen(result->messages) - 1] == '\n' ? "" : "\n");
    }
    if (result->status == BUILD_OK)
        status = launch(cli, program, inv, result->binary, dir);
    else if (result->status == BUILD_NO_COMPILER || result->status == BUILD_INTERNAL)
        status = EXIT_INTERNAL;
    else
        cli_error(cli, "%s was not launched, since it did not compile.", program->source);
    build_free(build);
    return status;
}

int cmd_run(struct cli *cli, const struct invocation *inv)
{
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    const struct lab_program *program = lab ? choose(cli, lab, inv->args[1]) : NULL;
    if (!program)
        return EXIT_USAGE;
    const char *own = workspace_lab_dir(cli->workspace, lab);
    bool started = file_is_dir(own);
    if (invocation_option(inv, "--solution")) {
        /* In the learner's folder all the same: a program may leave files where it runs. */
        char *dir = file_join(lab->dir, "solution");
        int status = build_and_launch(cli, program, inv, dir, started ? own : NULL);
        free(dir);
        return status;
    }
    if (started)
        return build_and_launch(cli, program, inv, own, own);
    cli_error(cli, "%s has not been started here; \"%sstart %u\" begins it.", lab->id,
              cli_prefix(cli), lab->number);
    return EXIT_USAGE;
}
