/*
 * build/confine: Landlock, where namespaces are refused.
 *
 * What is asked for follows the version that the kernel tells (landlock(7)).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/landlock.h"
#include "build/confine_parts.h"

struct rules {
    int fd;
    uint64_t handled;
};

static int allow(const struct rules *rules, const char *path, uint64_t wanted)
{
    struct stat st;
    uint64_t allowed = wanted & rules->handled;
    int beneath = open(path, O_PATH | O_CLOEXEC);
    if (beneath < 0)
        return errno == ENOENT ? 0 : -1;
    if (fstat(beneath, &st) == 0 && !S_ISDIR(st.st_mode))
        allowed &= LANDLOCK_EXECUTE | LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE | LANDLOCK_TRUNCATE;
    int rc = landlock_allow(rules->fd, beneath, allowed);
    close(beneath);
    return rc;
}

static int allow_reading(void *arg, const char *path)
{
    return allow(arg, path, LANDLOCK_EXECUTE | LANDLOCK_READ_FILE | LANDLOCK_READ_DIR);
}

int confine_landlock_rules(struct confined *c)
{
    int version = landlock_version();
    if (version < 1)
        return -1;
    /* Files: 13 rights at first, then linking, truncating, and ioctl of devices. */
    unsigned rights = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    struct landlock_rules all = {.files = (UINT64_C(1) << rights) - 1, .net = 3, .scoped = 3};
    struct rules rules = {landlock_rules_new(&all, version), all.files};
    if (rules.fd < 0)
        return -1;
    if (confine_each_shown(c->request.compiler, allow_reading, &rules) == 0 &&
        allow(&rules, "/dev/null", LANDLOCK_READ_FILE | LANDLOCK_WRITE_FILE) == 0 &&
        allow(&rules, c->folder,
              LANDLOCK_READ_FILE | LANDLOCK_READ_DIR | LANDLOCK_WRITE_FILE | LANDLOCK_REMOVE_FILE |
                  LANDLOCK_MAKE_REG | LANDLOCK_TRUNCATE) == 0)
        return rules.fd;
    int failure = errno;
    close(rules.fd);
    errno = failure;
    return -1;
}

int confine_landlock_enter(int rules)
{
    return landlock_enter(rules);
}
