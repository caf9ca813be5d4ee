/*
 * trace/source: see source.h.
 *
 *  - programs run without address randomisation, so that the same binary lies at the same
 *    addresses in every scene; an image is remembered with its list of executable mappings, and
 * used again only when the list is the same;
 *  - what a code address means is remembered, since libdw searches its symbol tables linearly;
 *  - separate debug files are not looked for (and so nothing is ever fetched);
 *  - a program with far more debugging information than usual is not read (modest.h);
 *  - a file that the program could write is not read: it may be damaged on purpose, or become
 *    shorter while it is mapped here, which would end us (SIGBUS).
 */
#include "trace/source.h"

#include <dwarf.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/strbuf.h"
#include "trace/memory.h"
#include "trace/modest.h"
#include "trace/proc.h"
#include "trace/symbols.h"

enum {
    FRAMES_MOST = 64,
    IMAGES_KEPT = 8,
    STACK_WINDOW = 4096,
    BINARY_MOST = 512 << 20,
    LIBRARIES = 32,         /* more are looked up by libdw, one by one */
    MAPS_MOST = 256 * 1024, /* bytes of them; an ordinary program has ten thousand */
    MODULES = 128,          /* more are not looked at: each takes a descriptor */
    PLACES = 512
};

enum module_kind { MODULE_OTHER, MODULE_PROGRAM, MODULE_LOADER };

/* What is known of one code address. */
struct place {
    Dwarf_Addr pc;
    enum module_kind kind;
    char *function;
    char *file;
    int line;
};

struct library {
    Dwfl_Module *mod;
    struct symbols_file file;
};

struct image {
    char *binary;   /* key */
    char *mappings; /* key: the executable mappings, one a line */
    Dwfl *dwfl;
    Dwfl_Module *program, *loader;
    struct library libraries[LIBRARIES];
    unsigned nlibraries, nmodules;
    struct place places[PLACES]; /* hashed by pc, linear probing */
    unsigned nplaces;
    unsigned users;
    unsigned long used_at;
};

struct source {
    char *binary, *name;
    bool own;
    struct image *image; /* NULL until the first frame outside the loader is asked for */
    unsigned misses;     /* addresses outside all modules: libraries loaded since */
};

static struct image *images[IMAGES_KEPT];
static unsigned long uses;

/* --- the image: modules from /proc/PID/maps --- */

static int no_debug_file(Dwfl_Module *mod, void **data, const char *name, Dwarf_Addr base,
                         const char *file, const char *link, GElf_Word crc, char **found)
{
    (void)mod, (void)data, (void)name, (void)base, (void)file, (void)link, (void)crc, (void)found;
    return -1;
}

static const Dwfl_Callbacks callbacks = {
    .find_elf = NULL,
    .find_debuginfo = no_debug_file,
    .section_address = dwfl_offline_section_address,
};

/* The mappings of files, as text: all, and the executable ones as a key. */
static void read_mappings(pid_t pid, struct strbuf *all, struct strbuf *key)
{
    struct proc_mapping m;
    proc_read_lines(pid, "maps", MAPS_MOST, all);
    for (const char *at = all->data; proc_next_mapping(&at, &m);)
        if (m.executable)
            strbuf_printf(key, "%llx %.*s\n", (unsigned long long)m.start, (int)m.path_len, m.path);
}

/* Only a regular file: a program may name a FIFO, which would keep us, or a device. */
static int open_regular(int dir, const char *path, uint64_t resolve, struct stat *st)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                           .resolve = resolve};
    int fd = (int)syscall(SYS_openat2, dir, path, &how, sizeof how);
    if (fd >= 0 && (fstat(fd, st) != 0 || !S_ISREG(st->st_mode) || st->st_size > BINARY_MOST)) {
        close(fd);
        return -1;
    }
    return fd;
}

/* A file as the process itself sees it: it may have been made inside the sandbox, and its links
 * lead nowhere else. */
static int open_inside(pid_t pid, const char *name, struct stat *st)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/root", (int)pid);
    int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0)
        return -1;
    int fd = open_regular(root, name, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS, st);
    close(root);
    return fd;
}

