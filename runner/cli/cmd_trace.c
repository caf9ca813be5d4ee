/* cli: trace - the last check of a lab, or any program, as a picture. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "catalog/network.h"
#include "catalog/wire_rule.h"
#include "cli/args.h"
#include "cli/fault_arg.h"
#include "cli/handlers.h"
#include "cli/signals.h"
#include "cli/trace_out.h"
#include "scene/observe.h"
#include "timeline/file.h"

/* --- the last check --- */

static int trace_lab(struct cli *cli, const struct invocation *inv, const struct trace_wanted *w)
{
    struct error err;
    const struct lab *lab = cli_lab(cli, inv->args[0]);
    if (lab == NULL)
        return EXIT_USAGE;
    char *path = mem_format("%s/.socklings/%s.jsonl", workspace_dir(cli->workspace), lab->id);
    struct timeline tl;
    int status = EXIT_USAGE;
    timeline_init(&tl);
    if (!file_exists(path))
        cli_error(cli, "There is no recording of %s yet; \"%scheck %u\" makes one.", lab->id,
                  cli_prefix(cli), lab->number);
    else if (timeline_load(&tl, path, &err) < 0)
        cli_error(cli, "The recording cannot be read, \"%scheck %u\" makes a new one: %s",
                  cli_prefix(cli), lab->number, err.text);
    else
        status = trace_deliver(cli, w, &tl, lab);
    timeline_free(&tl);
    free(path);
    return status;
}

/* --- a recording --- */

static bool is_recording(const char *name)
{
    size_t len = name != NULL ? strlen(name) : 0, ending = strlen(".jsonl");
    return len > ending && strcmp(name + len - ending, ".jsonl") == 0;
}

static int trace_recording(struct cli *cli, const char *path, const struct trace_wanted *w)
{
    struct error err;
    struct timeline tl;
    int status = EXIT_USAGE;
    timeline_init(&tl);
    if (timeline_load(&tl, path, &err) < 0) {
        cli_error(cli, "The recording cannot be read: %s", err.text);
    } else {
        const char *id = timeline_scene(&tl)->lab;
        status = trace_deliver(cli, w, &tl, id ? catalog_find(&cli->catalog, id, &err) : NULL);
    }
    timeline_free(&tl);
    return status;
}

/* --- any program --- */

/* While the program runs, what it prints does not get between our lines of JSON. */
static int stdout_aside(bool aside)
{
    fflush(stdout);
    int kept = aside ? dup(STDOUT_FILENO) : -1;
    if (kept >= 0)
        dup2(STDERR_FILENO, STDOUT_FILENO);
    return kept;
}

static void stdout_back(int kept)
{
    if (kept < 0)
        return;
    dup2(kept, STDOUT_FILENO);
    close(kept);
}

/* Is there such a program to be started? As execvp looks for it. */
static bool can_run(const char *name)
{
    const char *path = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return access(name, X_OK) == 0 && !file_is_dir(name);
    for (const char *at = path != NULL ? path : "/bin:/usr/bin"; *at != '\0';) {
        size_t len = strcspn(at, ":");
        char *file = mem_format("%.*s/%s", (int)len, at, name);
        bool found = access(file, X_OK) == 0 && !file_is_dir(file);
        free(file);
        if (found)
            return true;
        at += len + (at[len] == ':');
    }
    return false;
}

static int observe(struct cli *cli, const struct trace_wanted *w, const struct observe_setup *setup)
{
    struct error err;
    struct timeline tl;
    int ended = 0, kept = stdout_aside(trace_json_on_stdout(w)), status;
    timeline_init(&tl);
    int ran = observe_run(cli->loop, setup, &tl, &ended, &err);
    stdout_back(kept);
    if (ran < 0) {
        cli_error(cli, "%s", err.text);
        status = can_run(setup->commands[0].argv[0]) ? EXIT_INTERNAL : EXIT_USAGE;
        for (unsigned i = 1; i < setup->ncommands; i++)
            if (!can_run(setup->commands[i].argv[0]))
                status = EXIT_USAGE;
    } else {
        if (!trace_files_wanted(w))
            printf("\n");
        status = trace_deliver(cli, w, &tl, NULL);
        if (status == EXIT_PASS && ended != 0 && !signals.interrupted)
            status = EXIT_FAIL;
    }
    timeline_free(&tl);
    return status;
}

