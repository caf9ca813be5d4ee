/*
 * build/spawn: see spawn.h.
 *
 * - posix_spawn makes no copy of our memory.
 * - The limits are set by a shell before it becomes the compiler: set from outside they could come
 *   too late.
 */
#include "build/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>

#include "base/mem.h"

/* 64 MiB a file (in 512-byte blocks), 4 GiB of memory (in KiB). */
static const char under_limits[] = "{ ulimit -c 0; ulimit -t \"$0\"; ulimit -f 131072;"
                                   " ulimit -v 4194304; } 2>/dev/null; exec \"$@\"";

static int spawn_in(const char *work, int output, char *const *words, char *const *environment,
                    pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
    posix_spawn_file_actions_addchdir_np(&actions, work);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                              POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    int rc = posix_spawn(pid, "/bin/sh", &actions, &attributes, words, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (rc != 0)
        *pid = 0;
    return rc;
}

int spawn_limited(const struct word_list *command, const char *work, int output, unsigned limit_ms,
                  pid_t *pid)
{
    char *seconds = mem_format("%u", limit_ms / 1000 + 1);
    char *temp = mem_format("TMPDIR=%s", work);
    const char *path_value = getenv("PATH");
    char *path = mem_format("PATH=%s", path_value ? path_value : "/usr/local/bin:/usr/bin:/bin");
    char lang[] = "LC_ALL=C";
    char *environment[] = {path, temp, lang, NULL};
    struct word_list words = {NULL, 0};
    word_add(&words, "sh");
    word_add(&words, "-c");
    word_add(&words, under_limits);
    word_add(&words, seconds);
    for (size_t i = 0; i < command->count; i++)
        word_add(&words, command->words[i]);
    char *map = mem_format("-ffile-prefix-map=%s=.", work);
    word_add(&words, map);
    int rc = spawn_in(work, output, words.words, environment, pid);
    word_list_free(&words);
    free(map);
    free(path);
    free(temp);
    free(seconds);
    return rc;
}