/* Of the system, or on a file system that is read-only in there. */
static bool is_settled(int fd, const struct stat *st)
{
    struct statvfs fs;
    return (st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0) ||
           (fstatvfs(fd, &fs) == 0 && (fs.f_flag & ST_RDONLY) != 0);
}

static int open_mapped(pid_t pid, const struct proc_mapping *m, bool own, struct stat *st)
{
    char *name = mem_format("%.*s", (int)m->path_len, m->path);
    int fd = open_inside(pid, name, st);
    if (fd >= 0 && !own && !is_settled(fd, st)) {
        close(fd);
        fd = -1;
    }
    free(name);
    return fd;
}

bool source_is_loader(pid_t pid, const struct proc_mapping *m, bool own)
{
    struct stat st;
    const char *base = memrchr(m->path, '/', m->path_len);
    size_t n = base != NULL ? m->path_len - (size_t)(base + 1 - m->path) : 0;
    if (n <= 3 || (strncmp(base + 1, "ld-", 3) != 0 && strncmp(base + 1, "ld.", 3) != 0))
        return false;
    int fd = open_mapped(pid, m, own, &st);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static Dwfl_Module *report(struct image *image, pid_t pid, const struct proc_mapping *m,
                           const char *binary, bool own)
{
    GElf_Ehdr header;
    struct stat st;
    char *name = mem_format("%.*s", (int)m->path_len, m->path);
    const char *path = binary != NULL ? binary : name;
    Dwfl_Module *mod = NULL;
    int fd = -1;
    if (image->nmodules++ < MODULES)
        fd = binary != NULL ? open_regular(AT_FDCWD, path, 0, &st) : open_mapped(pid, m, own, &st);
    if (fd >= 0 && binary != NULL && !modest_program(fd)) {
        close(fd);
        fd = -1;
    }
    if (fd >= 0) {
        bool fixed = pread(fd, &header, sizeof header, 0) == (ssize_t)sizeof header &&
                     header.e_type == ET_EXEC;
        mod = dwfl_report_elf(image->dwfl, name, path, fd, fixed ? 0 : (GElf_Addr)m->start, true);
        if (mod == NULL)
            close(fd); /* else libdwfl owns it */
        else if (image->nlibraries < LIBRARIES)
            image->libraries[image->nlibraries++] = (struct library){mod, symbols_file_of(&st)};
    }
    free(name);
    return mod;
}

/* The program is the first file mapped: the kernel maps it before its interpreter, below the
 * libraries. With `binary` unknown the path of the mapping itself is opened. */
static void report_all(struct image *image, pid_t pid, const char *mappings, const char *binary,
                       bool own)
{
    struct proc_mapping m, program = {.path = NULL};
    for (const char *at = mappings; proc_next_mapping(&at, &m);) {
        if (m.offset != 0)
            continue;
        bool loader = source_is_loader(pid, &m, own);
        if (program.path != NULL && m.path_len == program.path_len &&
            memcmp(m.path, program.path, m.path_len) == 0)
            continue;
        if (program.path == NULL && !loader) {
            program = m;
            image->program = report(image, pid, &m, binary, own);
        } else {
            Dwfl_Module *mod = report(image, pid, &m, NULL, own);
            if (loader)
                image->loader = mod;
        }
    }
}

/* --- reading a tracee for libdwfl --- */

/* The thread that is being looked at. libdwfl's callbacks get it as their argument; there is one
 * tracer thread, so one is enough. */
static struct {
    pid_t tid;
    const regs_set *regs;
    uint64_t window_at;
    size_t window_len;
    unsigned char window[STACK_WINDOW];
} now;

static bool read_word(Dwfl *dwfl, Dwarf_Addr addr, Dwarf_Word *result, void *arg)
{
    (void)dwfl, (void)arg;
    /* The program chooses the address: nothing here may wrap around. */
    if (addr < now.window_at || now.window_len < sizeof *result ||
        addr - now.window_at > now.window_len - sizeof *result) {
        now.window_at = addr;
        now.window_len = memory_read(now.tid, addr, now.window, sizeof now.window);
        if (now.window_len < sizeof *result)
            return false;
    }
    memcpy(result, now.window + (addr - now.window_at), sizeof *result);
    return true;
}

static pid_t only_thread(Dwfl *dwfl, void *dwfl_arg, void **thread_arg)
{
    (void)dwfl, (void)dwfl_arg;
    if (*thread_arg != NULL)
        return 0;
    *thread_arg = &now;
    return now.tid;
}

static bool get_thread(Dwfl *dwfl, pid_t tid, void *dwfl_arg, void **thread_arg)
{
    (void)dwfl, (void)tid, (void)dwfl_arg;
    *thread_arg = &now;
    return true;
}

static bool set_registers(Dwfl_Thread *thread, void *arg)
{
    (void)arg;
    uint64_t dwarf[REGS_DWARF];
    Dwarf_Word words[REGS_DWARF];
    regs_dwarf(now.regs, dwarf);
    for (int i = 0; i < REGS_DWARF; i++)
        words[i] = dwarf[i];
#if defined(__aarch64__)
    dwfl_thread_state_register_pc(thread, words[REGS_DWARF - 1]);
    return dwfl_thread_state_registers(thread, 0, REGS_DWARF - 1, words);
#else
    return dwfl_thread_state_registers(thread, 0, REGS_DWARF, words);
#endif
}

static const Dwfl_Thread_Callbacks thread_callbacks = {
    .next_thread = only_thread,
    .get_thread = get_thread,
    .memory_read = read_word,
    .set_initial_registers = set_registers,
};

/* --- remembering images --- */

static void image_free(struct image *image)
{
    for (unsigned i = 0; i < PLACES; i++) {
        free(image->places[i].function);
        free(image->places[i].file);
    }
    if (image->dwfl != NULL)
        dwfl_end(image->dwfl);
    free(image->binary);
    free(image->mappings);
    free(image);
}

static struct image *image_make(pid_t pid, const char *binary, bool own, const char *mappings,
                                const char *key)
{
    struct image *image = mem_alloc(sizeof *image);
    image->binary = mem_string(binary != NULL ? binary : "");
    image->mappings = mem_string(key);
    image->dwfl = dwfl_begin(&callbacks);
    if (image->dwfl == NULL)
        return image;
    dwfl_report_begin(image->dwfl);
    report_all(image, pid, mappings, binary, own);
    dwfl_report_end(image->dwfl, NULL, NULL);
    if (!dwfl_attach_state(image->dwfl, NULL, pid, &thread_callbacks, &now)) {
        dwfl_end(image->dwfl);
        image->dwfl = NULL;
    }
    return image;
}

static struct image *image_get(pid_t pid, const char *binary, bool own)
{
    struct strbuf all = STRBUF_INIT, key = STRBUF_INIT;
    read_mappings(pid, &all, &key);
    struct image *found = NULL;
    unsigned slot = IMAGES_KEPT;
    for (unsigned i = 0; i < IMAGES_KEPT && found == NULL; i++) {
        if (images[i] != NULL && strcmp(images[i]->mappings, key.data) == 0 &&
            strcmp(images[i]->binary, binary != NULL ? binary : "") == 0)
            found = images[i];
        else if (images[i] == NULL)
            slot = i;
    }
    if (found == NULL) {
        found = image_make(pid, binary, own, all.data, key.data);
        for (unsigned i = 0; i < IMAGES_KEPT && slot == IMAGES_KEPT; i++)
            if (images[i]->users == 0)
                slot = i;
        if (slot < IMAGES_KEPT) {
            if (images[slot] != NULL)
                image_free(images[slot]);
            images[slot] = found;
        } /* else all are in use: this one is freed by its user */
    }
    found->users++;
    found->used_at = ++uses;
    strbuf_free(&all);
    strbuf_free(&key);
    return found;
}

static void image_put(struct image *image)
{
    if (image == NULL || --image->users > 0)
        return;
    for (unsigned i = 0; i < IMAGES_KEPT; i++)
        if (images[i] == image)
            return;
    image_free(image);
}

void source_forget_all(void)
{
    for (unsigned i = 0; i < IMAGES_KEPT; i++) {
        if (images[i] != NULL && images[i]->users == 0) {
            image_free(images[i]);
            images[i] = NULL;
        }
    }
    symbols_forget_all();
}

struct source *source_get(const char *binary, const char *name, bool own)
{
    struct source *source = mem_alloc(sizeof *source);
    source->binary = mem_string(binary);
    source->name = mem_string(name);
    source->own = own;
    return source;
}

struct source *source_share(const struct source *source)
{
    if (source == NULL)
        return NULL;
    struct source *copy = mem_alloc(sizeof *copy);
    copy->binary = mem_string(source->binary);
    copy->name = mem_string(source->name);
    copy->own = source->own;
    copy->image = source->image;
    if (copy->image != NULL)
        copy->image->users++;
    return copy;
}

void source_put(struct source *source)
{
    if (source == NULL)
        return;
    image_put(source->image);
    free(source->binary);
    free(source->name);
    free(source);
}

/* --- what an address means --- */

/* "__libc_recv", "___interceptor_recv", "recv@@GLIBC_2.2.5", "_IO_fgets" are what they are called
 * in a manual: recv, fgets. */
static char *plain_name(const char *symbol)
{
    static const char *const prefixes[] = {"interceptor_", "libc_", "GI_", "IO_", "new_"};
    for (bool again = true; again;) {
        again = false;
        while (*symbol == '_')
            symbol++;
        for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
            size_t len = strlen(prefixes[i]);
            if (strncmp(symbol, prefixes[i], len) == 0) {
                symbol += len;
                again = true;
            }
        }
    }
    size_t len = strcspn(symbol, "@."); /* "accept.part.0" is a piece of accept */
    if (len > 2 && memcmp(symbol + len - 2, "64", 2) == 0)
        len -= 2; /* fcntl64, open64, pread64: what large files are opened with */
    return mem_format("%.*s", (int)len, symbol);
}

