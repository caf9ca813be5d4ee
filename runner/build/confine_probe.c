/*
 * build: build_prove_confinement of build.h.
 *
 *  - An honest source must compile; one that includes a file with a secret, and one that takes it
 *    over as bytes, must not, nor show it. The three compile side by side.
 *  - None comes from a cache: theirs is a folder that is new.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/loop.h"
#include "base/mem.h"
#include "build/build.h"
#include "build/cache.h"
#include "build/confine.h"

enum { HONEST, INCLUDED, TAKEN_OVER, PROBES };

struct build_proof {
    struct loop *loop;
    char *folder;
    struct build *builds[PROBES];
    bool begun;       /* else: */
    struct error err; /* why not */
};

/* Starts to compile the text as FOLDER/NAME. */
static struct build *start(const struct build_proof *proof, const char *name, const char *text,
                           struct error *err)
{
    struct build_request request = {.source_dir = proof->folder,
                                    .source = name,
                                    .cache_dir = proof->folder,
                                    .confine = CONFINE_OR_FAIL};
    char *path = file_join(proof->folder, name);
    int rc = file_write(path, text, strlen(text), 0644, 0, err);
    free(path);
    return rc == 0 ? build_start(proof->loop, &request) : NULL;
}

static bool start_all(struct build_proof *proof, const char *secret, struct error *err)
{
    static const char *const names[PROBES] = {"honest.c", "included.c", "taken_over.c"};
    char *texts[PROBES] = {
        mem_string("int main(void) { return 0; }\n"),
        mem_format("#include \"%s\"\nint main(void) { return 0; }\n", secret),
        mem_format("__asm__(\".incbin \\\"%s\\\"\");\nint main(void) { return 0; }\n", secret)};
    bool begun = true;
    for (int i = 0; i < PROBES; i++) {
        if (begun)
            proof->builds[i] = start(proof, names[i], texts[i], err);
        begun = begun && proof->builds[i] != NULL;
        free(texts[i]);
    }
    return begun;
}

struct build_proof *build_proof_start(void)
{
    static const char text[] = "#warning this is a secret\n";
    struct build_proof *proof = mem_alloc(sizeof *proof);
    struct error *err = &proof->err;
    const char *cache = build_cache_dir(err);
    proof->folder = cache == NULL ? NULL : cache_begin(cache, err);
    proof->loop = proof->folder == NULL ? NULL : loop_new(err);
    if (proof->loop == NULL)
        return proof;
    char *secret = file_join(proof->folder, "secret");
    proof->begun =
        file_write(secret, text, strlen(text), 0644, 0, err) == 0 && start_all(proof, secret, err);
    free(secret);
    return proof;
}

void build_proof_drop(struct build_proof *proof)
{
    if (proof == NULL)
        return;
    for (int i = 0; i < PROBES; i++)
        build_free(proof->builds[i]);
    loop_free(proof->loop);
    if (proof->folder != NULL)
        file_remove_tree(proof->folder, NULL);
    free(proof->folder);
    free(proof);
}

/* Neither what it holds nor that it can be read may show. */
static bool is_kept(struct build *b)
{
    const struct build_result *result = build_wait(b);
    return result->status == BUILD_FAILED && strstr(result->messages, "a secret") == NULL;
}

int build_proof_end(struct build_proof *proof, const char **how, struct error *err)
{
    int rc = 0;
    if (!proof->begun)
        rc = error_set(err, "%s", proof->err.text);
    else if (build_wait(proof->builds[HONEST])->status != BUILD_OK)
        rc = error_set(err, "%s", build_wait(proof->builds[HONEST])->messages);
    else if (!is_kept(proof->builds[INCLUDED]) || !is_kept(proof->builds[TAKEN_OVER]))
        rc = error_set(err, "a program could include a foreign file");
    *how = confine_way_name();
    build_proof_drop(proof);
    return rc;
}

int build_prove_confinement(const char **how, struct error *err)
{
    return build_proof_end(build_proof_start(), how, err);
}
