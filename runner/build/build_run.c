/*
 * build/build_run: the part of build.h that runs the compiler.
 *
 * - The compiler runs in a process group of its own (spawn.h), which is killed as a whole; or
 *   confined (confine.h), and then it comes with a source and messages of its own.
 * - It is given plain file names in the folder of the private copy, so neither messages nor debug
 *   information hold a path of the cache.
 * - Where lab.h has not been compiled ahead yet, that is done first, once for a compiler and its
 *   flags.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "build/build_parts.h"
#include "build/key.h"
#include "build/prepared.h"
#include "build/spawn.h"

enum { MESSAGES_END = 8 * 1024 * 1024 }; /* bytes after which the compiler is stopped */

void build_stop_reading(struct build *b)
{
    loop_fd_remove(b->watch);
    b->watch = NULL;
    if (b->pipe >= 0)
        close(b->pipe);
    b->pipe = -1;
}

void build_kill_compiler(const struct build *b)
{
    kill(b->pid, SIGKILL);
    kill(-b->pid, SIGKILL);
}

/* Takes what is in the pipe. */
static void drain(struct build *b)
{
    char bytes[16384];
    while (b->pipe >= 0) {
        ssize_t n = read(b->pipe, bytes, sizeof bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            build_stop_reading(b);
            return;
        }
        b->printed += (size_t)n;
        if (b->printed > MESSAGES_END && !b->flooded && b->pid != 0) {
            b->flooded = true;
            build_kill_compiler(b);
        }
        size_t room = BUILD_MESSAGES_MAX - b->output.len;
        if ((size_t)n > room)
            b->cut = true;
        strbuf_add(&b->output, bytes, (size_t)n < room ? (size_t)n : room);
    }
}

static void on_output(void *arg, int fd, uint32_t events)
{
    (void)fd;
    (void)events;
    drain(arg);
}

static void on_limit(void *arg)
{
    struct build *b = arg;
    b->timed_out = true;
    build_kill_compiler(b);
}

static void on_child(void *arg, pid_t pid, int status);

static int start_free(struct build *b, int output, struct error *err)
{
    char *target = mem_format("../%s", b->program), *work = file_join(b->folder, "src");
    struct word_list command = {NULL, 0};
    compiler_command(&b->compiler, &b->request, b->headers, target, &command);
    errno = spawn_limited(&command, work, output, b->request.limit_ms, &b->pid);
    int rc = errno != 0 ? error_errno(err, "cannot start the compiler") : 0;
    word_list_free(&command);
    free(work);
    free(target);
    return rc;
}

/* 0, with no process when the machine does not confine and need not. */
static int start_confined(struct build *b, const struct source *source, int output,
                          struct error *err)
{
    struct confine_request request = {.compiler = &b->compiler,
                                      .build = &b->request,
                                      .source = source,
                                      .program = b->program,
                                      .headers = b->headers,
                                      .output = output};
    bool lacking = false;
    b->confined = confine_start(&request, &b->pid, &lacking, err);
    return b->confined == NULL && (lacking || b->request.confine == CONFINE_OR_FAIL) ? -1 : 0;
}

static int compile_freely(struct build *b, struct error *err);

static int compile_source(struct build *b, const struct source *source, struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_errno(err, "cannot create a pipe");
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    int rc = b->request.confine != CONFINE_NONE ? start_confined(b, source, ends[1], err)
                                                : start_free(b, ends[1], err);
    close(ends[1]);
    b->pipe = ends[0];
    if (rc == 0 && b->pid == 0) {
        build_stop_reading(b);
        return compile_freely(b, err);
    }
    if (rc < 0)
        return -1;
    b->watch = loop_fd_add(b->loop, b->pipe, EPOLLIN, on_output, b);
    loop_child_add(b->loop, b->pid, on_child, b);
    return 0;
}

static int compile(struct build *b, struct error *err)
{
    return compile_source(b, &b->source, err);
}

/* False: there is nothing to make, or it cannot be. */
static bool make_headers(struct build *b)
{
    struct word_list command = {NULL, 0};
    b->headers_folder = cache_begin(b->request.cache_dir, NULL);
    int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    bool going = false;
    if (b->headers_folder != NULL && nowhere >= 0) {
        char *output = file_join(b->headers_folder, PREPARED_HEADER ".gch");
        char *deps = file_join(b->headers_folder, "deps");
        going =
            compiler_header_command(&b->compiler, &b->request, PREPARED_HEADER,
                                    source_feature(&b->source), output, deps, &command) &&
            spawn_limited(&command, b->headers_folder, nowhere, b->request.limit_ms, &b->pid) == 0;
        free(deps);
        free(output);
        word_list_free(&command);
    }
    if (nowhere >= 0)
        close(nowhere);
    if (going) {
        loop_child_add(b->loop, b->pid, on_child, b);
    } else if (b->headers_folder != NULL) {
        file_remove_tree(b->headers_folder, NULL);
        free(b->headers_folder);
        b->headers_folder = NULL;
    }
    return going;
}

/* The source is in place: the compiler's turn, or that of the headers before it. */
static int compile_or_prepare(struct build *b, struct error *err)
{
    bool going = false;
    if (b->headers == NULL &&
        key_of_headers(&b->compiler, &b->request, source_feature(&b->source), b->headers_key) ==
            0 &&
        prepared_find(b->request.cache_dir, b->headers_key, &b->headers) == PREPARED_MISSING)
        going = make_headers(b);
    return going ? 0 : compile(b, err);
}

