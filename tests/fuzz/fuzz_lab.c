/* Any bytes as a lab.json: an error that names the file, or a lab that can be used; never a crash.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/strbuf.h"
#include "base/utf8.h"
#include "catalog/lab.h"
#include "catalog/vars.h"

#define PATH "labs/05_base/lab.json"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_scene(const struct scene_script *script)
{
    struct drawn_vars vars;
    size_t bytes = 0;
    for (unsigned i = 0; i < script->nvars; i++)
        bytes += script->vars[i].size;
    if (bytes > 100000)
        return;
    vars_draw(&vars, script->vars, script->nvars, 4711);
    for (unsigned i = 0; i < script->nactions; i++) {
        const struct action *action = &script->actions[i];
        struct strbuf out = STRBUF_INIT;
        if (action_verb(action->kind) == NULL || strncmp(action->path, "$.steps[", 8) != 0)
            abort();
        if (action->kind == ACTION_SEND)
            (void)vars_expand_data(&out, &action->send.data, vars_lookup, &vars, NULL);
        if (action->kind == ACTION_OUTPUT && action->output.matches != NULL)
            (void)vars_expand_regex(&out, action->output.matches, vars_lookup, &vars, NULL);
        strbuf_free(&out);
    }
    vars_free(&vars);
}

static void use(const struct lab *lab)
{
    unsigned points = 0;
    for (unsigned i = 0; i < lab->nsteps; i++) {
        const struct lab_step *step = &lab->steps[i];
        points += step->points;
        if (step->nhints < 3 || step->nchecks < 1)
            abort();
        for (unsigned k = 0; k < step->nchecks; k++)
            if (step->checks[k].kind == CHECK_SCENE)
                use_scene(step->checks[k].scene);
    }
    if (points != lab->points || lab->nquiz < 4 || lab->limits.wall_ms < 100)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct error err = {""};
    struct lab *lab = lab_parse((const char *)data, size, PATH, &err);
    if (lab != NULL)
        use(lab);
    else if (strncmp(err.text, PATH ":", strlen(PATH) + 1) != 0 ||
             !utf8_valid(err.text, strlen(err.text)))
        abort();
    lab_free(lab);
    return 0;
}
