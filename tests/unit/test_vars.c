/* catalog/vars and base/random: values that a seed decides, and ${name} in texts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <regex.h>

#include "base/random.h"
#include "catalog/vars.h"

/* --- random --- */

static void a_seed_gives_the_same_numbers_everywhere(void **state)
{
    (void)state;
    struct random r;
    random_seed(&r, 0);
    /* As the authors' reference code gives them. */
    assert_true(random_next(&r) == UINT64_C(0x99ec5f36cb75f2b4));
    assert_true(random_next(&r) == UINT64_C(0xbf6e1f784956452a));
    struct random a, b;
    random_seed(&a, 4711);
    random_seed(&b, 4712);
    assert_true(random_next(&a) != random_next(&b));
}

static void numbers_stay_below_their_bound_and_reach_all(void **state)
{
    (void)state;
    struct random r;
    unsigned seen[7] = {0};
    random_seed(&r, 1);
    for (unsigned i = 0; i < 7000; i++)
        seen[random_below(&r, 7)]++;
    for (unsigned i = 0; i < 7; i++)
        assert_true(seen[i] > 700 && seen[i] < 1300);
    assert_true(random_below(&r, 1) == 0);
    uint64_t most = UINT64_C(1) << 63;
    for (unsigned i = 0; i < 100; i++)
        assert_true(random_below(&r, most + 1) <= most);
}

static void random_bytes_fill_exactly_what_is_asked(void **state)
{
    (void)state;
    struct random r;
    char data[32];
    for (size_t len = 0; len < 20; len++) {
        memset(data, 0x55, sizeof data);
        random_seed(&r, len);
        random_fill(&r, data, len);
        for (size_t i = len; i < sizeof data; i++)
            assert_int_equal(data[i], 0x55);
    }
}

/* --- drawing --- */

static const struct var_spec specs[] = {
    {.name = "port", .kind = VAR_PORT},           {.name = "other", .kind = VAR_PORT},
    {.name = "w", .kind = VAR_WORD, .size = 12},  {.name = "b", .kind = VAR_BYTES, .size = 1000},
    {.name = "t", .kind = VAR_TEXT, .text = "x"},
};
#define NSPECS (sizeof specs / sizeof specs[0])

static unsigned long port_of(const struct drawn_var *var)
{
    return strtoul(var->data, NULL, 10);
}

static void a_port_shows_a_forgotten_htons(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 5000; seed++) {
        struct drawn_vars vars;
        vars_draw(&vars, specs, 2, seed);
        unsigned long p = port_of(&vars.vars[0]), q = port_of(&vars.vars[1]);
        unsigned long swapped = (p & 0xff) << 8 | p >> 8;
        assert_int_equal(vars.vars[0].len, 5);
        assert_true(p >= 20000 && p <= 29999);
        assert_true(swapped != p && swapped >= 1024 && swapped <= 65535);
        assert_true(q != p && q != swapped);
        vars_free(&vars);
    }
}

/* Many ports still differ from each other. */
static void thirty_ports_of_one_scene_differ(void **state)
{
    (void)state;
    struct var_spec many[30];
    char names[30][8];
    struct drawn_vars vars;
    for (unsigned i = 0; i < 30; i++) {
        snprintf(names[i], sizeof names[i], "p%u", i);
        many[i] = (struct var_spec){.name = names[i], .kind = VAR_PORT};
    }
    vars_draw(&vars, many, 30, 7);
    for (unsigned i = 0; i < 30; i++)
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(vars.vars[i].data, vars.vars[k].data);
    vars_free(&vars);
}

static void the_same_seed_gives_the_same_values_in_any_order(void **state)
{
    (void)state;
    struct var_spec turned[NSPECS];
    struct drawn_vars a, b, c;
    for (unsigned i = 0; i < NSPECS; i++)
        turned[NSPECS - 1 - i] = specs[i];
    vars_draw(&a, specs, NSPECS, 4711);
    vars_draw(&b, turned, NSPECS, 4711);
    vars_draw(&c, specs, NSPECS, 4712);
    for (unsigned i = 0; i < NSPECS; i++) {
        const struct drawn_var *x = &a.vars[i], *y = &b.vars[NSPECS - 1 - i];
        assert_string_equal(x->name, y->name);
        assert_int_equal(x->len, y->len);
        assert_memory_equal(x->data, y->data, x->len + 1);
    }
    assert_string_not_equal(a.vars[2].data, c.vars[2].data);
    assert_memory_not_equal(a.vars[3].data, c.vars[3].data, 1000);
    vars_free(&a);
    vars_free(&b);
    vars_free(&c);
}