/* libdw finds an address's compilation unit by .debug_aranges, which clang does not write: then
 * each unit is asked. NULL: unknown. */
static const char *line_of(Dwfl_Module *mod, Dwarf_Addr pc, int *number)
{
    Dwfl_Line *known = dwfl_module_getsrc(mod, pc);
    if (known != NULL)
        return dwfl_lineinfo(known, NULL, number, NULL, NULL, NULL);
    Dwarf_Addr bias;
    for (Dwarf_Die *unit = dwfl_module_nextcu(mod, NULL, &bias); unit != NULL;
         unit = dwfl_module_nextcu(mod, unit, &bias)) {
        Dwarf_Line *line =
            dwarf_haspc(unit, pc - bias) > 0 ? dwarf_getsrc_die(unit, pc - bias) : NULL;
        if (line != NULL && dwarf_lineno(line, number) == 0)
            return dwarf_linesrc(line, NULL, NULL);
    }
    return NULL;
}

/* The program's own table is small, and only of use as long as the image. */
static const char *function_at(struct image *image, Dwfl_Module *mod, Dwarf_Addr pc)
{
    GElf_Off offset;
    GElf_Sym symbol;
    const char *name;
    for (unsigned i = 0; i < image->nlibraries; i++)
        if (image->libraries[i].mod == mod && mod != image->program &&
            symbols_find(mod, &image->libraries[i].file, pc, &name))
            return name;
    name = dwfl_module_addrinfo(mod, pc, &offset, &symbol, NULL, NULL, NULL);
    return name != NULL && (symbol.st_size == 0 || offset < symbol.st_size) ? name : NULL;
}

