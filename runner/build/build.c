/*
 * build: see build.h.
 *
 * - The compiler runs in a process group of its own (spawn.h), which is killed as a whole; or
 *   confined (confine.h), and then it comes with a source and messages of its own.
 * - It is given plain file names in the folder of the private copy, so neither messages nor debug
 *   information hold a path of the cache.
 * - Where lab.h has not been compiled ahead yet, that is done first, once for a compiler and its
 *   flags.
 * - What the compiler says about the source (a program or a refusal) is cached; trouble of
 *   ours (limits, a full disk) is not.
 */
#include "build/build.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "build/cache.h"
#include "build/compiler.h"
#include "build/confine.h"
#include "build/instrumented.h"
#include "build/key.h"
#include "build/messages.h"
#include "build/prepared.h"
#include "build/source.h"
#include "build/spawn.h"

enum {
    DEFAULT_LIMIT_MS = 20000,
    MESSAGES_MAX = 128 * 1024,      /* bytes kept; the rest is read and dropped */
    MESSAGES_END = 8 * 1024 * 1024, /* bytes after which the compiler is stopped */
};

struct build {
    struct loop *loop;
    struct build_request request; /* its strings are ours, its paths absolute */
    struct build_result result;
    bool done;
    int64_t started;

    struct compiler compiler;
    struct source source;
    char *program; /* "udp_echo" */
    char key[HASH_TEXT];
    char *folder; /* CACHE/tmp-XXXXXX, until it is stored; confined: none until then */

    struct confined *confined; /* the compilation under way; NULL: it is not confined */
    char *alleged;             /* what it said; now a harmless source tells whether it is true */

    char *headers;               /* lab.h compiled ahead; NULL: none */
    char headers_key[HASH_TEXT]; /* while it is being made */
    char *headers_folder;        /* where; NULL: it is not */

    pid_t pid; /* 0: none */
    int pipe;  /* read end; -1: none */
    struct loop_fd *watch;
    struct loop_timer *timer;
    struct strbuf output;
    size_t printed; /* bytes */
    bool cut, timed_out, flooded;
};

/* --- the end of a build --- */

static void end_with(struct build *b, enum build_status status, const char *messages)
{
    b->result.status = status;
    free(b->result.messages);
    b->result.messages = mem_string(messages);
    b->result.ms = (double)(clock_now() - b->started) / (double)CLOCK_MS;
    b->done = true;
    if (b->folder != NULL)
        file_remove_tree(b->folder, NULL);
    free(b->folder);
    b->folder = NULL;
}

static void end_with_entry(struct build *b, struct cache_entry *entry)
{
    b->result.warnings = entry->warnings;
    b->result.binary = entry->binary;
    entry->binary = NULL;
    end_with(b, entry->status, entry->messages);
    cache_entry_free(entry);
}

/* The folder holds a program that was to be sanitized. */
static bool is_instrumented(const struct build *b, struct strbuf *why)
{
    char *path = file_join(b->folder, b->program);
    bool good = instrumented_program(path, why);
    if (!good)
        unlink(path);
    free(path);
    return good;
}

static void store_entry(struct build *b, enum build_status status, const char *messages)
{
    struct cache_entry entry = {status, messages_count_warnings(messages), mem_string(messages),
                                NULL};
    struct error err;
    if (cache_store(b->request.cache_dir, b->key, b->program, b->folder, &entry, &err) < 0) {
        cache_entry_free(&entry);
        end_with(b, BUILD_INTERNAL, err.text);
        return;
    }
    free(b->folder);
    b->folder = NULL;
    end_with_entry(b, &entry);
    cache_tidy(b->request.cache_dir);
}

static void store(struct build *b, enum build_status status, const char *messages)
{
    struct strbuf why = STRBUF_INIT;
    if (status == BUILD_OK && b->request.variant == BUILD_SANITIZED && !is_instrumented(b, &why))
        store_entry(b, BUILD_FAILED, why.data);
    else
        store_entry(b, status, messages);
    strbuf_free(&why);
}

static void end_at_limit(struct build *b, const char *what)
{
    char *text = mem_format("the compiler was stopped: it %s", what);
    end_with(b, BUILD_LIMIT, text);
    free(text);
}

