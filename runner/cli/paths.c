/* cli/paths - where labs, lessons and the helper library are. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "scene/factory.h"

/* The tree it was built from, and where `make install` puts it: set by the Makefile. */
#ifndef SOCKLINGS_SRCDIR
#define SOCKLINGS_SRCDIR ""
#endif
#ifndef SOCKLINGS_DATADIR
#define SOCKLINGS_DATADIR "/usr/local/share/socklings"
#endif

static bool holds_data(const char *dir)
{
    char *labs = file_join(dir, "labs");
    char *lib = file_join(dir, "lib");
    bool both = *dir && file_is_dir(labs) && file_is_dir(lib);
    free(labs);
    free(lib);
    return both;
}

/* The folder of this executable. The caller frees; "." when /proc does not tell. */
static char *own_folder(void)
{
    char path[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);
    if (n <= 0)
        return mem_string(".");
    path[n] = '\0';
    return file_folder(path);
}

/* The archive lies where it was built (beside the executable), or is installed with the headers. */
static char *find_archive(const char *own, const char *root)
{
    static const char name[] = "libsocklings.a";
    char *tried[] = {file_join(own, name), mem_format("%s/lib/%s", root, name),
                     mem_format("%s/build/%s", root, name)};
    char *found = NULL;
    for (size_t i = 0; i < sizeof tried / sizeof tried[0]; i++) {
        if (!found && file_exists(tried[i]))
            found = tried[i];
        else if (i > 0 || found)
            free(tried[i]);
    }
    if (!found) /* the build will say that it is missing, with this path */
        return tried[0];
    if (found != tried[0])
        free(tried[0]);
    return found;
}

static void set_paths(struct cli_paths *paths, const char *own, const char *root)
{
    /* Absolute, since a build runs in a folder of its own. */
    char *real = realpath(root, NULL);
    paths->root = real ? real : mem_string(root);
    paths->labs = file_join(paths->root, "labs");
    paths->lessons = file_join(paths->root, "lessons");
    paths->lib = file_join(paths->root, "lib");
    paths->lib_archive = find_archive(own, paths->root);
    /* Solutions are in both. */
    factory_hide(paths->labs);
    factory_hide(paths->lessons);
}

int cli_find_data(struct cli *cli, struct error *err)
{
    if (cli->paths.root)
        return 0;
    const char *wanted = getenv("SOCKLINGS_DATA");
    char *own = own_folder();
    int status = 0;
    if (wanted && *wanted) {
        if (holds_data(wanted))
            set_paths(&cli->paths, own, wanted);
        else
            status = error_set(err, "$SOCKLINGS_DATA is %s, but there is no labs/ and lib/ in it.",
                               wanted);
        free(own);
        return status;
    }
    char *tried[] = {mem_format("%s/..", own), mem_format("%s/../share/socklings", own),
                     mem_string(SOCKLINGS_SRCDIR), mem_string(SOCKLINGS_DATADIR)};
    const size_t ntried = sizeof tried / sizeof tried[0];
    for (size_t i = 0; i < ntried && !cli->paths.root; i++)
        if (holds_data(tried[i]))
            set_paths(&cli->paths, own, tried[i]);
    if (!cli->paths.root)
        status =
            error_set(err,
                      "The labs are nowhere to be found: looked in %s, %s, %s and %s. Set "
                      "SOCKLINGS_DATA to the folder that holds labs/, lessons/ and lib/.",
                      tried[0], tried[1], *tried[2] ? tried[2] : "(no source folder)", tried[3]);
    for (size_t i = 0; i < ntried; i++)
        free(tried[i]);
    free(own);
    return status;
}