static void words_and_bytes_are_of_their_size_and_kind(void **state)
{
    (void)state;
    struct drawn_vars vars;
    bool seen[256] = {false};
    unsigned kinds = 0;
    vars_draw(&vars, specs, NSPECS, 1);
    assert_int_equal(vars.vars[2].len, 12);
    assert_int_equal(strspn(vars.vars[2].data, "abcdefghijklmnopqrstuvwxyz0123456789"), 12);
    assert_int_equal(vars.vars[3].len, 1000);
    assert_int_equal(vars.vars[3].data[1000], 0);
    for (unsigned i = 0; i < 1000; i++)
        seen[(unsigned char)vars.vars[3].data[i]] = true;
    for (unsigned i = 0; i < 256; i++)
        kinds += seen[i];
    assert_true(kinds > 200);
    assert_string_equal(vars.vars[4].data, "x");
    vars_free(&vars);
}

static void no_variables_are_fine(void **state)
{
    (void)state;
    struct drawn_vars vars;
    const char *data;
    size_t len;
    vars_draw(&vars, NULL, 0, 1);
    assert_false(vars_lookup(&vars, "port", &data, &len));
    vars_free(&vars);
}

/* --- expanding --- */

static int marker; /* its address shows that the argument arrives */

static bool some(void *arg, const char *name, const char **data, size_t *len)
{
    static const struct {
        const char *name, *data;
        size_t len;
    } table[] = {{"port", "20001", 5}, {"nul", "a\0b", 3}, {"ann.port", "40001", 5},
                 {"dots", "a.b*", 4},  {"empty", "", 0},   {"self", "${port}", 7}};
    assert_ptr_equal(arg, &marker);
    for (unsigned i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, name) == 0) {
            *data = table[i].data;
            *len = table[i].len;
            return true;
        }
    }
    return false;
}

static void expands_to(const char *text, const char *expected, size_t len)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = {"untouched"};
    strbuf_puts(&out, "before:");
    if (vars_expand(&out, text, some, &marker, &err) != 0)
        fail_msg("%s", err.text);
    assert_int_equal(out.len, 7 + len);
    assert_memory_equal(out.data + 7, expected, len);
    assert_string_equal(err.text, "untouched");
    strbuf_free(&out);
}

static void names_are_replaced_by_their_values(void **state)
{
    (void)state;
    expands_to("", "", 0);
    expands_to("plain", "plain", 5);
    expands_to("127.0.0.1:${port}", "127.0.0.1:20001", 15);
    expands_to("${port}${ann.port}", "2000140001", 10);
    expands_to("<${nul}>", "<a\0b>", 5);
    expands_to("<${empty}>", "<>", 2);
    expands_to("${self}", "${port}", 7); /* values are not expanded again */
    expands_to("$ $$ $x {port} $}", "$ $$ $x {port} $}", 17);
    expands_to("$${port}", "$20001", 6);
}

static void refuses(const char *text, const char *says)
{
    struct strbuf out = STRBUF_INIT;
    struct error err = {""};
    strbuf_puts(&out, "before");
    assert_int_equal(vars_expand(&out, text, some, &marker, &err), -1);
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
    assert_string_equal(out.data, "before");
    assert_int_equal(vars_expand(&out, text, some, &marker, NULL), -1);
    strbuf_free(&out);
}

static void what_cannot_be_expanded_leaves_nothing_behind(void **state)
{
    (void)state;
    refuses("a ${port} ${nothing}", "there is no variable ${nothing}");
    refuses("${port", "\"${\" is not closed");
    refuses("${", "is not closed");
    refuses("${}", "holds no name");
    refuses("${ port}", "holds no name");
    refuses("${.port}", "holds no name");
    refuses("${ann.}", "holds no name");
    refuses("${gate.eth1.addr.x}", "holds no name");
    refuses("${gate.eth1.}", "holds no name");
    refuses("${${port}}", "holds no name");
    refuses("${5}", "holds no name");
    refuses("${\033[2J}", "\\x1b");
    refuses("${aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggggggggg}",
            "holds no name");
}

