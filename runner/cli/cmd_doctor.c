/* cli: doctor - what works on this machine, each found out by doing it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "build/build.h"
#include "cli/handlers.h"
#include "scene/prove.h"
#include "scene/tier.h"

static void print_line(struct cli *cli, const char *text, const char *first, const char *rest)
{
    struct strbuf out = STRBUF_INIT;
    text_wrap(&out, text, look_width(&cli->term.look), first, rest);
    fputs(out.data, stdout);
    strbuf_free(&out);
}

/* One thing that was tried. `detail` and `fix` may be NULL. */
static void tell(struct cli *cli, bool works, const char *name, const char *detail, const char *fix)
{
    const struct term *t = &cli->term;
    struct strbuf text = STRBUF_INIT;
    printf(" %s%s%s ", look_on(&t->look, works ? LOOK_GOOD : LOOK_BAD),
           works ? term_mark_done(t) : term_mark_failed(t), look_off(&t->look));
    strbuf_puts(&text, name);
    if (detail && *detail)
        strbuf_printf(&text, ": %s", detail);
    /* The mark already stands on the first line: wrap with its three columns, print without them.
     */
    struct strbuf out = STRBUF_INIT;
    text_wrap(&out, text.data, look_width(&t->look), "   ", "   ");
    fputs(out.data + 3, stdout);
    if (!works && fix && *fix)
        print_line(cli, fix, "   fix: ", "        ");
    strbuf_free(&out);
    strbuf_free(&text);
}

static enum scene_tier tell_tier(struct cli *cli)
{
    static const char *const meaning[] = {
        [TIER_A] = "A: every check runs in a private network of its own",
        [TIER_B] = "B: no namespaces here; programs run as another user, on this machine's network",
        [TIER_C] = "C: checks work on this machine's own loopback; a class cannot be graded here",
        [TIER_NONE] = "none: programs cannot be watched here, so nothing can be checked",
    };
    struct tier_report report;
    memset(&report, 0, sizeof report);
    scene_tier_report(&report);
    for (unsigned i = 0; i < report.nprobes; i++) {
        const struct tier_probe *p = &report.probes[i];
        tell(cli, p->works, p->name, p->detail, p->fix);
    }
    tell(cli, report.tier != TIER_NONE, "isolation", meaning[report.tier], NULL);
    enum scene_tier tier = report.tier;
    tier_report_free(&report);
    return tier;
}

static bool tell_hosts(struct cli *cli, enum scene_tier tier)
{
    struct error err;
    bool works = scene_tier_try_hosts(tier, &err) == 0;
    tell(cli, works, "several hosts and a wire between them", works ? NULL : err.text,
         tier == TIER_A ? "run: sudo modprobe -a veth af_packet" : "see the first fix above");
    return works;
}

/* Each limit is reached on purpose. What does not hold keeps nobody from working on a lab. */
static void tell_limits(struct cli *cli, enum scene_tier tier)
{
    struct limit_proof proofs[LIMIT_PROOFS];
    struct strbuf held = STRBUF_INIT;
    struct error err;
    if (scene_prove_limits(tier, proofs, &err) != 0) {
        tell(cli, false, "limits of a program", err.text, "see the fixes above");
        return;
    }
    for (unsigned i = 0; i < LIMIT_PROOFS; i++)
        if (proofs[i].holds)
            strbuf_printf(&held, "%s%s", held.len > 0 ? ", " : "", proofs[i].name);
    if (held.len > 0)
        tell(cli, true, "limits of a program, each of which was reached to try it", held.data,
             NULL);
    strbuf_free(&held);
    for (unsigned i = 0; i < LIMIT_PROOFS; i++) {
        if (proofs[i].holds)
            continue;
        char *name = mem_format("limit of a program: %s", proofs[i].name);
        tell(cli, false, name, proofs[i].what,
             tier == TIER_A ? "run doctor again on a machine that is less busy; if it stays, tell "
                              "the authors"
                            : "it needs namespaces: see the first fix above");
        free(name);
    }
}

static bool tell_compiler(struct cli *cli)
{
    struct error err;
    char *version = build_compiler_version(NULL, &err);
    tell(cli, version != NULL, "compiler", version ? version : err.text,
         "install gcc or clang: \"make deps\" in the source folder does, or: sudo apt-get install "
         "-y gcc");
    bool works = version != NULL;
    free(version);
    return works;
}

