/* build: build_prove_confinement of build.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "build/build.h"
#include "build/cache.h"
#include "build/confine.h"

/* Compiles the text as FOLDER/probe.c, never from the cache: its folder is new and part of it. */
static enum build_status compile_text(struct loop *loop, const char *folder, const char *text,
                                      struct strbuf *messages)
{
    struct error err;
    struct build_request request = {
        .source_dir = folder, .source = "probe.c", .cache_dir = folder, .confine = CONFINE_OR_FAIL};
    char *path = file_join(folder, "probe.c");
    int rc = file_write(path, text, strlen(text), 0644, 0, &err);
    free(path);
    if (rc < 0) {
        strbuf_puts(messages, err.text);
        return BUILD_INTERNAL;
    }
    struct build *b = build_start(loop, &request);
    const struct build_result *result = build_wait(b);
    enum build_status status = result->status;
    strbuf_puts(messages, result->messages);
    build_free(b);
    return status;
}

/* Neither what it holds nor that it can be read may show. */
static int try_secret(struct loop *loop, const char *folder, const char *before, const char *path,
                      const char *after, struct error *err)
{
    struct strbuf messages = STRBUF_INIT;
    char *text = mem_format("%s%s%s\nint main(void) { return 0; }\n", before, path, after);
    enum build_status status = compile_text(loop, folder, text, &messages);
    int rc = 0;
    if (status != BUILD_FAILED || strstr(messages.data, "a secret") != NULL)
        rc = error_set(err, "a program could include a foreign file");
    free(text);
    strbuf_free(&messages);
    return rc;
}

static int prove(struct loop *loop, const char *folder, struct error *err)
{
    static const char secret[] = "#warning this is a secret\n";
    struct strbuf messages = STRBUF_INIT;
    char *path = file_join(folder, "secret");
    int rc = file_write(path, secret, strlen(secret), 0644, 0, err);
    if (rc == 0 &&
        compile_text(loop, folder, "int main(void) { return 0; }\n", &messages) != BUILD_OK)
        rc = error_set(err, "%s", messages.data);
    if (rc == 0)
        rc = try_secret(loop, folder, "#include \"", path, "\"", err);
    if (rc == 0)
        rc = try_secret(loop, folder, "__asm__(\".incbin \\\"", path, "\\\"\");", err);
    strbuf_free(&messages);
    free(path);
    return rc;
}

int build_prove_confinement(const char **how, struct error *err)
{
    const char *cache = build_cache_dir(err);
    char *folder = cache == NULL ? NULL : cache_begin(cache, err);
    struct loop *loop = folder == NULL ? NULL : loop_new(err);
    int rc = loop == NULL ? -1 : prove(loop, folder, err);
    *how = confine_way_name();
    if (loop != NULL)
        loop_free(loop);
    if (folder != NULL)
        file_remove_tree(folder, NULL);
    free(folder);
    return rc;
}
