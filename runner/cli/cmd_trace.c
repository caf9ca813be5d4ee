/* cli: trace - the last check of a lab, or any program, as a picture. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/handlers.h"
#include "cli/pager.h"
#include "cli/signals.h"
#include "judge/judge.h"
#include "net/pcapfile.h"
#include "report/trace_html.h"
#include "report/trace_svg.h"
#include "report/trace_text.h"
#include "scene/observe.h"
#include "timeline/file.h"

/* Where to, as it was asked for; NULL: not. */
struct wanted {
    const char *svg, *html, *pcap, *json; /* json "" or "-": stdout */
    unsigned layers;
    int width;
};

static bool json_on_stdout(const struct wanted *w)
{
    return w->json != NULL && (*w->json == '\0' || strcmp(w->json, "-") == 0);
}

static bool files_wanted(const struct wanted *w)
{
    return w->svg != NULL || w->html != NULL || w->pcap != NULL || w->json != NULL;
}

/* --- the command line --- */

static int has_folder(struct cli *cli, const char *path)
{
    char *folder = mem_string(path), *slash = strrchr(folder, '/');
    int status = 0;
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    if (slash != NULL && !file_is_dir(folder)) {
        cli_error(cli, "cannot write %s: there is no folder %s.", path, folder);
        status = -1;
    }
    free(folder);
    return status;
}

/* A file of ours may be written anew; a device, a folder or a link is not what was meant. */
static int may_write(struct cli *cli, const char *option, const char *path)
{
    struct stat st;
    if (path == NULL)
        return 0;
    if (*path == '\0') {
        cli_error(cli, "A file's name cannot be empty.");
        return -1;
    }
    if (*path == '-') {
        cli_error(cli, "%s needs a FILE; what follows it is %s.", option, path);
        return -1;
    }
    if (lstat(path, &st) < 0)
        return has_folder(cli, path);
    if (S_ISREG(st.st_mode))
        return 0;
    cli_error(cli, "%s is no regular file; it is left as it is.", path);
    return -1;
}

