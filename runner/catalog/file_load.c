/* catalog/file_load: the table of a scene's files, and what a file may be called (form.h). */
#include <string.h>

#include "catalog/form.h"
#include "catalog/script.h"

#define IN_FILE(member) .at = offsetof(struct scene_file, member)

enum { NAME_MOST = 1023, PART_MOST = 255, PARTS_MOST = 4, TARGET_MOST = 4095 };

/* One name between slashes: no "." or "..", which lead elsewhere; no control characters, which no
 * verdict can show. */
static bool is_part(const char *part, size_t len)
{
    if (len == 0 || len > PART_MOST ||
        (part[0] == '.' && (len == 1 || (len == 2 && part[1] == '.'))))
        return false;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)part[i] < 0x20 || part[i] == 0x7f)
            return false;
    return true;
}

int field_file_name(const struct field *field, const struct json *at, struct lab_store *store,
                    void *target, struct error *err)
{
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    const char *name;
    memcpy(&name, (char *)target + field->at, sizeof name);
    bool right = strlen(name) <= NAME_MOST;
    unsigned parts = 0;
    for (const char *part = name; right && part != NULL; parts++) {
        size_t len = strcspn(part, "/");
        right = is_part(part, len) && parts < PARTS_MOST;
        part = part[len] == '/' ? part + len + 1 : NULL;
    }
    if (right)
        return 0;
    return json_error(
        at, err,
        "a file's name below the programs' folder is needed, as in \"share/a.bin\": at "
        "most 3 folders deep, no \".\" or \"..\", no control characters, and at most "
        "255 bytes between slashes");
}

#define FROM_NAME "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-/"

/* A path below the lab's folder, which it cannot leave. */
static int field_below(const struct field *field, const struct json *at, struct lab_store *store,
                       void *target, struct error *err)
{
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    struct scene_file *file = target;
    const char *path = file->from;
    bool inside = strlen(path) <= 255 && path[0] != '/' && path[strspn(path, FROM_NAME)] == '\0';
    for (const char *part = path; inside && part != NULL; part = strchr(part, '/')) {
        part += *part == '/' ? 1 : 0;
        inside = *part != '\0' && *part != '/' && *part != '.';
    }
    file->host_path = store_format(store, "%s/%s", store_folder(store), path);
    if (inside)
        return 0;
    return json_error(at, err,
                      "a path below the lab's folder is needed, as in \"data/handshake.pcap\"");
}

/* Three octal digits, as chmod(1) takes them. */
static int field_mode(const struct field *field, const struct json *at, struct lab_store *store,
                      void *target, struct error *err)
{
    (void)field;
    (void)store;
    const char *text;
    if (json_get_text(at, &text, err) != 0)
        return -1;
    if (strlen(text) != 3 || strspn(text, "01234567") != 3)
        return json_error(at, err, "three octal digits are needed, as in \"000\" or \"640\"");
    struct scene_file *file = target;
    file->has_mode = true;
    file->mode = (unsigned)((text[0] - '0') << 6 | (text[1] - '0') << 3 | (text[2] - '0'));
    return 0;
}

/* Where a link leads to: any text, also one that leads nowhere. */
static int field_target(const struct field *field, const struct json *at, struct lab_store *store,
                        void *target, struct error *err)
{
    if (field_text(field, at, store, target, err) != 0)
        return -1;
    if (strlen(((struct scene_file *)target)->link) <= TARGET_MOST)
        return 0;
    return json_error(at, err, "a link leads to at most %d bytes", TARGET_MOST);
}

static const struct {
    const char *key;
    enum scene_file_kind kind;
} kinds[] = {
    {"data", SCENE_FILE_CONTENT},  {"from", SCENE_FILE_CONTENT}, {"size", SCENE_FILE_SPARSE},
    {"folder", SCENE_FILE_FOLDER}, {"link", SCENE_FILE_LINK},    {"fifo", SCENE_FILE_FIFO},
};

static int finish_file(const struct json *at, struct lab_store *store, void *target,
                       struct error *err)
{
    (void)store;
    struct scene_file *file = target;
    struct json value;
    unsigned count = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (json_get(at, kinds[i].key, &value)) {
            file->kind = kinds[i].kind;
            count++;
        }
    }
    if (count != 1)
        return json_error(at, err,
                          "exactly one of \"data\", \"from\", \"size\", \"folder\", \"link\" and "
                          "\"fifo\" is needed");
    if (file->kind == SCENE_FILE_LINK && json_get(at, "mode", &value))
        return json_error(&value, err, "a symbolic link has no mode: what it leads to has one");
    return 0;
}

static const struct field file_fields[] = {
    {"name", field_file_name, IN_FILE(name), .required = true},
    {"from", field_below, IN_FILE(from)},
    {"data", field_data, IN_FILE(data)},
    {"size", field_size, IN_FILE(size), .min = 0, .max = INT64_C(1) << 40},
    {.key = "folder", .read = field_true},
    {"link", field_target, IN_FILE(link)},
    {.key = "fifo", .read = field_true},
    {.key = "mode", .read = field_mode},
};
const struct form file_form = {.name = "scene_file",
                               FORM_FIELDS(file_fields),
                               .size = sizeof(struct scene_file),
                               .finish = finish_file};
