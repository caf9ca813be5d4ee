/*
 * Right programs in many styles, and the labs' own solutions, are never accused: every check of
 * their lab is run with one assertion more, that no rule finds a mistake with certainty. One TAP
 * line a program.
 *
 * A program stands in tests/rules/right/NN_style/, NN being the lab's number, or in
 * tests/labs/LAB/right-style/.
 */
#include <errno.h>
#include <sys/wait.h>

#include "base/loop.h"
#include "check/check.h"
#include "rule_case.h"
#include "scene/tier.h"

/* The lab's description with {"mistakes": "none"} added to each scene; the caller frees. */
static char *stricter(const char *text)
{
    cJSON *lab = cJSON_Parse(text), *step, *check;
    cJSON_ArrayForEach(step, cJSON_GetObjectItem(lab, "steps"))
    {
        cJSON_ArrayForEach(check, cJSON_GetObjectItem(step, "checks"))
        {
            cJSON *then = cJSON_GetObjectItem(check, "then"), *none = cJSON_CreateObject();
            if (cJSON_GetObjectItem(check, "scene") == NULL) {
                cJSON_Delete(none);
                continue;
            }
            if (then == NULL)
                then = cJSON_AddArrayToObject(check, "then");
            cJSON_AddStringToObject(none, "mistakes", "none");
            cJSON_AddItemToArray(then, none);
        }
    }
    char *changed = cJSON_PrintUnformatted(lab);
    cJSON_Delete(lab);
    return changed;
}

/* What a lab has beside its description, its data for one, is found from the copy too. */
static void link_rest(const char *from, const char *to)
{
    struct dirent **names;
    char *whole = realpath(from, NULL);
    int n = scandir(from, &names, NULL, rule_by_name);
    for (int i = 0; i < n; i++) {
        char *target = mem_format("%s/%s", whole, names[i]->d_name);
        char *link = mem_format("%s/%s", to, names[i]->d_name);
        if (names[i]->d_name[0] != '.' && strcmp(names[i]->d_name, "lab.json") != 0 &&
            symlink(target, link) != 0 && errno != EEXIST)
            printf("# %s: %s\n", link, strerror(errno));
        free(target);
        free(link);
        free(names[i]);
    }
    free(n >= 0 ? names : NULL);
    free(whole);
}

static struct lab *load_stricter(const char *tmp, const struct lab *lab, struct error *err)
{
    char *text = rule_read(lab->file), *changed = text != NULL ? stricter(text) : NULL;
    char *dir = mem_format("%s/%s", tmp, lab->id), *path = mem_format("%s/lab.json", dir);
    struct lab *loaded = NULL;
    mkdir(dir, 0755);
    link_rest(lab->dir, dir);
    FILE *file = fopen(path, "we");
    if (file != NULL && changed != NULL) {
        fputs(changed, file);
        fclose(file);
        loaded = lab_load(path, err);
    } else {
        error_set(err, "%s: cannot be read or written", path);
    }
    free(text);
    free(changed);
    free(dir);
    free(path);
    return loaded;
}

static void say_failure(const struct verdict *v)
{
    printf("# outcome %s %s\n", outcome_name(v->outcome), v->error != NULL ? v->error : "");
    for (unsigned i = 0; i < v->nsteps; i++) {
        const struct step_result *step = &v->steps[i];
        if (step->status != STEP_FAIL)
            continue;
        printf("# %s: %s\n", step->id, step->message);
        if (step->diagnosis != NULL)
            printf("# %s: %s\n", step->diagnosis->id, step->diagnosis->message);
    }
}

static bool passes(struct loop *loop, const struct lab *lab, const char *dir, const char *tmp)
{
    struct error err;
    struct verdict v = {0};
    struct lab *strict = load_stricter(tmp, lab, &err);
    if (strict == NULL) {
        printf("# %s\n", err.text);
        return false;
    }
    const char *build = getenv("BUILD");
    char *archive = mem_format("%s/libsocklings.a", build != NULL ? build : "build");
    char *cache = mem_format("%s/cache", tmp);
    struct check_request request = {
        .lab = strict,
        .source_dir = dir,
        .lib_dir = "lib",
        .lib_archive = archive,
        .cache_dir = cache,
        .seed = 4711,
    };
    check_run(loop, &request, &v, NULL);
    bool right = v.outcome == OUTCOME_PASS;
    if (!right)
        say_failure(&v);
    verdict_free(&v);
    lab_free(strict);
    free(archive);
    free(cache);
    return right;
}

/* One program of one lab. */
struct job {
    const struct lab *lab;
    char *dir;
};

