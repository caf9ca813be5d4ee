/*
 * build/confine: see confine.h. The runner's side.
 *
 *  - Which way works is found out by going it: one that is refused is not tried again by this
 *    process, and the next one is. $SOCKLINGS_TIER=B makes namespaces look refused, C all of it.
 *  - Root needs no user namespace to be shut in, an ordinary user does.
 *  - The program comes back in memory: nothing is written to the cache before it is complete.
 */
#include "build/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/spare_id.h"
#include "build/cache.h"
#include "build/confine_parts.h"
#include "build/messages.h"

#define INSIDE "/build/src"    /* namespaces: its folder */
#define HERE "/proc/self/cwd"  /* Landlock: the same, also where the way to it is closed */
#define LIBRARY HERE "/../lib" /* and the library's copy beside it */
#define ARCHIVE LIBRARY "/library.a"

static const char *const way_names[] = {"namespaces", "Landlock"};

/* What was found out by this process. */
static char *refusals[WAY_NONE];

static enum confine_way way_left(void)
{
    const char *tier = getenv("SOCKLINGS_TIER");
    char pretended = tier != NULL && tier[0] != '\0' ? tier[0] : 'A';
    for (enum confine_way way = WAY_NAMESPACES; way < WAY_NONE; way++)
        if (refusals[way] == NULL && pretended <= 'A' + (char)way)
            return way;
    return WAY_NONE;
}

const char *confine_way_name(void)
{
    enum confine_way way = way_left();
    return way == WAY_NONE ? NULL : way_names[way];
}

static void tell_refusals(struct error *err)
{
    error_set(err,
              "The compiler cannot be shut in on this machine. With namespaces: %s. With Landlock: "
              "%s. \"socklings doctor\" tells what to do.",
              refusals[WAY_NAMESPACES] ? refusals[WAY_NAMESPACES] : "$SOCKLINGS_TIER forbids it",
              refusals[WAY_LANDLOCK] ? refusals[WAY_LANDLOCK] : "$SOCKLINGS_TIER forbids it");
}

/* --- who it becomes --- */

/* Root's choice; -1 when there is only root. */
static uid_t spare_uid(void)
{
    unsigned pid = (unsigned)getpid();
    unsigned found = spare_id("/proc/self/uid_map", 0x50000000U + pid, pid);
    return found != 0 ? found : (uid_t)-1;
}

/* --- what it is told --- */

static void make_command(struct confined *c)
{
    struct build_request told = *c->request.build;
    bool own_root = c->way == WAY_NAMESPACES;
    c->work = mem_string(own_root ? INSIDE : HERE);
    c->lib_dir = mem_string(told.lib_dir == NULL || own_root ? told.lib_dir : LIBRARY);
    c->lib_archive = mem_string(told.lib_archive == NULL || own_root ? told.lib_archive : ARCHIVE);
    told.lib_dir = c->lib_dir;
    told.lib_archive = c->lib_archive;
    char *target = mem_format("../%s", c->request.program);
    compiler_command(c->request.compiler, &told, own_root ? c->request.headers : NULL, target,
                     &c->command);
    free(target);
    char *map = own_root ? mem_format("-ffile-prefix-map=" INSIDE "=.")
                         : mem_format("-ffile-prefix-map=%s/src=.", c->folder);
    word_add(&c->command, map);
    free(map);
    if (own_root)
        return;
    word_add(&c->command, "-ffile-prefix-map=" HERE "=.");
    if (told.lib_dir != NULL) {
        map = mem_format("-ffile-prefix-map=" LIBRARY "=%s", c->request.build->lib_dir);
        word_add(&c->command, map);
        free(map);
    }
}

/* A folder on the disk, that belongs to it. */
static int make_folder(struct confined *c, struct error *err)
{
    c->folder = cache_begin(c->request.build->cache_dir, err);
    if (c->folder == NULL)
        return -1;
    char *work = file_join(c->folder, "src"), *lib = file_join(c->folder, "lib");
    char *archive = file_join(lib, "library.a");
    int rc = file_make_dirs(work, 0755, err);
    if (rc == 0)
        rc = file_make_dirs(lib, 0755, err);
    if (rc == 0)
        rc = source_write(c->request.source, work, err);
    if (rc == 0)
        rc = confine_copy_library(c->request.build, "", lib, archive, err);
    if (rc == 0 && c->uid != (uid_t)-1 &&
        (chown(c->folder, c->uid, c->uid) != 0 || chown(work, c->uid, c->uid) != 0))
        rc = error_errno(err, "cannot give %s to the compiler", c->folder);
    free(archive);
    free(lib);
    free(work);
    return rc;
}

/* --- start --- */

/* As fork, into new namespaces. Not clone3, which container engines hide. */
static pid_t clone_into(unsigned long flags)
{
#ifdef __s390__
    return (pid_t)syscall(SYS_clone, 0UL, flags | SIGCHLD, 0UL, 0UL, 0UL);
#else
    return (pid_t)syscall(SYS_clone, flags | SIGCHLD, 0UL, 0UL, 0UL, 0UL);
#endif
}