/* The hosts and the wire, as they were asked for. */
struct lan {
    struct network network;
    const char *wire[COMMAND_REPEATS_MAX + 1];
    unsigned nwire;
    unsigned long long seed;
    bool wanted;
};

static int read_lan(struct cli *cli, const struct invocation *inv, struct lan *lan)
{
    const char *hosts = invocation_option(inv, "--hosts"), *rule;
    const char *seed = invocation_option(inv, "--seed");
    struct error err;
    lan->wanted = hosts != NULL;
    lan->seed = 1;
    if (hosts == NULL && invocation_option(inv, "--wire") != NULL) {
        cli_error(cli, "--wire is about the wire between hosts: name them, --hosts alice,bob.");
        return -1;
    }
    if (seed != NULL && args_number(seed, "--seed", UINT64_MAX, &lan->seed, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return -1;
    }
    if (hosts != NULL && network_parse(&lan->network, hosts, &err) != 0) {
        cli_error(cli, "--hosts: %s", err.text);
        return -1;
    }
    while ((rule = invocation_repeated(inv, "--wire", (int)lan->nwire)) != NULL) {
        struct wire_rule parsed;
        if (wire_rule_parse(&parsed, rule, &lan->network, &err) != 0) {
            cli_error(cli, "--wire: %s", err.text);
            return -1;
        }
        wire_rule_free(&parsed);
        lan->wire[lan->nwire++] = rule;
    }
    return 0;
}

enum { PROGRAMS_MOST = NETWORK_HOSTS };

/* The programs to run, the one after "--" first. */
struct programs {
    struct observe_command run[PROGRAMS_MOST];
    struct words words[PROGRAMS_MOST]; /* of the peers */
    char *names[PROGRAMS_MOST];        /* in the recording */
    unsigned count;
    struct fault_arg args[COMMAND_REPEATS_MAX + 1];
    unsigned nargs;
    struct trace_fault faults[PROGRAMS_MOST][COMMAND_REPEATS_MAX + 1];
};

static void programs_free(struct programs *c)
{
    for (unsigned i = 0; i < c->count; i++) {
        words_free(&c->words[i]);
        free(c->names[i]);
    }
    for (unsigned i = 0; i < c->nargs; i++)
        fault_arg_free(&c->args[i]);
}

/* In the recording names are unique: "nc", then "peer", "peer2", … where it is taken. */
static void add_program(struct programs *c, const char *const *argv, const char *host)
{
    char *name = mem_string(file_name(argv[0]));
    unsigned same = 0;
    for (unsigned i = 0; i < c->count; i++)
        same += strcmp(file_name(c->run[i].argv[0]), name) == 0;
    if (same > 0) {
        free(name);
        name = same == 1 ? mem_string("peer") : mem_format("peer%u", same);
    }
    c->names[c->count] = name;
    c->run[c->count++] = (struct observe_command){.name = name, .argv = argv, .host = host};
}

/* "bob: nc …" is on bob; without a host a peer is on the next one. *host is NULL where there are no
 * hosts. -1: there is no such host, and that is told. */
static int host_of(struct cli *cli, const struct lan *lan, const char **command, unsigned index,
                   const char **host)
{
    size_t len = strcspn(*command, ": /");
    *host = lan->wanted ? lan->network.hosts[index % lan->network.nhosts].name : NULL;
    if ((*command)[len] != ':')
        return 0;
    char *name = mem_format("%.*s", (int)len, *command);
    int at = lan->wanted ? network_find(&lan->network, name) : -1, rc = 0;
    if (at >= 0) {
        *host = lan->network.hosts[at].name;
        *command += len + 1;
    } else if ((*command)[len + 1] == ' ') {
        cli_error(cli, "--peer: there is no host \"%s\"; --hosts alice,bob would name two.", name);
        rc = -1;
    }
    free(name);
    return rc;
}

static int read_programs(struct cli *cli, const struct invocation *inv, const struct lan *lan,
                         struct programs *c)
{
    const char *peer;
    struct error err;
    if (inv->nrest == 0 || inv->args[0] != NULL) {
        cli_error(cli, inv->nrest == 0 ? "A program's name belongs after \"--\"."
                                       : "Either a lab or a program after \"--\", not both.");
        return -1;
    }
    add_program(c, (const char *const *)inv->rest, lan->wanted ? lan->network.hosts[0].name : NULL);
    for (int i = 0; (peer = invocation_repeated(inv, "--peer", i)) != NULL; i++) {
        if (c->count == PROGRAMS_MOST) {
            cli_error(cli, "At most %d programs run side by side.", PROGRAMS_MOST);
            return -1;
        }
        const char *host;
        struct words *words = &c->words[c->count];
        if (host_of(cli, lan, &peer, c->count, &host) != 0)
            return -1;
        if (words_split(peer, words, &err) < 0) {
            cli_error(cli, "--peer: %s", err.text);
            return -1;
        }
        if (words->count == 0) {
            cli_error(cli, "--peer needs a command.");
            words_free(words);
            return -1;
        }
        add_program(c, (const char *const *)words->words, host);
    }
    return 0;
}

static int read_faults(struct cli *cli, const struct invocation *inv, struct programs *c)
{
    const char *text;
    struct error err;
    while ((text = invocation_repeated(inv, "--fault", (int)c->nargs)) != NULL) {
        struct fault_arg *arg = &c->args[c->nargs];
        unsigned at = 0;
        if (fault_arg_parse(arg, text, &err) != 0) {
            cli_error(cli, "--fault: %s", err.text);
            return -1;
        }
        c->nargs++;
        while (arg->program != NULL && at < c->count && strcmp(c->names[at], arg->program) != 0)
            at++;
        if (at == c->count) {
            cli_error(cli, "--fault: no program is called %s; the first is %s.", arg->program,
                      c->names[0]);
            return -1;
        }
        struct observe_command *run = &c->run[at];
        c->faults[at][run->nfaults++] = arg->fault;
        run->faults = c->faults[at];
    }
    return 0;
}

static int trace_command(struct cli *cli, const struct invocation *inv,
                         const struct trace_wanted *w)
{
    struct programs *programs = mem_alloc(sizeof *programs);
    struct lan *lan = mem_alloc(sizeof *lan);
    int status = EXIT_USAGE;
    if (read_lan(cli, inv, lan) == 0 && read_programs(cli, inv, lan, programs) == 0 &&
        read_faults(cli, inv, programs) == 0) {
        struct observe_setup setup = {.tier = scene_tier_probe(),
                                      .commands = programs->run,
                                      .ncommands = programs->count,
                                      .network = lan->wanted ? &lan->network : NULL,
                                      .wire = lan->wire,
                                      .nwire = lan->nwire,
                                      .seed = lan->seed,
                                      .interrupted = &signals.interrupted};
        status = observe(cli, w, &setup);
    }
    programs_free(programs);
    free(programs);
    free(lan);
    return status;
}

int cmd_trace(struct cli *cli, const struct invocation *inv)
{
    struct trace_wanted wanted;
    if (trace_options(cli, inv, &wanted) < 0)
        return EXIT_USAGE;
    if (inv->rest != NULL)
        return trace_command(cli, inv, &wanted);
    static const char *const of_programs[] = {"--peer", "--hosts", "--wire", "--seed", "--fault"};
    for (size_t i = 0; i < sizeof of_programs / sizeof of_programs[0]; i++) {
        if (invocation_option(inv, of_programs[i]) != NULL) {
            cli_error(cli, "%s goes with a program after \"--\".", of_programs[i]);
            return EXIT_USAGE;
        }
    }
    const char *name = inv->args[0];
    if (is_recording(name))
        return trace_recording(cli, name, &wanted);
    if (name != NULL && (strchr(name, '/') != NULL || (file_exists(name) && can_run(name)))) {
        cli_error(cli, "%s is no lab. To trace a program: %strace -- %s", name, cli_prefix(cli),
                  name);
        return EXIT_USAGE;
    }
    return trace_lab(cli, inv, &wanted);
}
