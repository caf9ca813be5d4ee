/* catalog/scene_load: the tables of checks: a scene, its hosts and wire (form.h); file_load.c has
 * that of its files. */
#include <string.h>

#include "catalog/form.h"
#include "catalog/lab.h"

static const char *const build_words[] = {"clean", NULL};

static const struct field build_fields[] = {
    {"build", field_constant, .words = build_words, .required = true},
};

#define IN_SCENE(member) .at = offsetof(struct scene_script, member)

/* Where a peer's socket is that no address was given for. On one host alone that is the loopback,
 * where nobody else is; among hosts it must be reached from the others. */
static void give_addresses(struct action *actions, unsigned count, const char *address)
{
    for (unsigned i = 0; i < count; i++) {
        struct action *action = &actions[i];
        if ((action->kind == ACTION_UDP || action->kind == ACTION_LISTEN) &&
            action->open.at == NULL)
            action->open.at = address;
        if (action->kind == ACTION_REPEAT)
            give_addresses((struct action *)action->repeat.actions, action->repeat.nactions,
                           address);
    }
}

/* What an assertion asks for is recorded. */
static int finish_scene(const struct json *at, struct lab_store *store, void *target,
                        struct error *err)
{
    (void)err;
    struct scene_script *script = target;
    struct json hosts;
    if (script->network == NULL && !json_get(at, "hosts", &hosts))
        script->network = store_network(store);
    give_addresses((struct action *)script->actions, script->nactions,
                   script->network != NULL ? "0.0.0.0:0" : "127.0.0.1:0");
    for (unsigned i = 0; i < script->nthen; i++) {
        const struct assertion *a = &script->then[i];
        bool state = a->kind == ASSERT_STATES || a->kind == ASSERT_STATE;
        script->states = script->states || state;
        script->capture = script->capture || a->kind == ASSERT_PACKETS || a->held_for > 0;
    }
    return 0;
}

static const struct field scene_fields[] = {
    {"scene", field_list, IN_SCENE(actions), .count_at = offsetof(struct scene_script, nactions),
     .min = 1, .max = 200, .required = true, .set = &action_set},
    {"title", field_text, IN_SCENE(title)},
    {"vars", field_vars, IN_SCENE(vars), .count_at = offsetof(struct scene_script, nvars),
     .max = 32},
    {"files", field_list, IN_SCENE(files), .count_at = offsetof(struct scene_script, nfiles),
     .min = 1, .max = 64, .form = &file_form},
    {"sanitized", field_bool, IN_SCENE(sanitized)},
    {"capture", field_bool, IN_SCENE(capture)},
    {"states", field_bool, IN_SCENE(states)},
    {"stdio", field_word, IN_SCENE(stdio), .words = stdio_words, .min = STDIO_PTY,
     .fallback = STDIO_PTY},
    {"hosts", field_network, IN_SCENE(network)},
    {"names", field_network, IN_SCENE(network)},
    {"dns", field_network, IN_SCENE(network)},
    {"wire", field_texts, IN_SCENE(wire), .count_at = offsetof(struct scene_script, nwire),
     .min = 1, .max = 32},
    {"then", field_then, IN_SCENE(then), .count_at = offsetof(struct scene_script, nthen), .min = 1,
     .max = 64},
};

static const struct form check_forms[] = {
    {.name = "check_build", FORM_FIELDS(build_fields), .kind = CHECK_BUILD},
    {.name = "check_scene",
     FORM_FIELDS(scene_fields),
     .kind = CHECK_SCENE,
     .inner_size = sizeof(struct scene_script),
     .inner_at = offsetof(struct lab_check, scene),
     .finish = finish_scene},
};

const struct form_set check_set = {
    .noun = "a check",
    .forms = check_forms,
    .nforms = sizeof check_forms / sizeof check_forms[0],
    .size = sizeof(struct lab_check),
    .kind_at = offsetof(struct lab_check, kind),
    .path_at = offsetof(struct lab_check, path),
};
