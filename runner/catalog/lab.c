/*
 * catalog/lab: see lab.h. The tables of a lab's own objects, and loading one.
 *
 * First the shape of the whole file is read by the tables (what lab.schema.json describes as well),
 * then what only meaning can tell is checked: script_check.h.
 */
#include "catalog/lab.h"

#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/text.h"
#include "catalog/form.h"
#include "catalog/lesson_parts.h"
#include "catalog/network.h"
#include "catalog/script_check.h"

static int wrong(const struct json *at, struct error *err, const char *needed, const char *given)
{
    struct strbuf shown = STRBUF_INIT;
    bytes_quote(&shown, given, strlen(given), 60);
    json_error(at, err, "%s is needed, not %s", needed, shown.data);
    strbuf_free(&shown);
    return -1;
}

int field_version(const struct field *field, const struct json *at, struct lab_store *store,
                  void *target, struct error *err)
{
    (void)store;
    (void)target;
    int64_t version;
    if (json_get_int(at, 1, INT_MAX, &version, err) != 0)
        return -1;
    if (version > field->max)
        return json_error(at, err, "version %lld is newer than this program, which knows %lld",
                          (long long)version, (long long)field->max);
    return 0;
}

static bool is_lab_id(const char *id)
{
    size_t len = strlen(id);
    return len >= 4 && len <= 63 && isdigit((unsigned char)id[0]) &&
           isdigit((unsigned char)id[1]) && id[2] == '_' &&
           strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789_") == len;
}

static int field_lab_id(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    (void)store;
    const char *id;
    if (json_get_text(at, &id, err) != 0)
        return -1;
    if (!is_lab_id(id))
        return wrong(at, err, "two digits, '_' and a name, as in \"05_udp_echo\",", id);
    form_store_pointer(target, field->at, id);
    return 0;
}

static int field_source(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    (void)store;
    const char *name;
    if (json_get_text(at, &name, err) != 0)
        return -1;
    size_t len = strlen(name);
    size_t stem = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    if (stem == 0 || len > 63 || strcmp(name + stem, ".c") != 0)
        return wrong(at, err, "a C file's name without a folder, as in \"udp_echo.c\",", name);
    form_store_pointer(target, field->at, name);
    return 0;
}

/* A list of what the lab's programs need beyond an ordinary network. */
static int field_needs(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    unsigned count;
    if (form_count(field, at, &count, err) != 0)
        return -1;
    struct json item;
    for (bool more = json_first(at, &item); more; more = json_next(&item))
        if (field_constant(field, &item, store, target, err) != 0)
            return -1;
    ((struct lab *)target)->needs_packets = true;
    return 0;
}

static const char *const needs_words[] = {"packets", NULL};

#define LIST(member) .at = offsetof(struct lab, member), .count_at = offsetof(struct lab, n##member)

static const struct field program_fields[] = {
    {"role", field_name, .at = offsetof(struct lab_program, role), .required = true},
    {"source", field_source, .at = offsetof(struct lab_program, source), .required = true},
    {"usage", field_text, .at = offsetof(struct lab_program, usage), .required = true},
    {"example", field_any_texts, .at = offsetof(struct lab_program, example),
     .count_at = offsetof(struct lab_program, nexample), .max = 32},
};
const struct form program_form = {.name = "program",
                                  FORM_FIELDS(program_fields),
                                  .size = sizeof(struct lab_program)};

#define LIMIT(member, type, low, high, normal)                                                 \
    {                                                                                          \
#member, type, .at = offsetof(struct lab_limits, member), .min = (low), .max = (high), \
                       .fallback = (normal)                                                    \
    }
#define MIB (INT64_C(1024) * 1024)

static const struct field limits_fields[] = {
    LIMIT(wall_ms, field_uint, 100, 600000, 10000),
    LIMIT(cpu_ms, field_uint, 10, 600000, 2000),
    LIMIT(processes, field_uint, 1, 10000, 64),
    LIMIT(output_bytes, field_size, 1, 1024 * MIB, MIB),
    LIMIT(file_bytes, field_size, 0, 1024 * MIB, 64 * MIB),
    LIMIT(calls, field_uint, 1, 100000000, 200000),
    LIMIT(memory_bytes, field_size, 64 * MIB, 64 * 1024 * MIB, 1024 * MIB),
    LIMIT(disk_bytes, field_size, 8 * MIB, 16 * 1024 * MIB, 256 * MIB),
    LIMIT(inodes, field_uint, 64, 1000000, 16384),
};
const struct form limits_form = {.name = "limits",
                                 FORM_FIELDS(limits_fields),
                                 .size = sizeof(struct lab_limits)};