/* The headers are compiled, or cannot be. */
static int end_headers(struct build *b, bool made, struct error *err)
{
    prepared_store(b->request.cache_dir, b->headers_key, b->headers_folder, made);
    free(b->headers_folder);
    b->headers_folder = NULL;
    prepared_find(b->request.cache_dir, b->headers_key, &b->headers);
    return compile(b, err);
}

/* What is said of a place in a header tells the way it was included, and that way is not known of a
 * compiled one; so the messages of a compilation without it are taken. It is left as well when gcc
 * cannot take it after all, and says so. */
static bool speaks_of_headers(const struct build *b)
{
    static const char *const signs[] = {".h:", "In file included from", "PCH", ".gch"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strstr(b->output.data, signs[i]) != NULL)
            return true;
    return false;
}

static void forget_attempt(struct build *b)
{
    confine_free(b->confined);
    b->confined = NULL;
    strbuf_cut(&b->output, 0);
    b->printed = 0;
    b->cut = false;
}

static int compile_without_headers(struct build *b, struct error *err)
{
    if (strstr(b->output.data, ".gch") != NULL || strstr(b->output.data, "PCH") != NULL)
        file_remove_tree(b->headers, NULL);
    forget_attempt(b);
    free(b->headers);
    b->headers = NULL;
    return compile(b, err);
}

/* --- is it the machine, or does the source only say so? --- */

void build_start_proof(struct build *b, const char *messages)
{
    static char harmless[] = "int main(void)\n{\n    return 0;\n}\n";
    struct source_file file = {(char *)b->request.source, STRBUF_INIT};
    struct source source = {&file, 1, STRBUF_INIT};
    struct error err;
    strbuf_puts(&file.bytes, harmless);
    b->alleged = mem_string(messages);
    forget_attempt(b);
    if (compile_source(b, &source, &err) < 0)
        build_end(b, BUILD_INTERNAL, err.text);
    strbuf_free(&file.bytes);
}

static void end_proof(struct build *b, int status)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, b->alleged);
    if (build_was_stopped(b)) {
        /* and told */
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        build_end_with_opinion(b, false, &text);
    } else {
        build_end_without_compiler(b, b->alleged);
    }
    strbuf_free(&text);
}

/* --- the end of a process --- */

static void end_process(struct build *b, int status)
{
    if (b->alleged != NULL)
        end_proof(b, status);
    else
        build_judge_exit(b, status);
    if (b->done || b->pid == 0) {
        loop_timer_remove(b->timer);
        b->timer = NULL;
    }
}

static void on_child(void *arg, pid_t pid, int status)
{
    struct build *b = arg;
    struct error err;
    int rc;
    if (!WIFEXITED(status) && !WIFSIGNALED(status))
        return;
    kill(-pid, SIGKILL); /* what it may have left behind */
    b->pid = 0;
    drain(b);
    build_stop_reading(b);
    bool early = b->timed_out || b->flooded;
    enum confine_end end =
        b->confined != NULL && !early ? confine_ended(b->confined, &status, &err) : CONFINE_RAN;
    if (b->headers_folder != NULL && !early) {
        rc = end_headers(b, WIFEXITED(status) && WEXITSTATUS(status) == 0, &err);
    } else if (end == CONFINE_AGAIN) {
        forget_attempt(b);
        rc = compile(b, &err);
    } else if (end == CONFINE_FAILED) {
        rc = -1;
    } else if (b->headers != NULL && b->alleged == NULL && !early && speaks_of_headers(b)) {
        rc = compile_without_headers(b, &err);
    } else {
        end_process(b, status);
        return;
    }
    if (rc < 0) {
        loop_timer_remove(b->timer);
        b->timer = NULL;
        build_end(b, BUILD_INTERNAL, err.text);
    }
}

static int make_work(struct build *b, struct error *err)
{
    b->folder = cache_begin(b->request.cache_dir, err);
    if (b->folder == NULL)
        return -1;
    char *work = file_join(b->folder, "src");
    int rc = file_make_dirs(work, 0755, err);
    if (rc == 0)
        rc = source_write(&b->source, work, err);
    free(work);
    return rc;
}

/* The machine does not confine, and need not: as it would have been asked from the start. */
static int compile_freely(struct build *b, struct error *err)
{
    struct cache_entry entry;
    b->request.confine = CONFINE_NONE;
    if (key_of_build(&b->compiler, &b->request, &b->source, b->key, err) < 0)
        return -1;
    if (cache_find(b->request.cache_dir, b->key, b->program, &entry)) {
        b->result.cached = true;
        build_end_with_entry(b, &entry);
        loop_timer_remove(b->timer);
        b->timer = NULL;
        return 0;
    }
    return make_work(b, err) < 0 ? -1 : compile(b, err);
}

int build_run_compiler(struct build *b, struct error *err)
{
    int rc = b->request.confine == CONFINE_NONE ? make_work(b, err) : 0;
    if (rc == 0)
        rc = compile_or_prepare(b, err);
    if (rc == 0 && !b->done)
        b->timer =
            loop_timer_add(b->loop, clock_now() + b->request.limit_ms * CLOCK_MS, on_limit, b);
    return rc;
}