static void explain(struct image *image, struct place *place)
{
    Dwfl_Module *mod = dwfl_addrmodule(image->dwfl, place->pc);
    if (mod == NULL)
        return;
    place->kind = mod == image->program  ? MODULE_PROGRAM
                  : mod == image->loader ? MODULE_LOADER
                                         : MODULE_OTHER;
    const char *name = function_at(image, mod, place->pc);
    if (name != NULL)
        place->function = place->kind == MODULE_PROGRAM ? mem_string(name) : plain_name(name);
    if (place->kind != MODULE_PROGRAM)
        return;
    const char *file = line_of(mod, place->pc, &place->line);
    const char *slash = file != NULL ? strrchr(file, '/') : NULL;
    place->file = mem_string(slash != NULL ? slash + 1 : file);
}

static const struct place *place_of(struct image *image, Dwarf_Addr pc)
{
    size_t at = (size_t)((pc * UINT64_C(0x9E3779B97F4A7C15)) >> 40) % PLACES;
    while (image->places[at].pc != 0 && image->places[at].pc != pc)
        at = (at + 1) % PLACES;
    struct place *place = &image->places[at];
    if (place->pc == pc)
        return place;
    if (image->nplaces >= PLACES * 3 / 4) {
        /* A program with very many call sites: start over rather than grow. */
        for (unsigned i = 0; i < PLACES; i++) {
            free(image->places[i].function);
            free(image->places[i].file);
        }
        memset(image->places, 0, sizeof image->places);
        image->nplaces = 0;
        place = &image->places[(size_t)((pc * UINT64_C(0x9E3779B97F4A7C15)) >> 40) % PLACES];
    }
    image->nplaces++;
    place->pc = pc;
    explain(image, place);
    return place;
}