static const struct field step_fields[] = {
    {"id", field_slug, .at = offsetof(struct lab_step, id), .required = true},
    {"title", field_text, .at = offsetof(struct lab_step, title), .required = true},
    {"goal", field_text, .at = offsetof(struct lab_step, goal), .required = true},
    {"lesson", field_slug, .at = offsetof(struct lab_step, lesson), .required = true},
    {"points", field_uint, .at = offsetof(struct lab_step, points), .min = 1, .max = 100,
     .fallback = 1},
    {"hints", field_texts, .at = offsetof(struct lab_step, hints),
     .count_at = offsetof(struct lab_step, nhints), .required = true, .min = 3, .max = 10},
    {"checks", field_list, .at = offsetof(struct lab_step, checks),
     .count_at = offsetof(struct lab_step, nchecks), .required = true, .min = 1, .max = 64,
     .set = &check_set},
};
const struct form step_form = {.name = "step",
                               FORM_FIELDS(step_fields),
                               .size = sizeof(struct lab_step)};

/* The hosts of a session, as in a lesson. */
static int field_session_hosts(const struct field *field, const struct json *at,
                               struct lab_store *store, void *target, struct error *err)
{
    struct network net;
    struct error why;
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    const char *hosts = ((struct lab_question *)target)->hosts;
    if (strpbrk(hosts, " \t\r\n") != NULL)
        return json_error(at, err, "hosts are written without blanks: \"alice,bob\"");
    return network_parse(&net, hosts, &why) == 0 ? 0 : json_error(at, err, "%s", why.text);
}

/* Whether the rules of the wire in it make sense, and its last line is one that a program prints.
 */
static int check_session(const struct json *lines, const struct lesson *lesson,
                         const struct network *of_lab, struct error *err)
{
    struct error why;
    const struct lesson_session *session = lesson->nsessions == 1 ? &lesson->sessions[0] : NULL;
    if (session == NULL || session->nlines < 2 ||
        session->lines[session->nlines - 2].kind != SESSION_OUTPUT)
        return json_error(lines, err, "its last line must be one that a program prints");
    const struct network *net = session->network != NULL ? session->network : of_lab;
    return session_check_wire(lesson, session, net, &why) == 0
               ? 0
               : json_error(lines, err, "no session: %s", why.text);
}

/* What is to be predicted is a line that a program prints. */
static int check_session_lines(const struct json *at, const struct lab_question *question,
                               const struct lab_store *store, struct error *err)
{
    struct json lines, hosts;
    struct error why;
    if (!json_get(at, "session", &lines)) {
        if (json_get(at, "hosts", &hosts))
            return json_error(&hosts, err, "this key has a meaning only with \"session\"");
        return 0;
    }
    struct lesson *lesson =
        lesson_of_session(question->session, question->nsession, question->hosts, "session", &why);
    if (lesson == NULL)
        return json_error(&lines, err, "no session: %s", why.text);
    int result = check_session(&lines, lesson, store_network(store), err);
    lesson_free(lesson);
    return result;
}

static int question_finish(const struct json *at, struct lab_store *store, void *target,
                           struct error *err)
{
    const struct lab_question *question = target;
    struct json answer;
    if (question->answer < question->nchoices)
        return check_session_lines(at, question, store, err);
    if (!json_get(at, "answer", &answer))
        return -1;
    return json_error(&answer, err, "there are %u choices, counted from 0", question->nchoices);
}

static const struct field question_fields[] = {
    {"question", field_text, .at = offsetof(struct lab_question, question), .required = true},
    {"choices", field_texts, .at = offsetof(struct lab_question, choices),
     .count_at = offsetof(struct lab_question, nchoices), .required = true, .min = 2, .max = 6},
    {"answer", field_uint, .at = offsetof(struct lab_question, answer), .required = true, .min = 0,
     .max = 5},
    {"explain", field_text, .at = offsetof(struct lab_question, explain), .required = true},
    {"session", field_texts, .at = offsetof(struct lab_question, session),
     .count_at = offsetof(struct lab_question, nsession), .min = 2, .max = 64},
    {"hosts", field_session_hosts, .at = offsetof(struct lab_question, hosts)},
};
const struct form question_form = {.name = "question",
                                   FORM_FIELDS(question_fields),
                                   .size = sizeof(struct lab_question),
                                   .finish = question_finish};

