/*
 * build/build_end: the part of build.h that says what has become of a build.
 *
 * - What the compiler says about the source (a program or a refusal) is cached; trouble of
 *   ours (limits, a full disk) is not.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "build/build_parts.h"
#include "build/instrumented.h"
#include "build/messages.h"

void build_end(struct build *b, enum build_status status, const char *messages)
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

void build_end_with_entry(struct build *b, struct cache_entry *entry)
{
    b->result.warnings = entry->warnings;
    b->result.binary = entry->binary;
    entry->binary = NULL;
    build_end(b, entry->status, entry->messages);
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
        build_end(b, BUILD_INTERNAL, err.text);
        return;
    }
    free(b->folder);
    b->folder = NULL;
    build_end_with_entry(b, &entry);
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
    build_end(b, BUILD_LIMIT, text);
    free(text);
}

/* A confined compiler's program comes to the cache only now. */
static void store_confined(struct build *b, enum build_status status, const char *messages)
{
    struct error err;
    b->folder = cache_begin(b->request.cache_dir, &err);
    if (b->folder == NULL || (status == BUILD_OK && confine_take(b->confined, b->folder, &err) < 0))
        build_end(b, BUILD_INTERNAL, err.text);
    else
        store(b, status, messages);
}

static void end_at_size(struct build *b)
{
    end_at_limit(b, b->confined != NULL
                        ? "wrote a file larger than 64 MiB, or took more than 1 GiB of memory"
                        : "wrote a file larger than 64 MiB, or took more than 4 GiB of memory");
}

bool build_was_stopped(struct build *b)
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

void build_end_without_compiler(struct build *b, const char *messages)
{
    struct strbuf text = STRBUF_INIT;
    strbuf_puts(&text, messages);
    strbuf_puts(&text, "A library of the compiler is missing. ");
    compiler_advice(&text);
    strbuf_putc(&text, '\n');
    build_end(b, BUILD_NO_COMPILER, text.data);
    strbuf_free(&text);
}

void build_end_with_opinion(struct build *b, bool ok, struct strbuf *text)
{
    if (!ok)
        strbuf_add(text, b->source.notes.data, b->source.notes.len);
    if (b->confined != NULL)
        store_confined(b, ok ? BUILD_OK : BUILD_FAILED, text->data);
    else
        store(b, ok ? BUILD_OK : BUILD_FAILED, text->data);
}

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
        build_end(b, BUILD_INTERNAL, messages);
    else if (b->confined != NULL)
        build_start_proof(b, messages);
    else
        build_end_without_compiler(b, messages);
}

static void judge_signal(struct build *b, int number)
{
    char *what = mem_format("the compiler was ended by signal %d", number);
    if (number == SIGXCPU)
        end_at_limit(b, "took more processor time than it is given");
    else if (number == SIGXFSZ)
        end_at_size(b);
    else
        build_end(b, BUILD_INTERNAL, what);
    free(what);
}

static void clean_messages(struct build *b, struct strbuf *text)
{
    if (b->confined != NULL) {
        confine_messages(b->confined, &b->output, text);
    } else if (b->folder == NULL) { /* ended at headers of ours: nothing of the source yet */
        strbuf_add(text, b->output.data, b->output.len);
    } else {
        char *work = file_join(b->folder, "src");
        messages_clean(&b->output, work, b->program, text);
        free(work);
    }
    if (b->cut)
        strbuf_printf(text, "\n(the messages are longer than %d KiB; the rest is left out)\n",
                      BUILD_MESSAGES_MAX / 1024);
}

void build_judge_exit(struct build *b, int status)
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
    if (build_was_stopped(b)) {
        /* and told */
    } else if (trouble != TROUBLE_NONE) {
        judge_trouble(b, trouble, text.data);
    } else if (WIFSIGNALED(status)) {
        judge_signal(b, WTERMSIG(status));
    } else {
        build_end_with_opinion(b, ok, &text);
    }
    strbuf_free(&text);
}
