/* workspace/lock: see lock.h. */
#include "workspace/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define PATIENCE (3 * CLOCK_S)

/* flock(2) has no deadline, and a runner that was stopped with Ctrl-Z may hold the lock for ever;
 * so it is tried again and again, for a while. */
static int try_until(int fd, int64_t deadline)
{
    int pause_ms = 1;
    while (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
            return 0; /* a filesystem without locks: better unlocked than not at all */
        if (errno != EWOULDBLOCK && errno != EINTR)
            return -1;
        if (clock_now() > deadline) {
            errno = EWOULDBLOCK;
            return -1;
        }
        poll(NULL, 0, pause_ms);
        if (pause_ms < 8)
            pause_ms *= 2;
    }
    return 0;
}

int lock_take(const char *dir, struct error *err)
{
    char *path = file_join(dir, ".lock");
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
    free(path);
    if (fd < 0)
        return error_errno(err, "the workspace %s cannot be written", dir);
    if (try_until(fd, clock_now() + PATIENCE) == 0)
        return fd;
    if (errno == EWOULDBLOCK)
        error_set(err,
                  "the workspace %s is in use: another socklings holds its lock (is one stopped"
                  " with Ctrl-Z? \"jobs\" and \"fg\" bring it back)",
                  dir);
    else
        error_errno(err, "the workspace %s cannot be locked", dir);
    close(fd);
    return -1;
}

void lock_release(int lock)
{
    close(lock);
}