static const struct field lab_fields[] = {
    {"version", field_version, .required = true, .min = 1, .max = 1},
    {"id", field_lab_id, .at = offsetof(struct lab, id), .required = true},
    {"title", field_text, .at = offsetof(struct lab, title), .required = true},
    {"summary", field_text, .at = offsetof(struct lab, summary), .required = true},
    {"part", field_uint, .at = offsetof(struct lab, part), .required = true, .min = 1, .max = 4},
    {"programs", field_list, LIST(programs), .required = true, .min = 1, .max = 8,
     .form = &program_form},
    {"limits", field_object, .at = offsetof(struct lab, limits), .form = &limits_form},
    {"needs", field_needs, .words = needs_words, .min = 1, .max = 1},
    /* Before the steps: their scenes take it. */
    {"hosts", field_lab_network, .at = offsetof(struct lab, network)},
    {"names", field_lab_network, .at = offsetof(struct lab, network)},
    {"dns", field_lab_network, .at = offsetof(struct lab, network)},
    {"mistakes", field_slugs, LIST(mistakes), .max = 64},
    {"steps", field_list, LIST(steps), .required = true, .min = 1, .max = 32, .form = &step_form},
    {"quiz", field_list, LIST(quiz), .required = true, .min = 4, .max = 32, .form = &question_form},
};
const struct form lab_form = {.name = "lab", FORM_FIELDS(lab_fields), .size = sizeof(struct lab)};

/* --- what the tables cannot say --- */

static int check_programs(const struct lab *lab, struct error *err)
{
    for (unsigned i = 0; i < lab->nprograms; i++)
        for (unsigned k = 0; k < i; k++)
            if (strcmp(lab->programs[i].role, lab->programs[k].role) == 0)
                return error_set(
                    err, "%s: $.programs[%u].role: \"%s\" is already the role of $.programs[%u]",
                    lab->file, i, lab->programs[i].role, k);
    return 0;
}

static int check_step(const struct lab *lab, unsigned index, struct error *err)
{
    const struct lab_step *step = &lab->steps[index];
    for (unsigned k = 0; k < index; k++)
        if (strcmp(step->id, lab->steps[k].id) == 0)
            return error_set(err, "%s: $.steps[%u].id: \"%s\" is already the id of $.steps[%u]",
                             lab->file, index, step->id, k);
    for (unsigned i = 0; i < step->nchecks; i++)
        if (step->checks[i].kind == CHECK_SCENE &&
            script_check(lab, step->checks[i].scene, step->checks[i].path, err) != 0)
            return -1;
    return 0;
}

/* The name of the folder that lab.json lies in, also when the path does not show it ("lab.json").
 */
static char *folder_name(const char *dir)
{
    const char *name = file_name(dir);
    if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 && name[0] != '\0')
        return mem_string(name);
    char *real = realpath(dir, NULL);
    char *result = mem_string(file_name(real != NULL ? real : dir));
    free(real);
    return result;
}

static int check_lab(struct lab *lab, struct error *err)
{
    char *folder = folder_name(lab->dir);
    bool same = strcmp(folder, lab->id) == 0;
    if (!same) {
        struct strbuf shown = STRBUF_INIT;
        bytes_quote(&shown, folder, strlen(folder), 60);
        error_set(err, "%s: $.id: \"%s\" must be the name of the folder, which is %s", lab->file,
                  lab->id, shown.data);
        strbuf_free(&shown);
    }
    free(folder);
    if (!same || check_programs(lab, err) != 0)
        return -1;
    for (unsigned i = 0; i < lab->nsteps; i++) {
        if (check_step(lab, i, err) != 0)
            return -1;
        lab->points += lab->steps[i].points;
    }
    lab->number = (unsigned)(lab->id[0] - '0') * 10 + (unsigned)(lab->id[1] - '0');
    return 0;
}

/* Takes the document over. */
static struct lab *read_lab(struct json_doc *doc, const char *path, struct error *err)
{
    if (doc == NULL)
        return NULL;
    struct lab_store *store = store_new();
    store_keep(store, doc);
    struct lab *lab = store_alloc(store, sizeof *lab);
    char *dir = file_folder(path);
    lab->store = store;
    lab->file = store_string(store, path);
    lab->dir = store_string(store, dir);
    store_set_folder(store, lab->dir);
    free(dir);
    struct json root = json_root(doc);
    if (form_read(&lab_form, &root, store, lab, err) == 0 && check_lab(lab, err) == 0)
        return lab;
    lab_free(lab);
    return NULL;
}

struct lab *lab_load(const char *path, struct error *err)
{
    return read_lab(json_load(path, JSON_MAX_BYTES, err), path, err);
}

struct lab *lab_parse(const char *text, size_t len, const char *path, struct error *err)
{
    return read_lab(json_parse(text, len, path, err), path, err);
}

void lab_free(struct lab *lab)
{
    if (lab != NULL)
        store_free(lab->store);
}

const struct lab_program *lab_program(const struct lab *lab, const char *role)
{
    for (unsigned i = 0; i < lab->nprograms; i++)
        if (strcmp(lab->programs[i].role, role) == 0)
            return &lab->programs[i];
    return NULL;
}
