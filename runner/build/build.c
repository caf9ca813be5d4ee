/*
 * build: see build.h. How it begins, and what a look-up finds; build_parts.h tells of the rest.
 */
#include "build/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "build/build_parts.h"
#include "build/instrumented.h"
#include "build/key.h"

enum { DEFAULT_LIMIT_MS = 20000 };

/* The compiler runs in another folder, so relative paths must be made absolute. */
static char *absolute(const char *path)
{
    if (path == NULL || path[0] == '/')
        return mem_string(path);
    char *here = realpath(".", NULL);
    char *full = here == NULL ? mem_string(path) : file_join(here, path);
    free(here);
    return full;
}

static void copy_request(struct build *b, const struct build_request *request)
{
    b->request = *request;
    b->request.source_dir = mem_string(request->source_dir);
    b->request.source = mem_string(request->source);
    b->request.lib_dir = absolute(request->lib_dir);
    b->request.lib_archive = absolute(request->lib_archive);
    b->request.compiler = mem_string(request->compiler);
    b->request.cache_dir = absolute(request->cache_dir);
    if (request->limit_ms == 0)
        b->request.limit_ms = DEFAULT_LIMIT_MS;
    size_t len = strlen(request->source);
    if (len > 2 && strcmp(request->source + len - 2, ".c") == 0)
        len -= 2;
    b->program = mem_format("%.*s", (int)len, request->source);
}

static int find_cache(struct build *b, struct error *err)
{
    if (b->request.cache_dir == NULL) {
        b->request.cache_dir = absolute(build_cache_dir(err));
        return b->request.cache_dir == NULL ? -1 : 0;
    }
    return file_make_dirs(b->request.cache_dir, 0700, err);
}

static void begin(struct build *b)
{
    const char *name = b->request.source;
    struct error err;
    if (name[0] == '-' || name[0] == '.' || strchr(name, '/') != NULL ||
        strcmp(name, b->program) == 0) {
        error_set(&err, "\"%s\" is no name of a C file", name);
        build_end(b, BUILD_BAD_SOURCE, err.text);
        return;
    }
    if (source_read(&b->source, b->request.source_dir, name, &err) < 0) {
        build_end(b, BUILD_BAD_SOURCE, err.text);
        return;
    }
    struct strbuf why = STRBUF_INIT;
    bool honest = b->request.variant != BUILD_SANITIZED || instrumented_source(&b->source, &why);
    if (!honest)
        build_end(b, BUILD_FAILED, why.data);
    strbuf_free(&why);
    if (!honest)
        return;
    if (compiler_find(&b->compiler, b->request.compiler, &err) < 0) {
        build_end(b, BUILD_NO_COMPILER, err.text);
        return;
    }
    if (find_cache(b, &err) < 0 ||
        key_of_build(&b->compiler, &b->request, &b->source, b->key, &err) < 0) {
        build_end(b, BUILD_INTERNAL, err.text);
        return;
    }
    struct cache_entry entry;
    if (cache_find(b->request.cache_dir, b->key, b->program, &entry)) {
        b->result.cached = true;
        build_end_with_entry(b, &entry);
    } else if (build_run_compiler(b, &err) < 0) {
        build_end(b, BUILD_INTERNAL, err.text);
    }
}

struct build *build_start(struct loop *loop, const struct build_request *request)
{
    struct build *b = mem_alloc(sizeof *b);
    b->loop = loop;
    b->started = clock_now();
    b->pipe = -1;
    b->result.messages = mem_string("");
    strbuf_init(&b->output);
    strbuf_init(&b->source.notes);
    copy_request(b, request);
    begin(b);
    return b;
}

bool build_done(const struct build *b)
{
    return b->done;
}

const struct build_result *build_wait(struct build *b)
{
    while (!b->done)
        loop_step(b->loop, INT64_MAX); /* the build has its own timer */
    return &b->result;
}

void build_free(struct build *b)
{
    if (b == NULL)
        return;
    if (b->pid != 0) {
        loop_child_remove(b->loop, b->pid);
        build_kill_compiler(b);
        while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    loop_timer_remove(b->timer);
    build_stop_reading(b);
    if (b->folder != NULL)
        file_remove_tree(b->folder, NULL);
    free(b->folder);
    if (b->headers_folder != NULL)
        file_remove_tree(b->headers_folder, NULL);
    free(b->headers_folder);
    free(b->headers);
    confine_free(b->confined);
    free(b->alleged);
    free((char *)b->request.source_dir);
    free((char *)b->request.source);
    free((char *)b->request.lib_dir);
    free((char *)b->request.lib_archive);
    free((char *)b->request.compiler);
    free((char *)b->request.cache_dir);
    free(b->program);
    free(b->result.binary);
    free(b->result.messages);
    compiler_free(&b->compiler);
    source_free(&b->source);
    strbuf_free(&b->output);
    free(b);
}
