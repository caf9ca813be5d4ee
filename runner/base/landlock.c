/* base/landlock: see landlock.h. */
#include "base/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, ONLY_VERSION = 1, BENEATH = 1 };

enum { SCOPE_SIGNAL = 1 << 1 };

struct beneath {
    uint64_t allowed;
    int32_t parent;
} __attribute__((packed));

int landlock_version(void)
{
    return (int)syscall(CREATE_RULESET, NULL, 0, ONLY_VERSION);
}

int landlock_rules_new(const struct landlock_rules *rules, int version)
{
    size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8; /* the structure has grown */
    return (int)syscall(CREATE_RULESET, rules, size, 0);
}

int landlock_allow(int rules, int beneath, uint64_t rights)
{
    struct beneath rule = {.allowed = rights, .parent = beneath};
    return (int)syscall(ADD_RULE, rules, BENEATH, &rule, 0);
}

int landlock_enter(int rules)
{
    return (int)syscall(RESTRICT_SELF, rules, 0);
}

/* Before version 6 some right on files has to be handled: that to move a file to another folder,
 * which every domain takes away unless it is allowed; from version 2 on it can be. */
static int harmless_rules(int version)
{
    const struct landlock_rules signals = {.scoped = SCOPE_SIGNAL},
                                moves = {.files = LANDLOCK_REFER};
    if (version >= 6)
        return landlock_rules_new(&signals, version);
    errno = EOPNOTSUPP;
    int rules = version >= 2 ? landlock_rules_new(&moves, version) : -1;
    int root = rules >= 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
    if (rules >= 0 && (root < 0 || landlock_allow(rules, root, LANDLOCK_REFER) != 0)) {
        close(rules);
        rules = -1;
    }
    if (root >= 0)
        close(root);
    return rules;
}

int landlock_enter_own_domain(void)
{
    return landlock_enter_own_domain_of(landlock_version());
}

int landlock_enter_own_domain_of(int version)
{
    int rules = harmless_rules(version);
    if (rules < 0)
        return -1;
    int rc = landlock_enter(rules);
    close(rules);
    return rc;
}