/* Needed to grade a class only. */
static void tell_confinement(struct cli *cli)
{
    struct error err;
    const char *how = NULL;
    bool works = build_prove_confinement(&how, &err) == 0;
    tell(cli, works, "compile in confinement", works ? how : err.text,
         "allow user namespaces (the first fix above), or run Linux 5.13 or newer with Landlock; "
         "without either, a program can include any file that you may read, and a class cannot be "
         "graded");
}

/* Writes a file into the folder and removes it. */
static bool can_write(const char *dir, struct error *err)
{
    char *path = mem_format("%s/.socklings-doctor-%d", dir, (int)getpid());
    bool works = file_write(path, "x", 1, 0600, 0, err) == 0;
    unlink(path);
    free(path);
    return works;
}

static bool tell_cache(struct cli *cli)
{
    struct error err;
    const char *dir = build_cache_dir(&err);
    bool works = dir && can_write(dir, &err);
    tell(cli, works, "cache of compiled programs", works ? dir : err.text,
         "set SOCKLINGS_CACHE to a folder that you may write to, with some 100 MB free");
    return works;
}

/* The workspace, or, while there is none, the nearest folder above it, where it would be made. */
static bool tell_workspace(struct cli *cli)
{
    struct error err;
    char *dir = mem_string(cli->work_dir);
    bool there = file_is_dir(dir);
    while (!file_exists(dir)) {
        char *up = file_folder(dir);
        free(dir);
        dir = up;
    }
    bool works = can_write(dir, &err);
    char *detail = mem_format("%s%s", cli->work_dir, there ? "" : " (\"start\" will make it)");
    tell(cli, works, "workspace", works ? detail : err.text,
         "go to a folder that you may write to, or name one: socklings --work DIR");
    free(detail);
    free(dir);
    return works;
}

static bool tell_labs(struct cli *cli)
{
    struct error err;
    if (cli_reload_catalog(cli, &err) < 0) {
        tell(cli, false, "labs", err.text, NULL);
        return false;
    }
    char *detail = mem_format("%u in %s", cli->catalog.nlabs, cli->paths.labs);
    tell(cli, cli->catalog.nlabs > 0, "labs", detail, NULL);
    free(detail);
    for (unsigned i = 0; i < cli->catalog.nbroken; i++)
        tell(cli, false, cli->catalog.broken[i].name, cli->catalog.broken[i].err.text, NULL);
    bool archive = file_exists(cli->paths.lib_archive);
    tell(cli, archive, "helper library", cli->paths.lib_archive,
         "it is not there: run \"make\" in the source folder, or install again");
    return cli->catalog.nlabs > 0 && archive;
}

/* Never a failure: everything works on any terminal. */
static void tell_terminal(struct cli *cli)
{
    const struct term *t = &cli->term;
    char *detail = t->out_tty
                       ? mem_format("%u columns, %s, %s", t->look.width,
                                    t->look.colour ? "colour" : "no colour",
                                    t->look.utf8 ? "UTF-8" : "ASCII only (the locale is not UTF-8)")
                       : mem_string("the output goes to a file or pipe: no colour, 80 columns");
    tell(cli, true, "terminal", detail, NULL);
    free(detail);
}

int cmd_doctor(struct cli *cli, const struct invocation *inv)
{
    (void)inv;
    enum scene_tier tier = tell_tier(cli);
    bool works = tier != TIER_NONE, hosts = works && tell_hosts(cli, tier);
    if (works)
        tell_limits(cli, tier);
    works = tell_compiler(cli) && works;
    works = tell_cache(cli) && works;
    tell_confinement(cli);
    works = tell_labs(cli) && works;
    works = tell_workspace(cli) && works;
    tell_terminal(cli);
    putchar('\n');
    if (!works)
        cli_say(cli, "Something that the labs need does not work here; see the fixes above.");
    else if (!hosts)
        cli_say(cli,
                "Steps with several hosts do not work here; all others do%s. See the fix above.",
                tier != TIER_A ? ", less well shielded than they could be" : "");
    else
        cli_say(cli, "Everything that a lab needs works here.");
    return works ? EXIT_PASS : EXIT_FAIL;
}