/* A confined compiler's program comes to the cache only now. */
static void store_confined(struct build *b, enum build_status status, const char *messages)
{
    struct error err;
    b->folder = cache_begin(b->request.cache_dir, &err);
    if (b->folder == NULL || (status == BUILD_OK && confine_take(b->confined, b->folder, &err) < 0))
        end_with(b, BUILD_INTERNAL, err.text);
    else
        store(b, status, messages);
}

static void end_at_size(struct build *b)
{
    end_at_limit(b, b->confined != NULL
                        ? "wrote a file larger than 64 MiB, or took more than 1 GiB of memory"
                        : "wrote a file larger than 64 MiB, or took more than 4 GiB of memory");
}

static bool stopped(struct build *b)
{
    if (b->timed_out) {
        char *what = mem_format("took longer than %u ms", b->request.limit_ms);
        end_at_limit(b, what);
        free(what);
    } else if (b->flooded) {
        end_at_limit(b, "printed more than 8 MiB of messages");
    }
    return b->done;
}

static void end_without_compiler(struct build *b, const char *messages)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, messages);
    strbuf_puts(&text, "A library of the compiler is missing. ");
    compiler_advice(&text);
    strbuf_putc(&text, '\n');
    end_with(b, BUILD_NO_COMPILER, text.data);
    strbuf_free(&text);
}

static void end_with_opinion(struct build *b, bool ok, struct strbuf *text)
{
    if (!ok)
        strbuf_add(text, b->source.notes.data, b->source.notes.len);
    if (b->confined != NULL)
        store_confined(b, ok ? BUILD_OK : BUILD_FAILED, text->data);
    else
        store(b, ok ? BUILD_OK : BUILD_FAILED, text->data);
}

static void start_proof(struct build *b, const char *messages);

/* Anything can be printed by a source (`.print` in assembly), so of a stranger's nothing is
 * believed that would be no fault of his: the room was his to fill, and a missing part is missed by
 * others. */
static void judge_trouble(struct build *b, enum messages_trouble trouble, const char *messages)
{
    if (trouble == TROUBLE_TIME)
        end_at_limit(b, "took more processor time than it is given");
    else if (trouble == TROUBLE_SIZE || (trouble == TROUBLE_NO_SPACE && b->confined != NULL))
        end_at_size(b);
    else if (trouble == TROUBLE_NO_SPACE)
        end_with(b, BUILD_INTERNAL, messages);
    else if (b->confined != NULL)
        start_proof(b, messages);
    else
        end_without_compiler(b, messages);
}

static void judge_signal(struct build *b, int number)
{
    char *what = mem_format("the compiler was ended by signal %d", number);
    if (number == SIGXCPU)
        end_at_limit(b, "took more processor time than it is given");
    else if (number == SIGXFSZ)
        end_at_size(b);
    else
        end_with(b, BUILD_INTERNAL, what);
    free(what);
}

static void clean_messages(struct build *b, struct strbuf *text)
{
    if (b->confined != NULL) {
        confine_messages(b->confined, &b->output, text);
    } else {
        char *work = file_join(b->folder, "src");
        messages_clean(&b->output, work, b->program, text);
        free(work);
    }
    if (b->cut)
        strbuf_printf(text, "\n(the messages are longer than %d KiB; the rest is left out)\n",
                      MESSAGES_MAX / 1024);
}

static void judge_exit(struct build *b, int status)
{
    struct strbuf text = STRBUF_INIT;
    clean_messages(b, &text);
    bool ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    enum messages_trouble trouble = ok ? TROUBLE_NONE : messages_trouble(text.data);
    if (b->folder != NULL) {
        char *work = file_join(b->folder, "src");
        if (file_remove_tree(work, NULL) < 0)
            trouble = TROUBLE_NO_SPACE;
        free(work);
    }
    if (stopped(b)) {
        /* and told */
    } else if (trouble != TROUBLE_NONE) {
        judge_trouble(b, trouble, text.data);
    } else if (WIFSIGNALED(status)) {
        judge_signal(b, WTERMSIG(status));
    } else {
        end_with_opinion(b, ok, &text);
    }
    strbuf_free(&text);
}

