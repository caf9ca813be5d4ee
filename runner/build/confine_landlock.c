/*
 * build/confine: Landlock, where namespaces are refused.
 *
 * The kernel's own header may be older than the kernel: what is asked for, and how long the
 * structure is, follows the version that the kernel tells (Documentation/userspace-api/landlock).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "build/confine_parts.h"

/* The same numbers on every architecture. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, ONLY_VERSION = 1, BENEATH = 1 };

enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_FILE = 1 << 5,
    MAKE_REG = 1 << 8,
    TRUNCATE = 1 << 14,
};

struct ruleset {
    uint64_t files, net, scoped;
};

struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

struct rules {
    int fd;
    uint64_t handled;
};

static int allow(const struct rules *rules, const char *path, uint64_t wanted)
{
    struct stat st;
    struct beneath rule = {.allowed = wanted & rules->handled,
                           .parent = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent < 0)
        return errno == ENOENT ? 0 : -1;
    if (fstat(rule.parent, &st) == 0 && !S_ISDIR(st.st_mode))
        rule.allowed &= EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
    long rc = syscall(ADD_RULE, rules->fd, BENEATH, &rule, 0);
    close(rule.parent);
    return (int)rc;
}

static int allow_reading(void *arg, const char *path)
{
    return allow(arg, path, EXECUTE | READ_FILE | READ_DIR);
}

int confine_landlock_rules(struct confined *c)
{
    long version = syscall(CREATE_RULESET, NULL, 0, ONLY_VERSION);
    if (version < 1)
        return -1;
    /* Files: 13 rights at first, then linking, truncating, and ioctl of devices. */
    unsigned rights = version >= 5 ? 16 : version >= 3 ? 15 : version >= 2 ? 14 : 13;
    struct ruleset all = {.files = (UINT64_C(1) << rights) - 1, .net = 3, .scoped = 3};
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
    struct rules rules = {(int)syscall(CREATE_RULESET, &all, size, 0), all.files};
    if (rules.fd < 0)
        return -1;
    if (confine_each_shown(c->request.compiler, allow_reading, &rules) == 0 &&
        allow(&rules, "/dev/null", READ_FILE | WRITE_FILE) == 0 &&
        allow(&rules, c->folder,
              READ_FILE | READ_DIR | WRITE_FILE | REMOVE_FILE | MAKE_REG | TRUNCATE) == 0)
        return rules.fd;
    int failure = errno;
    close(rules.fd);
    errno = failure;
    return -1;
}

int confine_landlock_enter(int rules)
{
    return (int)syscall(RESTRICT_SELF, rules, 0);
}
