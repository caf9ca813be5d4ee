/*
 * grade/policy_mark - from points to marks (policy_parts.h).
 *
 * Whole numbers throughout: a mark is one fraction, brought to MARK_ONEs in one division.
 */
#include <string.h>

#include "base/text.h"
#include "grade/dates.h"
#include "grade/policy_parts.h"

__extension__ typedef unsigned __int128 wide;

static void say(struct strbuf *remark, const char *text)
{
    if (remark->len > 0)
        strbuf_puts(remark, "; ");
    strbuf_puts(remark, text);
}

/* "20 %", "12.5 %". */
static void add_percent(struct strbuf *out, unsigned share)
{
    unsigned whole = share / 100, part = share % 100;
    strbuf_printf(out, "%u", whole);
    if (part % 10 != 0)
        strbuf_printf(out, ".%02u", part);
    else if (part != 0)
        strbuf_printf(out, ".%u", part / 10);
    strbuf_puts(out, " %");
}

static const char *ordinal_ending(unsigned n)
{
    if (n % 100 >= 11 && n % 100 <= 13)
        return "th";
    return n % 10 == 1 ? "st" : n % 10 == 2 ? "nd" : n % 10 == 3 ? "rd" : "th";
}

static unsigned taken_off(const struct late_rule *rule, int64_t late)
{
    int64_t over = late - rule->grace, times = 1;
    if (rule->per > 0)
        times = (over + rule->per - 1) / rule->per;
    int64_t off = times * rule->off;
    return off > rule->most ? rule->most : (unsigned)off;
}

/* What is left of SHARE_ONE of something that much too late. */
static unsigned keep_of_late(const struct late_rule *rule, int64_t late, struct strbuf *remark)
{
    unsigned off = 0;
    say(remark, "");
    date_span_text(late, remark);
    strbuf_puts(remark, " late");
    if (rule->until >= 0 && late > rule->until) {
        strbuf_puts(remark, ": nothing counts after ");
        date_span_text(rule->until, remark);
        return 0;
    }
    if (late <= rule->grace) {
        strbuf_puts(remark, ", within the grace of ");
        date_span_text(rule->grace, remark);
        return SHARE_ONE;
    }
    off = taken_off(rule, late);
    if (off > 0) {
        strbuf_puts(remark, ": ");
        add_percent(remark, off);
        strbuf_puts(remark, " off");
    }
    return SHARE_ONE - off;
}

static unsigned keep_of_time(const struct terms *terms, int64_t extension,
                             struct class_result *result, struct strbuf *remark)
{
    if (!terms->has_due)
        return SHARE_ONE;
    if (result->handed_in == 0) {
        say(remark, "it is not known when it was handed in: taken as in time");
        return SHARE_ONE;
    }
    int64_t late = result->handed_in - terms->due - extension;
    if (late > 0) {
        result->late_s = late;
        return keep_of_late(&terms->late, late, remark);
    }
    if (extension > 0 && result->handed_in > terms->due) {
        say(remark, "in time, with an extension of ");
        date_span_text(extension, remark);
    }
    return SHARE_ONE;
}

struct judged policy_judge(const struct terms *terms, int64_t extension,
                           struct class_result *result, struct lab_store *store)
{
    struct strbuf remark = STRBUF_INIT;
    struct judged judged = {.may = true};
    result->late_s = 0;
    judged.keep = keep_of_time(terms, extension, result, &remark);
    if (terms->pass > 0 &&
        (uint64_t)result->points * SHARE_ONE < (uint64_t)terms->pass * result->max_points) {
        judged.keep = 0;
        say(&remark, "nothing counts below ");
        add_percent(&remark, terms->pass);
        strbuf_puts(&remark, " of the points");
    }
    if (terms->attempts > 0 && result->attempt > terms->attempts) {
        judged = (struct judged){.may = false};
        say(&remark, "");
        strbuf_printf(&remark, "%u%s attempt: %u %s allowed", result->attempt,
                      ordinal_ending(result->attempt), terms->attempts,
                      text_plural(terms->attempts, "is", "are"));
    }
    result->share = result->max_points == 0 ? 0
                                            : (double)((uint64_t)result->points * judged.keep) /
                                                  ((double)result->max_points * SHARE_ONE);
    if (result->remark != NULL)
        say(&remark, result->remark);
    if (remark.len > 0)
        result->remark = store_string(store, remark.data);
    strbuf_free(&remark);
    return judged;
}

static bool better(const struct class_result *a, struct judged of_a, const struct class_result *b,
                   struct judged of_b)
{
    return (wide)a->points * of_a.keep * b->max_points >
           (wide)b->points * of_b.keep * a->max_points;
}

unsigned policy_choose(const struct terms *terms, const struct class_result *results,
                       const struct judged *judged, unsigned count)
{
    unsigned chosen = count;
    for (unsigned i = 0; i < count; i++) {
        if (!judged[i].may)
            continue;
        bool failed = results[i].outcome == OUTCOME_INTERNAL_ERROR;
        if (chosen == count) {
            chosen = i;
        } else if (failed || results[chosen].outcome == OUTCOME_INTERNAL_ERROR) {
            if (!failed)
                chosen = i;
        } else if (terms->count == COUNT_LAST ||
                   (terms->count == COUNT_BEST &&
                    better(&results[i], judged[i], &results[chosen], judged[chosen]))) {
            chosen = i;
        }
    }
    return chosen;
}

/* weight / sum * total * points * keep / max / SHARE_ONE, in MARK_ONEs, to the nearest. All factors
 * are bounded by the loaders: 10^8 * 10^9 * 10^6 * 10^4 * 10^9 is below 2^128. */
static int64_t fraction(const struct policy *policy, int64_t weight, int64_t sum, unsigned points,
                        unsigned keep, unsigned max)
{
    bool scaled = policy->total >= 0 && sum > 0;
    wide over = (wide)weight * (scaled ? (wide)policy->total : 1) * points * keep * MARK_ONE;
    wide under = (wide)max * SHARE_ONE * WEIGHT_ONE * (scaled ? (wide)sum : 1);
    return max == 0 ? 0 : (int64_t)((over + under / 2) / under);
}

int64_t policy_weight(const struct policy *policy, int64_t weight, int64_t sum)
{
    return fraction(policy, weight, sum, 1, SHARE_ONE, 1);
}

int64_t policy_mark(const struct policy *policy, int64_t weight, int64_t sum,
                    const struct class_result *result, struct judged judged)
{
    return fraction(policy, weight, sum, result->points, judged.keep, result->max_points);
}

double policy_round(int64_t mark)
{
    const int64_t cent = MARK_ONE / 100, nearly = MARK_ONE / 1000000;
    int64_t cents = (mark + cent / 2 + nearly) / cent;
    return (double)cents / 100;
}