/* --- the compiler runs --- */

static void stop_reading(struct build *b)
{
    loop_fd_remove(b->watch);
    b->watch = NULL;
    if (b->pipe >= 0)
        close(b->pipe);
    b->pipe = -1;
}

/* The rest happens when it is reaped. It may not lead its group yet. */
static void kill_compiler(const struct build *b)
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
            stop_reading(b);
            return;
        }
        b->printed += (size_t)n;
        if (b->printed > MESSAGES_END && !b->flooded && b->pid != 0) {
            b->flooded = true;
            kill_compiler(b);
        }
        size_t room = MESSAGES_MAX - b->output.len;
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
    kill_compiler(b);
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
        stop_reading(b);
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
            compiler_header_command(&b->compiler, &b->request, PREPARED_HEADER, output, deps,
                                    &command) &&
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
    if (b->headers == NULL && key_of_headers(&b->compiler, &b->request, b->headers_key) == 0 &&
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

static void start_proof(struct build *b, const char *messages)
{
    static char harmless[] = "int main(void)\n{\n    return 0;\n}\n";
    struct source_file file = {(char *)b->request.source, STRBUF_INIT};
    struct source source = {&file, 1, STRBUF_INIT};
    struct error err;
    strbuf_puts(&file.bytes, harmless);
    b->alleged = mem_string(messages);
    forget_attempt(b);
    if (compile_source(b, &source, &err) < 0)
        end_with(b, BUILD_INTERNAL, err.text);
    strbuf_free(&file.bytes);
}

static void end_proof(struct build *b, int status)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, b->alleged);
    if (stopped(b)) {
        /* and told */
    } else if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
        end_with_opinion(b, false, &text);
    } else {
        end_without_compiler(b, b->alleged);
    }
    strbuf_free(&text);
}

/* --- the end of a process --- */

static void end_process(struct build *b, int status)
{
    if (b->alleged != NULL)
        end_proof(b, status);
    else
        judge_exit(b, status);
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
    stop_reading(b);
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
        end_with(b, BUILD_INTERNAL, err.text);
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
        end_with_entry(b, &entry);
        loop_timer_remove(b->timer);
        b->timer = NULL;
        return 0;
    }
    return make_work(b, err) < 0 ? -1 : compile(b, err);
}

static int run_compiler(struct build *b, struct error *err)
{
    int rc = b->request.confine == CONFINE_NONE ? make_work(b, err) : 0;
    if (rc == 0)
        rc = compile_or_prepare(b, err);
    if (rc == 0 && !b->done)
        b->timer =
            loop_timer_add(b->loop, b->started + b->request.limit_ms * CLOCK_MS, on_limit, b);
    return rc;
}

/* --- start --- */

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
        end_with(b, BUILD_BAD_SOURCE, err.text);
        return;
    }
    if (source_read(&b->source, b->request.source_dir, name, &err) < 0) {
        end_with(b, BUILD_BAD_SOURCE, err.text);
        return;
    }
    struct strbuf why = STRBUF_INIT;
    bool honest = b->request.variant != BUILD_SANITIZED || instrumented_source(&b->source, &why);
    if (!honest)
        end_with(b, BUILD_FAILED, why.data);
    strbuf_free(&why);
    if (!honest)
        return;
    if (compiler_find(&b->compiler, b->request.compiler, &err) < 0) {
        end_with(b, BUILD_NO_COMPILER, err.text);
        return;
    }
    if (find_cache(b, &err) < 0 ||
        key_of_build(&b->compiler, &b->request, &b->source, b->key, &err) < 0) {
        end_with(b, BUILD_INTERNAL, err.text);
        return;
    }
    struct cache_entry entry;
    if (cache_find(b->request.cache_dir, b->key, b->program, &entry)) {
        b->result.cached = true;
        end_with_entry(b, &entry);
    } else if (run_compiler(b, &err) < 0) {
        end_with(b, BUILD_INTERNAL, err.text);
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
        kill_compiler(b);
        while (waitpid(b->pid, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
    loop_timer_remove(b->timer);
    stop_reading(b);
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