static void in_an_expression_values_match_themselves(void **state)
{
    (void)state;
    struct strbuf out = STRBUF_INIT;
    struct error err;
    regex_t regex;
    assert_int_equal(vars_expand_regex(&out, "^${dots}+$", some, &marker, &err), 0);
    assert_string_equal(out.data, "^a\\.b\\*+$");
    assert_int_equal(regcomp(&regex, out.data, REG_EXTENDED), 0);
    assert_int_equal(regexec(&regex, "a.b***", 0, NULL, 0), 0);
    assert_int_equal(regexec(&regex, "aXb*", 0, NULL, 0), REG_NOMATCH);
    regfree(&regex);
    strbuf_cut(&out, 0);
    assert_int_equal(vars_expand_regex(&out, "x${nul}", some, &marker, &err), -1);
    assert_string_equal(err.text, "${nul} holds a zero byte, which no expression can match");
    assert_int_equal(out.len, 0);
    strbuf_free(&out);
}

static void every_byte_but_zero_can_be_quoted(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        struct strbuf out = STRBUF_INIT;
        char text[2] = {(char)c, '\0'};
        regex_t regex;
        strbuf_putc(&out, '^');
        vars_quote_regex(&out, text, 1);
        strbuf_putc(&out, '$');
        assert_int_equal(regcomp(&regex, out.data, REG_EXTENDED), 0);
        assert_int_equal(regexec(&regex, text, 0, NULL, 0), 0);
        assert_int_equal(regexec(&regex, c == 'q' ? "r" : "q", 0, NULL, 0), REG_NOMATCH);
        regfree(&regex);
        strbuf_free(&out);
    }
}

static void data_is_its_parts_in_a_row(void **state)
{
    (void)state;
    const struct data_part parts[] = {
        {.kind = DATA_TEXT, .text = "<${port}>"},
        {.kind = DATA_HEX, .raw = "\0\xff", .size = 2},
        {.kind = DATA_VAR, .text = "nul"},
        {.kind = DATA_FILL, .fill = 'x', .size = 4},
    };
    const struct data_part broken[] = {parts[0], {.kind = DATA_VAR, .text = "nothing"}};
    struct strbuf out = STRBUF_INIT;
    struct error err;
    struct data data = {.parts = parts, .nparts = 4};
    assert_int_equal(vars_expand_data(&out, &data, some, &marker, &err), 0);
    assert_int_equal(out.len, 16);
    assert_memory_equal(out.data,
                        "<20001>\0\xff"
                        "a\0bxxxx",
                        16);
    strbuf_cut(&out, 3);
    data = (struct data){.parts = broken, .nparts = 2};
    assert_int_equal(vars_expand_data(&out, &data, some, &marker, &err), -1);
    assert_string_equal(err.text, "there is no variable ${nothing}");
    assert_string_equal(out.data, "<20");
    strbuf_free(&out);
}

static int collect(void *arg, const char *name, struct error *err)
{
    strbuf_printf(arg, "%s ", name);
    return strcmp(name, "stop") == 0 ? error_set(err, "stopped") - 1 : 0;
}

static void names_can_be_gone_through(void **state)
{
    (void)state;
    struct strbuf names = STRBUF_INIT;
    struct error err = {""};
    assert_int_equal(vars_each("a${b}c${d.e}", collect, &names, &err), 0);
    assert_string_equal(names.data, "b d.e ");
    assert_int_equal(vars_each("${stop}${f}", collect, &names, &err), -2);
    assert_string_equal(names.data, "b d.e stop ");
    assert_int_equal(vars_each("${g}${", collect, &names, &err), -1);
    assert_string_equal(names.data, "b d.e stop g ");
    strbuf_free(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_seed_gives_the_same_numbers_everywhere),
        cmocka_unit_test(numbers_stay_below_their_bound_and_reach_all),
        cmocka_unit_test(random_bytes_fill_exactly_what_is_asked),
        cmocka_unit_test(a_port_shows_a_forgotten_htons),
        cmocka_unit_test(thirty_ports_of_one_scene_differ),
        cmocka_unit_test(the_same_seed_gives_the_same_values_in_any_order),
        cmocka_unit_test(words_and_bytes_are_of_their_size_and_kind),
        cmocka_unit_test(no_variables_are_fine),
        cmocka_unit_test(names_are_replaced_by_their_values),
        cmocka_unit_test(what_cannot_be_expanded_leaves_nothing_behind),
        cmocka_unit_test(in_an_expression_values_match_themselves),
        cmocka_unit_test(every_byte_but_zero_can_be_quoted),
        cmocka_unit_test(data_is_its_parts_in_a_row),
        cmocka_unit_test(names_can_be_gone_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
