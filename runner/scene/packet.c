/* scene/packet: packets with descriptors on a Unix socket; declared in factory.h. unix(7). */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/uio.h>

#include "base/clock.h"
#include "net/hosts.h"
#include "scene/factory.h"

enum { FDS_MOST = HOSTS_PORTS };

union ancillary {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(FDS_MOST * sizeof(int))];
};

int packet_send(int fd, const void *data, size_t len, const int *fds, unsigned nfds)
{
    union ancillary extra;
    struct iovec iov = {(void *)(uintptr_t)data, len};
    struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
    if (nfds > 0) {
        memset(&extra, 0, sizeof extra);
        msg.msg_control = extra.bytes;
        msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&msg);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(nfds * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, nfds * sizeof(int));
    }
    return sendmsg(fd, &msg, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

static int wait_readable(int fd)
{
    struct pollfd pfd = {fd, POLLIN, 0};
    int64_t deadline = clock_now() + FACTORY_MS * CLOCK_MS;
    int rc;
    do {
        int64_t left = (deadline - clock_now()) / CLOCK_MS;
        rc = poll(&pfd, 1, left > 0 ? (int)left : 0);
    } while (rc < 0 && errno == EINTR);
    if (rc == 0)
        errno = ETIMEDOUT;
    return rc > 0 ? 0 : -1;
}

int packet_receive(int fd, void *data, size_t len, int *fds, unsigned *nfds)
{
    union ancillary extra;
    struct iovec iov = {data, len};
    struct msghdr msg = {.msg_iov = &iov,
                         .msg_iovlen = 1,
                         .msg_control = extra.bytes,
                         .msg_controllen = sizeof extra.bytes};
    unsigned room = *nfds;
    *nfds = 0;
    if (wait_readable(fd) != 0)
        return -1;
    ssize_t n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC);
    if (n <= 0) {
        errno = n == 0 ? EPIPE : errno;
        return -1;
    }
    for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
            continue;
        unsigned count = (unsigned)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (unsigned i = 0; i < count && *nfds < room; i++)
            memcpy(&fds[(*nfds)++], CMSG_DATA(c) + i * sizeof(int), sizeof(int));
    }
    return (int)n;
}