/* --- walking the stack --- */

struct walk {
    struct source *source;
    struct timeline *tl;
    struct source_frame *out;
    const char *last_library; /* function of the frame just below the program's */
    unsigned depth;
    bool named;  /* a frame in the learner's own file was found */
    bool missed; /* an address outside all modules */
};

static int on_frame(Dwfl_Frame *frame, void *arg)
{
    struct walk *walk = arg;
    Dwarf_Addr pc;
    bool activation;
    if (++walk->depth > FRAMES_MOST || !dwfl_frame_pc(frame, &pc, &activation))
        return DWARF_CB_ABORT;
    const struct place *place = place_of(walk->source->image, activation ? pc : pc - 1);
    if (place->kind == MODULE_LOADER && walk->depth == 1)
        walk->out->in_loader = true;
    if (place->kind == MODULE_OTHER && place->function == NULL &&
        dwfl_addrmodule(walk->source->image->dwfl, pc) == NULL)
        walk->missed = true;
    if (place->kind != MODULE_PROGRAM) {
        if (place->function != NULL && !walk->out->in_program)
            walk->last_library = timeline_string(walk->tl, place->function);
        return walk->out->in_program ? DWARF_CB_ABORT : DWARF_CB_OK;
    }
    bool own = walk->source->name == NULL ||
               (place->file != NULL && strcmp(place->file, walk->source->name) == 0);
    if (!walk->out->in_program || own) {
        /* The first frame of the program is the fallback; one in the learner's file is better. */
        if (!walk->out->in_program)
            walk->out->via = timeline_string(walk->tl, walk->last_library);
        walk->out->in_program = true;
        walk->out->file = timeline_string(walk->tl, place->file);
        walk->out->line = place->line;
        walk->out->function = timeline_string(walk->tl, place->function);
    }
    return own ? DWARF_CB_ABORT : DWARF_CB_OK;
}

void source_locate(struct source *source, pid_t tid, const regs_set *regs, struct timeline *tl,
                   struct source_frame *out)
{
    for (int attempt = 0; attempt < 2; attempt++) {
        *out = (struct source_frame){0};
        if (source->image == NULL)
            source->image = image_get(tid, source->binary, source->own);
        out->unreadable = source->image->program == NULL;
        if (source->image->dwfl == NULL)
            return;
        struct walk walk = {.source = source, .tl = tl, .out = out};
        now.tid = tid;
        now.regs = regs;
        now.window_at = regs_sp(regs);
        now.window_len = memory_read(tid, now.window_at, now.window, sizeof now.window);
        dwfl_getthread_frames(source->image->dwfl, tid, on_frame, &walk);
        regs_set caller = *regs;
        if (walk.depth == 1 && !out->in_program && !out->in_loader &&
            regs_leave_leaf(tid, &caller) == 0) {
            /* clone(2) is where unwinding ends, also for the thread that makes it. */
            now.regs = &caller;
            dwfl_getthread_frames(source->image->dwfl, tid, on_frame, &walk);
            now.regs = regs;
        }
        if (!walk.missed || out->in_program || source->misses >= 16)
            return;
        /* Libraries may have been loaded since the image was made. */
        source->misses++;
        image_put(source->image);
        source->image = NULL;
    }
}
