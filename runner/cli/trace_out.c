/* cli/trace_out: see trace_out.h. */
#include "cli/trace_out.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/args.h"
#include "cli/pager.h"
#include "judge/judge.h"
#include "net/pcapfile.h"
#include "report/trace_html.h"
#include "report/trace_svg.h"
#include "report/trace_text.h"
#include "timeline/file.h"

bool trace_json_on_stdout(const struct trace_wanted *w)
{
    return w->json != NULL && (*w->json == '\0' || strcmp(w->json, "-") == 0);
}

bool trace_files_wanted(const struct trace_wanted *w)
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

int trace_options(struct cli *cli, const struct invocation *inv, struct trace_wanted *w)
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
    *w = (struct trace_wanted){.svg = invocation_option(inv, "--svg"),
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
    return trace_json_on_stdout(w) ? 0 : may_write(cli, "--json", w->json);
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

static int write_events(struct cli *cli, const struct trace_wanted *w, const struct timeline *tl)
{
    struct error err;
    if (w->json == NULL)
        return 0;
    if (trace_json_on_stdout(w)) {
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

static void show_picture(struct cli *cli, const struct trace_wanted *w,
                         const struct picture *picture, bool paged)
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

int trace_deliver(struct cli *cli, const struct trace_wanted *w, const struct timeline *tl,
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
    if (!trace_files_wanted(w))
        show_picture(cli, w, &picture, lab != NULL);
    picture_free(&picture);
    free(marks.n);
    return bad == 0 ? EXIT_PASS : EXIT_INTERNAL;
}