static pid_t start(struct confined *c)
{
    const unsigned long apart =
        CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;
    unsigned long flags = c->way == WAY_LANDLOCK  ? 0
                          : c->own_user_namespace ? apart | CLONE_NEWUSER
                                                  : apart;
    fflush(NULL);
    pid_t pid = clone_into(flags);
    if (pid == 0)
        confine_child(c);
    if (pid < 0)
        confine_refused(c, "leave the runner's namespaces");
    return pid;
}

static void note_refusal(const struct confined *c)
{
    const struct confine_report *r = c->report;
    if (refusals[c->way] == NULL)
        refusals[c->way] = mem_format("cannot %s: %s", r->step, strerror(r->error));
}

static int tell_failure(const struct confined *c, struct error *err)
{
    if (c->report->error == 0)
        return error_set(err, "the compiler's enclosure came to an end by itself");
    errno = c->report->error;
    return error_errno(err, "the compiler's enclosure cannot %s", c->report->step);
}

static struct confined *prepare(const struct confine_request *request, enum confine_way way,
                                struct error *err)
{
    struct confined *c = mem_alloc(sizeof *c);
    *c = (struct confined){.way = way, .request = *request, .program = -1};
    c->seconds = request->build->limit_ms / 1000 + 1;
    c->outer_uid = geteuid();
    c->outer_gid = getegid();
    c->own_user_namespace = way == WAY_NAMESPACES && c->outer_uid != 0;
    c->uid = c->outer_uid == 0 ? spare_uid() : (uid_t)-1;
    c->program = memfd_create("program", MFD_CLOEXEC);
    c->report =
        mmap(NULL, sizeof *c->report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (c->program < 0 || c->report == MAP_FAILED) {
        c->report = NULL;
        error_errno(err, "cannot set memory aside for a program");
    } else if (way != WAY_LANDLOCK || make_folder(c, err) == 0) {
        make_command(c);
        return c;
    }
    confine_free(c);
    return NULL;
}

struct confined *confine_start(const struct confine_request *request, pid_t *pid, bool *lacking,
                               struct error *err)
{
    enum confine_way way;
    *lacking = false;
    while ((way = way_left()) != WAY_NONE) {
        struct confined *c = prepare(request, way, err);
        *lacking = c == NULL;
        if (c == NULL)
            return NULL;
        *pid = start(c);
        if (*pid > 0)
            return c;
        *pid = 0;
        *lacking = !c->report->refused;
        if (*lacking)
            tell_failure(c, err);
        else
            note_refusal(c);
        confine_free(c);
        if (*lacking)
            return NULL;
    }
    tell_refusals(err);
    return NULL;
}

/* --- the end --- */

enum confine_end confine_ended(struct confined *c, int *status, struct error *err)
{
    if (c->report->ran) {
        *status = c->report->status;
        return CONFINE_RAN;
    }
    if (c->report->refused) {
        note_refusal(c);
        return CONFINE_AGAIN;
    }
    if (WIFSIGNALED(*status))
        error_set(err, "the compiler's enclosure was ended by signal %d", WTERMSIG(*status));
    else
        tell_failure(c, err);
    return CONFINE_FAILED;
}

static void replace(struct strbuf *text, const char *old, const char *new)
{
    struct strbuf out = STRBUF_INIT;
    const char *at = text->data, *found;
    while ((found = strstr(at, old)) != NULL) {
        strbuf_add(&out, at, (size_t)(found - at));
        strbuf_puts(&out, new);
        at = found + strlen(old);
    }
    strbuf_puts(&out, at);
    strbuf_free(text);
    *text = out;
}

void confine_messages(const struct confined *c, const struct strbuf *raw, struct strbuf *out)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, raw->data);
    if (c->way == WAY_LANDLOCK) {
        if (c->lib_archive != NULL)
            replace(&text, c->lib_archive, c->request.build->lib_archive);
        if (c->lib_dir != NULL)
            replace(&text, c->lib_dir, c->request.build->lib_dir);
    }
    messages_clean(&text, c->work, c->request.program, out);
    strbuf_free(&text);
}

int confine_take(const struct confined *c, const char *folder, struct error *err)
{
    struct strbuf bytes = STRBUF_INIT;
    char *path = file_join(folder, c->request.program);
    int rc = -1;
    if (lseek(c->program, 0, SEEK_SET) != 0)
        error_errno(err, "cannot go to the beginning of a program");
    else
        rc =
            file_read_fd(c->program, "a program just built", (size_t)64 * 1024 * 1024, &bytes, err);
    if (rc == 0)
        rc = file_write(path, bytes.data, bytes.len, 0755, FILE_NEW, err);
    strbuf_free(&bytes);
    free(path);
    return rc;
}

void confine_free(struct confined *c)
{
    if (c == NULL)
        return;
    if (c->folder != NULL)
        file_remove_tree(c->folder, NULL);
    if (c->report != NULL)
        munmap(c->report, sizeof *c->report);
    if (c->program >= 0)
        close(c->program);
    word_list_free(&c->command);
    free(c->folder);
    free(c->work);
    free(c->lib_dir);
    free(c->lib_archive);
    free(c);
}
