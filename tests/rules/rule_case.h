/*
 * rule_case - a folder NN_name of tests/rules:
 *
 *     mistake.c        a program with the mistake       mistake_X.c   another one
 *     near_X.c         one that looks like it, or fails otherwise: must not be named
 *     scene.json       the scene they are run in; mistake_X.json or near_X.json for one of its own
 *     expect           the mistake's id, and "fact" or "hint"
 *     *.jsonl          what was recorded when they ran
 */
#ifndef SOCKLINGS_TESTS_RULE_CASE_H
#define SOCKLINGS_TESTS_RULE_CASE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/strbuf.h"
#include "catalog/lab.h"
#include "judge/verdict.h"

struct rule_case {
    char *dir;    /* tests/rules/NN_name */
    char *name;   /* "mistake", "near_null", … */
    bool mistake; /* it must be named */
    char id[64];  /* the rule's */
    char certainty[8];
};

struct rule_cases {
    struct rule_case *of;
    unsigned count;
};

static inline char *rule_read(const char *path)
{
    FILE *file = fopen(path, "re");
    struct strbuf text = STRBUF_INIT;
    char part[4096];
    size_t n;
    if (file == NULL)
        return NULL;
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        strbuf_add(&text, part, n);
    fclose(file);
    return strbuf_take(&text);
}

static inline char *rule_path(const struct rule_case *c, const char *ending)
{
    return mem_format("%s/%s%s", c->dir, c->name, ending);
}

/* All folders' programs, by name; ends the test program when there is something wrong with a
 * folder. */
static inline int rule_by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static inline void rule_folder(struct rule_cases *all, const char *dir)
{
    struct dirent **files;
    char *path = mem_format("%s/expect", dir), *expect = rule_read(path);
    int n = scandir(dir, &files, NULL, rule_by_name);
    struct rule_case c = {0};
    if (n < 0 || expect == NULL || sscanf(expect, "%63s %7s", c.id, c.certainty) != 2) {
        printf("Bail out! %s is missing, or not \"ID CERTAINTY\"\n", path);
        exit(1);
    }
    for (int i = 0; i < n; i++) {
        size_t len = strlen(files[i]->d_name);
        if (len > 2 && strcmp(files[i]->d_name + len - 2, ".c") == 0) {
            c.dir = mem_string(dir);
            c.name = mem_string(files[i]->d_name);
            c.name[len - 2] = '\0';
            c.mistake = strncmp(c.name, "mistake", 7) == 0;
            all->of = mem_resize(all->of, all->count + 1, sizeof *all->of);
            all->of[all->count++] = c;
        }
        free(files[i]);
    }
    free(files);
    free(path);
    free(expect);
}

static inline void rule_cases_find(struct rule_cases *all, const char *root)
{
    struct dirent **dirs;
    int n = scandir(root, &dirs, NULL, rule_by_name);
    for (int i = 0; i < n; i++) {
        char *dir = mem_format("%s/%s", root, dirs[i]->d_name);
        if (strlen(dirs[i]->d_name) > 3 && dirs[i]->d_name[2] == '_')
            rule_folder(all, dir);
        free(dir);
        free(dirs[i]);
    }
    free(n >= 0 ? dirs : NULL);
}

static inline void rule_cases_free(struct rule_cases *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        free(all->of[i].dir);
        free(all->of[i].name);
    }
    free(all->of);
}

/* The role of the first program that the scene starts. */
static inline const char *rule_role(const cJSON *scene)
{
    const cJSON *action;
    cJSON_ArrayForEach(action, cJSON_GetObjectItem(scene, "scene"))
    {
        const cJSON *start = cJSON_GetObjectItem(action, "start");
        const cJSON *role = cJSON_GetObjectItem(action, "role");
        if (start != NULL)
            return role != NULL ? role->valuestring : start->valuestring;
    }
    return "server";
}

/* A lab of one step around the scene, which aims at the mistake, as the file TMP/99_rule/lab.json.
 * NULL and *err on failure.
 */
static inline struct lab *rule_lab(const struct rule_case *c, const char *tmp, struct error *err)
{
    static const char before[] =
        "{\"version\":1,\"id\":\"99_rule\",\"title\":\"T\",\"summary\":\"S\","
        "\"part\":1,\"programs\":[{\"role\":\"%s\",\"source\":\"%s.c\","
        "\"usage\":\"U\"}],\"limits\":{\"calls\":300},\"mistakes\":[\"%s\"],\"quiz\":[";
    static const char question[] = "{\"question\":\"Q\",\"choices\":[\"a\",\"b\"],\"answer\":0,"
                                   "\"explain\":\"E\"}";
    char *own = rule_path(c, ".json"), *common = mem_format("%s/scene.json", c->dir);
    char *text = rule_read(own);
    if (text == NULL)
        text = rule_read(common);
    cJSON *scene = text != NULL ? cJSON_Parse(text) : NULL;
    char *dir = mem_format("%s/99_rule", tmp), *path = mem_format("%s/lab.json", dir);
    struct lab *lab = NULL;
    mkdir(dir, 0755);
    FILE *file = fopen(path, "we");
    if (scene != NULL && file != NULL) {
        char *name = c->name;
        fprintf(file, before, rule_role(scene), name, c->id);
        fprintf(file, "%s,%s,%s,%s],\"steps\":[{\"id\":\"s\",\"title\":\"T\",\"goal\":\"G\",",
                question, question, question, question);
        fprintf(file, "\"lesson\":\"l\",\"hints\":[\"a\",\"b\",\"c\"],\"checks\":[%s]}]}", text);
        fclose(file);
        lab = lab_load(path, err);
    } else {
        error_set(err, "%s: no scene, or not JSON", c->dir);
    }
    unlink(path);
    rmdir(dir);
    cJSON_Delete(scene);
    free(text);
    free(own);
    free(common);
    free(dir);
    free(path);
    return lab;
}

/* What is wrong with a diagnosis (NULL: none was made) of this case; NULL: nothing. A near miss
 * must not be named as this mistake, not even as a hint. */
static inline const char *rule_wrong(const struct rule_case *c, const struct diagnosis *d)
{
    const char *certainty = d == NULL ? "" : d->certainty == CERTAINTY_FACT ? "fact" : "hint";
    bool named = d != NULL && strcmp(d->id, c->id) == 0;
    if (!c->mistake)
        return named ? "it was named, and has not this mistake" : NULL;
    if (!named)
        return "it was not named";
    return strcmp(certainty, c->certainty) == 0 ? NULL : "it was named with the wrong certainty";
}

#endif
