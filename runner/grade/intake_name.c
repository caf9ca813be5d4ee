/* grade/intake_name: see intake_name.h. */
#include "grade/intake_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "base/utf8.h"
#include "build/hash.h"

void intake_who_free(struct intake_who *who)
{
    free(who->id);
    free(who->name);
    free(who->file);
    *who = (struct intake_who){INTAKE_PLAIN, NULL, NULL, NULL, 0};
}

/* --- cleaning --- */

/* Characters that turn the reading direction, or are not seen at all: two names that look the same
 * must be the same. */
static bool is_unseen(uint32_t code)
{
    return (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
           (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || code == 0xad;
}

static void keep_seen(struct strbuf *out, const char *name, size_t len)
{
    for (size_t i = 0; i < len;) {
        uint32_t code = 0xfffd;
        size_t took = utf8_decode(name + i, len - i, &code);
        if (took == 0) {
            strbuf_puts(out, "\xef\xbf\xbd");
            took = 1;
        } else if (code == ' ' || code == 0xa0 || code == 0x3000) {
            if (out->len > 0 && out->data[out->len - 1] != ' ')
                strbuf_putc(out, ' ');
        } else if (utf8_width(code) >= 0 && !is_unseen(code)) {
            strbuf_add(out, name + i, took);
        }
        i += took;
    }
    while (out->len > 0 && out->data[out->len - 1] == ' ')
        strbuf_cut(out, out->len - 1);
}

static char *mapped(const char *text, utf8proc_option_t options)
{
    utf8proc_uint8_t *out = NULL;
    options |= UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_NULLTERM;
    if (utf8proc_map((const utf8proc_uint8_t *)text, 0, &out, options) < 0) {
        free(out);
        return mem_string(text);
    }
    return (char *)out;
}

/* Cuts between characters; a hash of the whole keeps two long names apart. */
static char *shortened(char *text, size_t most)
{
    char hex[HASH_TEXT];
    size_t len = strlen(text);
    if (len <= most)
        return text;
    hash_bytes(text, len, hex);
    text[most - 9] = '\0';
    text[utf8_valid_prefix(text, strlen(text))] = '\0';
    char *out = mem_format("%s~%.8s", text, hex);
    free(text);
    return out;
}

char *intake_clean(const char *name, size_t len)
{
    struct strbuf out = STRBUF_INIT;
    keep_seen(&out, name, len);
    if (out.len == 0)
        strbuf_puts(&out, "unnamed");
    char *composed = mapped(out.data, 0);
    strbuf_free(&out);
    return shortened(composed, INTAKE_ID_MOST);
}

char *intake_shown(const char *name)
{
    struct strbuf out = STRBUF_INIT;
    size_t len = strlen(name);
    for (size_t i = 0; i < len && out.len < 300;) {
        uint32_t code = 0;
        size_t took = utf8_decode(name + i, len - i, &code);
        if (took == 0 || utf8_width(code) < 0 || is_unseen(code)) {
            took = took == 0 ? 1 : took;
            for (size_t k = 0; k < took; k++)
                strbuf_printf(&out, "\\x%02x", (unsigned char)name[i + k]);
        } else {
            strbuf_add(&out, name + i, took);
        }
        i += took;
    }
    if (out.len >= 300)
        strbuf_puts(&out, "…");
    return strbuf_take(&out);
}

char *intake_folder(const char *clean)
{
    char *out = mem_string(clean);
    for (char *c = out; *c != '\0'; c++) {
        unsigned char byte = (unsigned char)*c;
        if (byte < 0x80 && !isalnum(byte) && byte != '.' && byte != '-' && byte != '_')
            *c = '_';
    }
    if (out[0] == '.' || out[0] == '-')
        out[0] = '_';
    return shortened(out, INTAKE_FOLDER_MOST);
}

char *intake_folded(const char *clean)
{
    return mapped(clean, UTF8PROC_CASEFOLD | UTF8PROC_COMPAT);
}

/* --- which file --- */

bool intake_is_junk(const char *name, size_t len)
{
    static const char *const junk[] = {".git",  ".github",     ".svn",        ".hg",
                                       ".idea", ".vscode",     ".vs",         ".cache",
                                       ".venv", "__MACOSX",    ".DS_Store",   "Thumbs.db",
                                       ".svn",  "desktop.ini", "node_modules"};
    if (len >= 2 && memcmp(name, "._", 2) == 0)
        return true;
    for (size_t i = 0; i < sizeof junk / sizeof *junk; i++) {
        if (strlen(junk[i]) == len && memcmp(junk[i], name, len) == 0)
            return true;
    }
    return false;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len > n && strncasecmp(text + len - n, end, n) == 0;
}

size_t intake_archive_stem(const char *name)
{
    static const char *const endings[] = {".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst", ".zip",
                                          ".tar",    ".tgz",    ".txz",     ".tbz2",    ".tbz",
                                          ".tzst",   ".7z",     ".rar"};
    size_t len = strlen(name);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        if (ends_with(name, len, endings[i]))
            return len - strlen(endings[i]);
    }
    return 0;
}

bool intake_is_header(const char *name)
{
    size_t len = strlen(name);
    return len > 2 && name[0] != '.' && strcmp(name + len - 2, ".h") == 0;
}

bool intake_is_c(const char *name)
{
    size_t len = strlen(name);
    return name[0] != '.' && (ends_with(name, len, ".c") || ends_with(name, len, ".h"));
}

/* --- whose --- */

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool read_moodle(struct intake_who *who, const char *name, bool is_folder)
{
    static const char mark[] = "_assignsubmission_file";
    const char *at = strstr(name, mark);
    if (at == NULL || at == name)
        return false;
    const char *rest = at + sizeof mark - 1;
    if (*rest == '_')
        rest++;
    else if (*rest != '\0')
        return false;
    if (!is_folder && *rest == '\0')
        return false;
    const char *number = at;
    while (number > name && isdigit((unsigned char)number[-1]))
        number--;
    who->scheme = INTAKE_MOODLE;
    if (number < at && number - 1 > name && number[-1] == '_') {
        who->id = intake_clean(number, (size_t)(at - number));
        who->name = intake_clean(name, (size_t)(number - 1 - name));
    } else {
        who->id = intake_clean(name, (size_t)(at - name));
        who->name = mem_string(who->id);
    }
    who->file = is_folder || *rest == '\0' ? NULL : mem_string(rest);
    return true;
}

/* udp_echo-2.c is the file udp_echo.c, handed in for the third time. */
static void take_attempt(struct intake_who *who)
{
    char *dot = strrchr(who->file, '.');
    char *end = dot != NULL ? dot : who->file + strlen(who->file);
    char *start = end;
    while (start > who->file && isdigit((unsigned char)start[-1]))
        start--;
    size_t len = (size_t)(end - start);
    if (len == 0 || len > 4 || *start == '0' || start - 1 <= who->file || start[-1] != '-')
        return;
    who->attempt = (unsigned)strtoul(start, NULL, 10);
    memmove(start - 1, end, strlen(end) + 1);
}

/* _FILE_displayed: where the displayed name begins, or NULL. */
static const char *after_number(const char *text)
{
    size_t n = *text == '_' ? digits(text + 1) : 0;
    return n > 0 && text[1 + n] == '_' && text[2 + n] != '\0' ? text + 2 + n : NULL;
}

static const char *read_anonymous(struct intake_who *who, const char *name)
{
    const char *id = strncmp(name, "LATE_", 5) == 0 ? name + 5 : name;
    if (strncmp(id, "anon_", 5) != 0)
        return NULL;
    size_t n = 5 + strspn(id + 5, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    const char *file = n > 5 ? after_number(id + n) : NULL;
    if (file != NULL)
        who->id = intake_clean(id, n);
    return file;
}

static const char *read_user(struct intake_who *who, const char *name)
{
    for (const char *at = strchr(name, '_'); at != NULL; at = strchr(at + 1, '_')) {
        size_t n = digits(at + 1);
        const char *file = n > 0 && at > name ? after_number(at + 1 + n) : NULL;
        if (file == NULL)
            continue;
        size_t len = (size_t)(at - name);
        if (len > 5 && strncmp(at - 5, "_LATE", 5) == 0)
            len -= 5;
        who->id = intake_clean(at + 1, n);
        who->name = intake_clean(name, len);
        return file;
    }
    return NULL;
}

static bool read_canvas(struct intake_who *who, const char *name)
{
    const char *file = read_anonymous(who, name);
    if (file == NULL)
        file = read_user(who, name);
    if (file == NULL)
        return false;
    who->scheme = INTAKE_CANVAS;
    who->file = mem_string(file);
    take_attempt(who);
    return true;
}

bool intake_who_lms(struct intake_who *who, const char *name, bool is_folder)
{
    *who = (struct intake_who){INTAKE_PLAIN, NULL, NULL, NULL, 0};
    return read_moodle(who, name, is_folder) || (!is_folder && read_canvas(who, name));
}

/* The length of ASSIGNMENT in ASSIGNMENT-submissions and ASSIGNMENT-05-15-2026-…, else 0. */
static size_t assignment_length(const char *parent)
{
    size_t len = strlen(parent);
    if (ends_with(parent, len, "-submissions"))
        return len - strlen("-submissions");
    for (size_t i = 1; i + 11 <= len; i++) {
        const char *d = parent + i;
        if (d[0] == '-' && digits(d + 1) == 2 && d[3] == '-' && digits(d + 4) == 2 && d[6] == '-' &&
            digits(d + 7) == 4)
            return i;
    }
    return 0;
}

void intake_who_plain(struct intake_who *who, const char *name, const char *parent)
{
    *who = (struct intake_who){INTAKE_PLAIN, NULL, NULL, NULL, 0};
    size_t n = parent != NULL ? assignment_length(parent) : 0;
    if (n > 0 && strncmp(name, parent, n) == 0 && name[n] == '-' && name[n + 1] != '\0')
        name += n + 1;
    who->id = intake_clean(name, strlen(name));
}
