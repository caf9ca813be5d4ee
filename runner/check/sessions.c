/* check/sessions: see sessions.h. */
#include "check/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "build/build.h"

/* A session waits for real: nc for its second, a client for its time-out. */
static const struct lab_limits session_limits = {.wall_ms = 60000,
                                                 .cpu_ms = 10000,
                                                 .processes = 64,
                                                 .output_bytes = 1 << 20,
                                                 .file_bytes = 64 << 20,
                                                 .calls = 200000};

static int build_solution(struct loop *loop, const struct check_request *request,
                          struct build **builds, struct scene_program *programs, char **names,
                          struct error *err)
{
    const struct lab *lab = request->lab;
    char *dir = mem_format("%s/solution", lab->dir);
    for (unsigned i = 0; i < lab->nprograms; i++) {
        struct build_request build = {.source_dir = dir,
                                      .source = lab->programs[i].source,
                                      .lib_dir = request->lib_dir,
                                      .lib_archive = request->lib_archive,
                                      .cache_dir = request->cache_dir};
        builds[i] = build_start(loop, &build);
    }
    free(dir);
    for (unsigned i = 0; i < lab->nprograms; i++) {
        const struct lab_program *p = &lab->programs[i];
        const struct build_result *result = build_wait(builds[i]);
        if (result->status != BUILD_OK)
            return error_set(err, "the solution's %s does not compile: %s", p->source,
                             result->messages);
        names[i] = mem_format("%.*s", (int)strcspn(p->source, "."), p->source);
        programs[i] = (struct scene_program){
            .role = p->role, .binary = result->binary, .name = names[i], .source = p->source};
    }
    return 0;
}

/* The files of the lab's data folder lie beside the programs, as the lesson shows them. What is
 * given is freed with free_data. */
static struct scene_file *list_data(const struct lab *lab, unsigned *n)
{
    char *dir = file_join(lab->dir, "data");
    struct file_list names = {0};
    struct scene_file *files = NULL;
    *n = 0;
    if (file_list(dir, &names, NULL) == 0) {
        files = mem_alloc((names.count + 1) * sizeof *files);
        for (size_t i = 0; i < names.count; i++, ++*n)
            files[i] = (struct scene_file){.name = mem_string(names.names[i]),
                                           .host_path = file_join(dir, names.names[i])};
    }
    file_list_free(&names);
    free(dir);
    return files;
}

static void free_data(struct scene_file *files, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        free((char *)(uintptr_t)files[i].name);
        free((char *)(uintptr_t)files[i].host_path);
    }
    free(files);
}

enum session_result check_session(struct loop *loop, const struct check_request *request,
                                  const struct lesson_session *session, struct strbuf *difference,
                                  struct error *err)
{
    unsigned n = request->lab->nprograms;
    struct build **builds = mem_alloc(n * sizeof(struct build *));
    struct scene_program *programs = mem_alloc(n * sizeof *programs);
    char **names = mem_alloc(n * sizeof *names);
    enum session_result result = SESSION_INTERNAL;
    unsigned nfiles;
    struct scene_file *files = list_data(request->lab, &nfiles);
    struct scene_script none = {.files = files,
                                .nfiles = nfiles,
                                .network = session_network(session, request->lab)};
    if (build_solution(loop, request, builds, programs, names, err) == 0) {
        struct scene_setup setup = {.script = &none,
                                    .programs = programs,
                                    .nprograms = n,
                                    .limits = session_limits,
                                    .tier = scene_tier_probe(),
                                    .packets = request->lab->needs_packets,
                                    .interrupted = request->interrupted};
        result = session_play(loop, &setup, session, difference, err);
    }
    for (unsigned i = 0; i < n; i++) {
        build_free(builds[i]);
        free(names[i]);
    }
    free(builds);
    free(programs);
    free(names);
    free_data(files, nfiles);
    return result;
}