static int read_options(struct cli *cli, const struct invocation *inv, struct wanted *w)
{
    static const struct {
        const char *option;
        unsigned layer;
    } layers[] = {{"--calls", PICTURE_CALLS},
                  {"--packets", PICTURE_PACKETS},
                  {"--states", PICTURE_STATES},
                  {"--bytes", PICTURE_BYTES}};
    const char *width = invocation_option(inv, "--width");
    unsigned long long columns = 0;
    struct error err;
    *w = (struct wanted){.svg = invocation_option(inv, "--svg"),
                         .html = invocation_option(inv, "--html"),
                         .pcap = invocation_option(inv, "--pcap"),
                         .json = invocation_option(inv, "--json")};
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        if (invocation_option(inv, layers[i].option) != NULL)
            w->layers |= layers[i].layer;
    if (width != NULL && args_number(width, "--width", 10000, &columns, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return -1;
    }
    w->width = (int)columns;
    if (may_write(cli, "--svg", w->svg) < 0 || may_write(cli, "--html", w->html) < 0 ||
        may_write(cli, "--pcap", w->pcap) < 0)
        return -1;
    return json_on_stdout(w) ? 0 : may_write(cli, "--json", w->json);
}

/* --- what shows the mistake --- */

struct marks {
    uint64_t *n;
    size_t count;
};

static void mark(struct marks *m, uint64_t n)
{
    m->n = mem_resize(m->n, m->count + 1, sizeof *m->n);
    m->n[m->count++] = n;
}

static const struct scene_script *script_of(const struct lab *lab, const struct scene_event *scene)
{
    for (unsigned i = 0; scene->step != NULL && i < lab->nsteps; i++)
        if (strcmp(lab->steps[i].id, scene->step) == 0 && scene->check < lab->steps[i].nchecks)
            return lab->steps[i].checks[scene->check].scene;
    return NULL;
}

/* The events that the diagnosis rests on, the action that failed, and the calls it got stuck in. */
static void find_marks(const struct timeline *tl, const struct lab *lab, struct marks *m)
{
    const struct end_event *end = timeline_end(tl);
    if (end == NULL || strcmp(end->why, "complete") == 0)
        return;
    for (size_t i = 0; i < tl->count; i++)
        if (tl->events[i].kind == EVENT_SCRIPT && tl->events[i].script.status == SCRIPT_FAILED)
            mark(m, i);
    for (unsigned i = 0; i < end->nwaits && strcmp(end->why, "stall") == 0; i++)
        mark(m, end->waits[i]);
    if (lab == NULL)
        return;
    struct diagnosis *d = judge_diagnose(lab, script_of(lab, timeline_scene(tl)), tl, NULL);
    for (unsigned i = 0; d != NULL && i < d->nevents; i++)
        mark(m, d->events[i]);
    diagnosis_free(d);
}

/* --- output --- */

static int write_text(struct cli *cli, const char *path, const struct strbuf *text)
{
    struct error err;
    if (file_write(path, text->data, text->len, 0666, 0, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return -1;
    }
    cli_say(cli, "Wrote %s.", path);
    return 0;
}

static int write_drawing(struct cli *cli, const char *path, const struct picture *picture,
                         void (*draw)(const struct picture *, struct strbuf *))
{
    struct strbuf text = STRBUF_INIT;
    if (path == NULL)
        return 0;
    draw(picture, &text);
    int status = write_text(cli, path, &text);
    strbuf_free(&text);
    return status;
}

static int write_packets(struct cli *cli, const char *path, const struct timeline *tl)
{
    struct error err;
    size_t packets = 0;
    if (path == NULL)
        return 0;
    for (size_t i = 0; i < tl->count; i++)
        packets += tl->events[i].kind == EVENT_PACKET && tl->events[i].packet.frame.data != NULL;
    if (packets == 0) {
        cli_error(cli, "There are no packets in this recording; %s was not written.", path);
        return -1;
    }
    if (pcapfile_write(tl, path, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return -1;
    }
    cli_say(cli, "Wrote %s: %zu %s.", path, packets, packets == 1 ? "packet" : "packets");
    return 0;
}

static int write_events(struct cli *cli, const struct wanted *w, const struct timeline *tl)
{
    struct error err;
    if (w->json == NULL)
        return 0;
    if (json_on_stdout(w)) {
        struct strbuf line = STRBUF_INIT;
        for (size_t i = 0; i < tl->count; i++) {
            strbuf_cut(&line, 0);
            timeline_event_json(&tl->events[i], &line);
            fwrite(line.data, 1, line.len, stdout);
        }
        strbuf_free(&line);
        return fflush(stdout) == 0 ? 0 : -1;
    }
    if (timeline_save(tl, w->json, &err) < 0) {
        cli_error(cli, "%s", err.text);
        return -1;
    }
    cli_say(cli, "Wrote %s.", w->json);
    return 0;
}

static void show_picture(struct cli *cli, const struct wanted *w, const struct picture *picture,
                         bool paged)
{
    struct strbuf text = STRBUF_INIT;
    struct look look = cli->term.look;
    if (w->width > 0)
        look.width = w->width;
    trace_text(picture, &look, &text);
    if (paged)
        pager_show(cli, &text);
    else
        fwrite(text.data, 1, text.len, stdout);
    strbuf_free(&text);
}

/* All that was asked for; the picture on the terminal when nothing else was. */
static int deliver(struct cli *cli, const struct wanted *w, const struct timeline *tl,
                   const struct lab *lab)
{
    struct marks marks = {NULL, 0};
    struct picture picture;
    find_marks(tl, lab, &marks);
    struct picture_options options = {.layers = w->layers,
                                      .evidence = marks.n,
                                      .nevidence = marks.count};
    picture_build(&picture, tl, &options);
    int bad = write_events(cli, w, tl);
    bad |= write_drawing(cli, w->svg, &picture, trace_svg);
    bad |= write_drawing(cli, w->html, &picture, trace_html);
    bad |= write_packets(cli, w->pcap, tl);
    if (!files_wanted(w))
        show_picture(cli, w, &picture, lab != NULL);
    picture_free(&picture);
    free(marks.n);
    return bad == 0 ? EXIT_PASS : EXIT_INTERNAL;
}

/* --- the last check --- */

static int trace_lab(struct cli *cli, const struct invocation *inv, const struct wanted *w)
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
        status = deliver(cli, w, &tl, lab);
    timeline_free(&tl);
    free(path);
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

static int observe(struct cli *cli, const struct wanted *w, const struct observe_setup *setup)
{
    struct error err;
    struct timeline tl;
    int ended = 0, kept = stdout_aside(json_on_stdout(w)), status;
    timeline_init(&tl);
    int ran = observe_run(cli->loop, setup, &tl, &ended, &err);
    stdout_back(kept);
    if (ran < 0) {
        cli_error(cli, "%s", err.text);
        status = can_run(setup->commands[0].argv[0]) ? EXIT_INTERNAL : EXIT_USAGE;
        if (setup->ncommands > 1 && !can_run(setup->commands[1].argv[0]))
            status = EXIT_USAGE;
    } else {
        if (!files_wanted(w))
            printf("\n");
        status = deliver(cli, w, &tl, NULL);
        if (status == EXIT_PASS && ended != 0 && !signals.interrupted)
            status = EXIT_FAIL;
    }
    timeline_free(&tl);
    return status;
}

static int trace_command(struct cli *cli, const struct invocation *inv, const struct wanted *w)
{
    struct error err;
    struct words peer = {NULL, 0};
    const char *second = invocation_option(inv, "--peer");
    if (inv->nrest == 0 || inv->args[0] != NULL) {
        cli_error(cli, inv->nrest == 0 ? "A program's name belongs after \"--\"."
                                       : "Either a lab or a program after \"--\", not both.");
        return EXIT_USAGE;
    }
    if (second != NULL && words_split(second, &peer, &err) < 0) {
        cli_error(cli, "--peer: %s", err.text);
        return EXIT_USAGE;
    }
    if (second != NULL && peer.count == 0) {
        cli_error(cli, "--peer needs a command.");
        words_free(&peer);
        return EXIT_USAGE;
    }
    struct observe_command run[2] = {
        {.name = file_name(inv->rest[0]), .argv = (const char *const *)inv->rest}};
    if (second != NULL)
        run[1] = (struct observe_command){.name = file_name(peer.words[0]),
                                          .argv = (const char *const *)peer.words};
    if (second != NULL && strcmp(run[0].name, run[1].name) == 0)
        run[1].name = "peer";
    struct observe_setup setup = {.tier = scene_tier_probe(),
                                  .commands = run,
                                  .ncommands = second != NULL ? 2 : 1,
                                  .interrupted = &signals.interrupted};
    int status = observe(cli, w, &setup);
    words_free(&peer);
    return status;
}

int cmd_trace(struct cli *cli, const struct invocation *inv)
{
    struct wanted wanted;
    if (read_options(cli, inv, &wanted) < 0)
        return EXIT_USAGE;
    if (inv->rest != NULL)
        return trace_command(cli, inv, &wanted);
    if (invocation_option(inv, "--peer") != NULL) {
        cli_error(cli, "--peer goes with a program after \"--\".");
        return EXIT_USAGE;
    }
    const char *name = inv->args[0];
    if (name != NULL && (strchr(name, '/') != NULL || (file_exists(name) && can_run(name)))) {
        cli_error(cli, "%s is no lab. To trace a program: %strace -- %s", name, cli_prefix(cli),
                  name);
        return EXIT_USAGE;
    }
    return trace_lab(cli, inv, &wanted);
}
