/*
 * catalog/script_files: what a script says of files in the programs' folder (script_state.h): each
 * name stands there once, and what others lie in is a folder.
 */
#include <stdio.h>
#include <string.h>

#include "catalog/script_state.h"

enum { NAME_MOST = 1023 };

int state_check_file_name(struct script_state *s, const char *path, const char *key,
                          const char *name)
{
    const struct data_part part = {.kind = DATA_TEXT, .text = name};
    const struct data data = {&part, 1};
    struct error why;
    size_t size;
    if (state_check_text(s, path, key, name) != 0)
        return -1;
    if (state_refuse_bytes(s, name, "a file's name", &why) != 0)
        return state_error(s, path, key, "%s", why.text);
    if (state_data_size(s, &data, &size) && size > NAME_MOST)
        return state_error(s, path, key, "the name is %zu bytes long, and at most %d are allowed",
                           size, NAME_MOST);
    return 0;
}

/* The binaries lie there as well: "base" of base.c, and "solution-base". */
static const char *program_of_name(const struct lab *lab, const char *name)
{
    static const char prefix[] = "solution-";
    if (strncmp(name, prefix, strlen(prefix)) == 0)
        name += strlen(prefix);
    for (unsigned i = 0; i < lab->nprograms; i++) {
        const char *source = lab->programs[i].source;
        size_t len = strlen(source) - strlen(".c");
        if (strncmp(source, name, len) == 0 && (name[len] == '\0' || name[len] == '/'))
            return source;
    }
    return NULL;
}

/* "a" of "a/b": a name that another one leads through. */
static bool is_above(const char *name, const char *other)
{
    size_t len = strlen(name);
    return strncmp(name, other, len) == 0 && other[len] == '/';
}

static int check_beside(struct script_state *s, const char *path, const char *key,
                        const struct scene_file *one, const struct scene_file *two)
{
    const struct scene_file *upper = is_above(one->name, two->name)   ? one
                                     : is_above(two->name, one->name) ? two
                                                                      : NULL;
    if (strcmp(one->name, two->name) == 0)
        return state_error(s, path, key, "\"%s\" stands there twice", one->name);
    if (upper != NULL && upper->kind != SCENE_FILE_FOLDER)
        return state_error(s, path, key, "\"%s\" is no folder, so that nothing can lie in it",
                           upper->name);
    return 0;
}

static int check_file(struct script_state *s, const char *path, const char *key,
                      const struct scene_file *file)
{
    const char *program = program_of_name(s->lab, file->name);
    if (program != NULL)
        return state_error(s, path, key, "\"%s\" is where the program of %s lies", file->name,
                           program);
    if (state_check_file_name(s, path, key, file->name) != 0)
        return -1;
    if (file->link != NULL && state_check_text(s, path, key, file->link) != 0)
        return -1;
    return state_check_data(s, path, &file->data);
}

int state_check_files(struct script_state *s, const char *path)
{
    const struct scene_file *files = s->script->files;
    char key[32];
    for (unsigned i = 0; i < s->script->nfiles; i++) {
        snprintf(key, sizeof key, ".files[%u]", i);
        if (check_file(s, path, key, &files[i]) != 0)
            return -1;
        for (unsigned k = 0; k < i; k++)
            if (check_beside(s, path, key, &files[k], &files[i]) != 0)
                return -1;
    }
    return 0;
}
