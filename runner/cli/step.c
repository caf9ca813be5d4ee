/* cli/step - where the learner is in a lab. */
#include "cli/step.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"

enum { SOURCE_MAX = 1024 * 1024 };

static bool same_file(const char *dir_a, const char *dir_b, const char *name)
{
    struct strbuf a = STRBUF_INIT, b = STRBUF_INIT;
    char *path_a = file_join(dir_a, name), *path_b = file_join(dir_b, name);
    bool same = file_read(path_a, SOURCE_MAX, FILE_REGULAR, &a, NULL) == 0 &&
                file_read(path_b, SOURCE_MAX, FILE_REGULAR, &b, NULL) == 0 && a.len == b.len &&
                (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
    free(path_a);
    free(path_b);
    strbuf_free(&a);
    strbuf_free(&b);
    return same;
}

bool step_is_starter(struct cli *cli, const struct lab *lab)
{
    bool all = true;
    char *starter = file_join(lab->dir, "starter");
    for (unsigned i = 0; i < lab->nprograms && all; i++)
        all = same_file(workspace_lab_dir(cli->workspace, lab), starter, lab->programs[i].source);
    free(starter);
    return all;
}

static const struct progress_step *known_step(const struct progress *p, const char *id)
{
    for (unsigned i = 0; i < p->nsteps; i++)
        if (strcmp(p->steps[i].id, id) == 0)
            return &p->steps[i];
    return NULL;
}

const struct lab_step *step_to_do(struct cli *cli, const struct lab *lab, unsigned *seen)
{
    const struct progress *p = workspace_progress(cli->workspace, lab);
    unsigned at = 0;
    const struct progress_step *known = NULL;
    for (; at < lab->nsteps; at++) {
        known = known_step(p, lab->steps[at].id);
        if (!known || !known->passed)
            break;
    }
    if (at == lab->nsteps) {
        if (!step_is_starter(cli, lab))
            return NULL;
        at = 0;
        known = known_step(workspace_progress(cli->workspace, lab), lab->steps[0].id);
    }
    if (seen)
        *seen = known ? known->hints : 0;
    return &lab->steps[at];
}
