/* workspace/lock: see lock.h. */
#include "workspace/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define PATIENCE (10 * CLOCK_S)

static void interrupt(int signal)
{
    (void)signal; /* it only ends the wait */
}

/* flock(2) has no deadline, and a runner that was stopped with Ctrl-Z may hold the lock for ever;
 * so a timer interrupts the wait. It is a wait in the kernel's queue, where those who came first
 * get the lock first: trying again and again may never hit the moment between two holders. */
static int lock_until(int fd, int64_t deadline)
{
    const struct itimerval every = {{0, 100000}, {0, 100000}}, off = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = interrupt}, before;
    int rc = flock(fd, LOCK_EX | LOCK_NB);
    if (rc == 0 || errno != EWOULDBLOCK)
        return rc;
    sigaction(SIGALRM, &action, &before);
    setitimer(ITIMER_REAL, &every, NULL);
    while ((rc = flock(fd, LOCK_EX)) != 0 && errno == EINTR) {
        if (clock_now() > deadline) {
            errno = EWOULDBLOCK;
            break;
        }
    }
    int saved = errno;
    setitimer(ITIMER_REAL, &off, NULL);
    sigaction(SIGALRM, &before, NULL);
    errno = saved;
    return rc;
}

static int try_until(int fd, int64_t deadline)
{
    int rc = lock_until(fd, deadline);
    if (rc != 0 && (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS))
        return 0; /* a filesystem without locks: better unlocked than not at all */
    return rc;
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
