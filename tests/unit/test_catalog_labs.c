/* The labs of this tree load. */
#include "catalog_files.h"

#include "catalog/lab.h"
#include "catalog/vars.h"

static void every_lab_of_the_tree_loads(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err;
    char *dir = file_join(top(), "labs");
    if (catalog_load(&cat, dir, &err) != 0)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < cat.nbroken; i++)
        print_error("%s\n", cat.broken[i].err.text);
    assert_int_equal(cat.nbroken, 0);
    assert_true(cat.nlabs > 0);
    for (unsigned i = 0; i < cat.nlabs; i++) {
        const struct lab *lab = cat.labs[i];
        assert_ptr_equal(catalog_find(&cat, lab->id, &err), lab);
        assert_true(lab->nsteps >= 4 && lab->nsteps <= 8);
        assert_true(i == 0 || cat.labs[i - 1]->number < lab->number);
    }
    catalog_free(&cat);
    free(dir);
}

/* The variables of every scene can be drawn, whatever the seed. */
static void draw_all(const struct lab *lab, uint64_t seed)
{
    for (unsigned i = 0; i < lab->nsteps; i++) {
        for (unsigned k = 0; k < lab->steps[i].nchecks; k++) {
            const struct lab_check *check = &lab->steps[i].checks[k];
            struct drawn_vars vars;
            if (check->kind != CHECK_SCENE)
                continue;
            vars_draw(&vars, check->scene->vars, check->scene->nvars, seed);
            for (unsigned v = 0; v < vars.nvars; v++)
                assert_true(vars.vars[v].len > 0);
            vars_free(&vars);
        }
    }
}

static void their_variables_can_be_drawn(void **state)
{
    (void)state;
    struct catalog cat;
    struct error err;
    char *dir = file_join(top(), "labs");
    assert_int_equal(catalog_load(&cat, dir, &err), 0);
    for (unsigned i = 0; i < cat.nlabs; i++)
        for (uint64_t seed = 0; seed < 20; seed++)
            draw_all(cat.labs[i], seed);
    catalog_free(&cat);
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_lab_of_the_tree_loads),
        cmocka_unit_test(their_variables_can_be_drawn),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
