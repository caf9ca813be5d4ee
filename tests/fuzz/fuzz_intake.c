/* Any names in a class, a path a line: students with valid, safe names, or none; never a crash. The
 * first byte chooses: names, a path list, or submission_metadata.yml. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "grade/intake_class.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct lab_program programs[] = {{.role = "server", .source = "udp_echo.c"}};
static const struct lab lab = {
    .id = "05_udp_echo", .number = 5, .programs = programs, .nprograms = 1};
static const struct lab *const graded[] = {&lab};

static void check_id(const char *id)
{
    size_t len = strlen(id);
    if (len == 0 || len > INTAKE_ID_MOST || !utf8_valid(id, len) || id[0] == ' ')
        abort();
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)id[i] < ' ' || id[i] == 0x7f)
            abort();
    }
    char *again = intake_clean(id, len), *folder = intake_folder(id), *folded = intake_folded(id);
    if (strcmp(again, id) != 0 || strlen(folder) == 0 || strlen(folder) > INTAKE_FOLDER_MOST ||
        folder[0] == '.' || folder[0] == '-' || strchr(folder, '/') != NULL ||
        !utf8_valid(folder, strlen(folder)))
        abort();
    free(again);
    free(folder);
    free(folded);
}

static void check_names(const char *text)
{
    for (int is_folder = 0; is_folder < 2; is_folder++) {
        struct intake_who who;
        if (!intake_who_lms(&who, text, is_folder != 0))
            intake_who_plain(&who, text, is_folder ? "hw-submissions" : "hw-05-15-2026-10");
        check_id(who.id);
        if (who.name != NULL)
            check_id(who.name);
        intake_who_free(&who);
    }
    char *shown = intake_shown(text);
    if (!utf8_valid(shown, strlen(shown)) || strchr(shown, '\n') != NULL)
        abort();
    free(shown);
}

static int by_path(const void *a, const void *b)
{
    return strcmp((*(struct intake_entry *const *)a)->path,
                  (*(struct intake_entry *const *)b)->path);
}

/* A line: one letter for the kind, then the path. */
static void check_paths(char *text)
{
    struct submissions all = {NULL, 0, NULL, 0};
    struct intake_context context = {graded, 1, &all};
    struct intake_class class = {NULL, 0};
    struct intake_people people = {NULL, 0};
    struct intake_tree *tree = mem_alloc(sizeof *tree);
    *tree = (struct intake_tree){mem_string("class"), -1, -1, NULL, 0};
    for (char *line = text, *next; line != NULL && tree->count < 200; line = next) {
        next = strchr(line, '\n');
        if (next != NULL)
            *next++ = '\0';
        if (line[0] == '\0')
            continue;
        char *path = mem_alloc(strlen(line));
        bool sound = intake_path_clean(path, line + 1);
        if (path[0] != '\0' && !intake_path_is_junk(path)) {
            struct intake_entry *e = intake_tree_add(tree, path, strlen(path));
            e->kind = (enum intake_kind)((unsigned char)line[0] % (INTAKE_CUT + 1));
            e->escapes = !sound;
        }
        free(path);
    }
    if (tree->count > 1)
        qsort(tree->entries, tree->count, sizeof *tree->entries, by_path);
    (void)intake_find_people(tree);
    intake_group(&context, &class, tree, "class", &people);
    struct intake_handins handins = {NULL, 0};
    for (size_t i = 0; i < class.count; i++) {
        check_id(class.list[i].id);
        for (size_t k = 0; k < class.list[i].nitems; k++) {
            if (class.list[i].items[k].entry->escapes)
                abort();
        }
        (void)intake_want(&context, &class.list[i]);
        intake_pick(&context, &class.list[i], &handins); /* reads nothing: nothing is unpacked */
    }
    if (handins.count != 0)
        abort();
    intake_class_free(&class);
    intake_handins_free(&handins);
    intake_tree_free(tree);
    submissions_free(&all);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct intake_people people;
    if (size == 0 || size > 4096)
        return 0;
    char *text = mem_alloc(size);
    memcpy(text, data + 1, size - 1);
    switch (data[0] % 3) {
    case 0:
        check_names(text);
        break;
    case 1:
        check_paths(text);
        break;
    default:
        intake_people_read(&people, text, size - 1);
        for (size_t i = 0; i < people.count; i++) {
            if (people.list[i].id != NULL)
                check_id(people.list[i].id);
        }
        intake_people_free(&people);
    }
    free(text);
    return 0;
}