struct jobs {
    struct job *of;
    unsigned count;
};

static void add_job(struct jobs *jobs, const struct lab *lab, char *dir)
{
    jobs->of = mem_resize(jobs->of, jobs->count + 1, sizeof *jobs->of);
    jobs->of[jobs->count++] = (struct job){lab, dir};
}

/* The folders below `root` whose name begins so. */
static void add_folders(struct jobs *jobs, const struct lab *lab, const char *root,
                        const char *beginning)
{
    struct dirent **dirs;
    int n = scandir(root, &dirs, NULL, rule_by_name);
    for (int i = 0; i < n; i++) {
        if (strncmp(dirs[i]->d_name, beginning, strlen(beginning)) == 0)
            add_job(jobs, lab, mem_format("%s/%s", root, dirs[i]->d_name));
        free(dirs[i]);
    }
    free(n >= 0 ? dirs : NULL);
}

static void add_all(struct jobs *jobs, const struct catalog *labs)
{
    for (unsigned i = 0; i < labs->nlabs; i++) {
        const struct lab *lab = labs->labs[i];
        char *folder = mem_format("tests/labs/%s", lab->id), number[16];
        snprintf(number, sizeof number, "%02u_", lab->number);
        add_job(jobs, lab, mem_format("%s/solution", lab->dir));
        add_folders(jobs, lab, "tests/rules/right", number);
        add_folders(jobs, lab, folder, "right-");
        free(folder);
    }
}

/* Most of their time programs wait for answers that do not come, so several may do it at once. */
enum { HANDS = 4 };

/* In a process of its own: every HANDS-th job, from `first` on. */
static int work(const struct jobs *jobs, unsigned first, const char *tmp, const char *report)
{
    struct error err;
    struct loop *loop = loop_new(&err);
    char *own = mem_format("%s/%u", tmp, first);
    int failed = loop == NULL || mkdir(own, 0755) != 0 || freopen(report, "we", stdout) == NULL;
    for (unsigned i = first; !failed && i < jobs->count; i += HANDS) {
        const char *dir = jobs->of[i].dir;
        printf("%sok - %s passes and is accused of nothing\n",
               passes(loop, jobs->of[i].lab, dir, own) ? "" : "not ", dir);
    }
    loop_free(loop);
    free(own);
    return failed || fflush(stdout) != 0;
}

/* The reports, with their lines numbered. */
static unsigned tell(const char *report, unsigned *count)
{
    char *text = rule_read(report);
    unsigned failed = 0;
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        const char *sentence = strstr(line, "ok - ");
        bool wrong = strncmp(line, "not ok", 6) == 0;
        if (*line == '#' || sentence == NULL)
            puts(line);
        else
            printf("%sok %u - %s\n", wrong ? "not " : "", ++*count, sentence + 5);
        failed += wrong;
    }
    free(text);
    return failed;
}

static unsigned try_all(const struct jobs *jobs, const char *tmp)
{
    pid_t hands[HANDS];
    unsigned failed = 0, count = 0;
    fflush(stdout);
    for (unsigned i = 0; i < HANDS; i++) {
        char *report = mem_format("%s/report%u", tmp, i);
        hands[i] = fork();
        if (hands[i] == 0)
            _exit(work(jobs, i, tmp, report));
        free(report);
    }
    for (unsigned i = 0; i < HANDS; i++) {
        char *report = mem_format("%s/report%u", tmp, i);
        int status;
        if (hands[i] < 0 || waitpid(hands[i], &status, 0) != hands[i] || status != 0) {
            puts("Bail out! a hand did not come to its end");
            failed++;
        }
        failed += tell(report, &count);
        free(report);
    }
    printf("1..%u\n", jobs->count);
    return failed + (count != jobs->count);
}

int main(void)
{
    char tmp[] = "/tmp/socklings-right-XXXXXX";
    struct catalog labs = {0};
    struct jobs jobs = {0};
    struct error err;
    if (scene_tier_probe() != TIER_A) {
        puts("1..0 # SKIP no private network here");
        return 0;
    }
    if (mkdtemp(tmp) == NULL || catalog_load(&labs, "labs", &err) != 0) {
        puts("Bail out! no temporary folder, or no labs");
        return 1;
    }
    add_all(&jobs, &labs);
    unsigned failed = try_all(&jobs, tmp);
    for (unsigned i = 0; i < jobs.count; i++)
        free(jobs.of[i].dir);
    free(jobs.of);
    catalog_free(&labs);
    file_remove_tree(tmp, NULL);
    return failed > 0;
}
