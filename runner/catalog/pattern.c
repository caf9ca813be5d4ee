/* catalog/pattern: see pattern.h. */
#include "catalog/pattern.h"

#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MAX_LENGTH 2000
#define MAX_GROUPS 20  /* inside each other */
#define MAX_COST 20000 /* characters and sets, after unfolding */

/* What has been read of one group: all of it, and its last item, which a + or {n} may multiply. */
struct group {
    size_t cost, last;
};

static size_t bounded(size_t cost)
{
    return cost < MAX_COST + 1 ? cost : MAX_COST + 1;
}

static void add_item(struct group *group, size_t cost)
{
    group->cost = bounded(group->cost + cost);
    group->last = cost;
}

static void multiply_last(struct group *group, size_t times)
{
    if (times <= 1 || group->last == 0)
        return;
    size_t more = times > MAX_COST ? MAX_COST + 1 : bounded(group->last * (times - 1));
    group->cost = bounded(group->cost + more);
    group->last = bounded(group->last + more);
}

/* Behind "[…]"; `at` is behind the '['. */
static const char *skip_set(const char *at)
{
    if (*at == '^')
        at++;
    if (*at == ']')
        at++;
    while (*at != '\0' && *at != ']') {
        if (at[0] == '[' && (at[1] == ':' || at[1] == '.' || at[1] == '=')) {
            char kind = at[1];
            at += 2;
            while (*at != '\0' && !(at[0] == kind && at[1] == ']'))
                at++;
            if (*at != '\0')
                at++;
        }
        if (*at != '\0')
            at++;
    }
    return *at == ']' ? at + 1 : at;
}

/* Behind "{n,m}", and the larger of the numbers; `at` is behind the '{'. */
static const char *read_interval(const char *at, size_t *times)
{
    size_t largest = 0, number = 0;
    while (isdigit((unsigned char)*at) || *at == ',') {
        number = *at == ',' ? 0 : bounded(number * 10 + (size_t)(*at - '0'));
        if (number > largest)
            largest = number;
        at++;
    }
    *times = largest + 1; /* "{n,}" is n copies and one that may repeat */
    return *at == '}' ? at + 1 : at;
}

/* The size it unfolds to; MAX_COST + 1 when it is too large or too deep. */
static int check_cost(const char *at, struct error *err)
{
    struct group groups[MAX_GROUPS + 1] = {{0, 0}};
    unsigned depth = 0;
    while (*at != '\0') {
        struct group *group = &groups[depth];
        char c = *at++;
        size_t times = 1;
        if (c == '\\' && isdigit((unsigned char)*at))
            return error_set(err, "a back-reference (\\%c) is no part of an extended expression",
                             *at);
        if (c == '(' && depth == MAX_GROUPS)
            return error_set(err, "more than %d groups inside each other", MAX_GROUPS);
        if (c == '(') {
            groups[++depth] = (struct group){0, 0};
        } else if (c == ')' && depth > 0) {
            depth--;
            add_item(&groups[depth], bounded(group->cost + 1));
        } else if (c == '+') {
            multiply_last(group, 2);
        } else if (c == '{') {
            at = read_interval(at, &times);
            multiply_last(group, times);
        } else if (c != '*' && c != '?') {
            if (c == '[')
                at = skip_set(at);
            else if (c == '\\' && *at != '\0')
                at++;
            add_item(group, 1);
        }
        if (groups[depth].cost > MAX_COST)
            return error_set(err, "repetitions that unfold to more than %d characters", MAX_COST);
    }
    return 0;
}

int pattern_check(const char *regex, struct error *err)
{
    if (strlen(regex) > MAX_LENGTH)
        return error_set(err, "longer than %d bytes", MAX_LENGTH);
    if (check_cost(regex, err) != 0)
        return -1;
    regex_t compiled;
    int code = regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
    if (code != 0) {
        char why[128];
        regerror(code, &compiled, why, sizeof why);
        return error_set(err, "%s", why);
    }
    regfree(&compiled);
    return 0;
}

unsigned pattern_groups(const char *regex)
{
    regex_t compiled;
    if (regcomp(&compiled, regex, REG_EXTENDED | REG_NEWLINE) != 0)
        return 0;
    unsigned groups = (unsigned)compiled.re_nsub;
    regfree(&compiled);
    return groups;
}
