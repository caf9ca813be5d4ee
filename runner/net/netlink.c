/*
 * net/netlink: see netlink.h.
 *
 *  - rtnetlink works while send(2) lasts: when that is back, all answers are there to be read.
 *  - A request that fails is always answered, one that succeeds only when it asks for that
 *    (NLM_F_ACK): only the last of a batch does.
 */
#include "net/netlink.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int netlink_open(struct netlink *nl, struct error *err)
{
    int one = 1;
    nl->sequence = 0;
    nl->used = 0;
    nl->count = 0;
    nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (nl->fd < 0)
        return error_errno(err, "cannot open a socket to the kernel's network (netlink)");
    /* Answers without a copy of the request; what does not know it copies. */
    (void)setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof one);
    return 0;
}

void netlink_close(struct netlink *nl)
{
    if (nl->fd >= 0)
        close(nl->fd);
    nl->fd = -1;
}

struct nlmsghdr *netlink_request(struct netlink *nl, uint16_t type, uint16_t flags,
                                 const char *what)
{
    if (nl->count > 0) {
        const struct nlmsghdr *last = (const void *)(nl->bytes + nl->used);
        nl->used += NLMSG_ALIGN(last->nlmsg_len);
    }
    snprintf(nl->requests[nl->count].what, NETLINK_WHAT, "%s", what != NULL ? what : "");
    struct nlmsghdr *nlh = mnl_nlmsg_put_header(nl->bytes + nl->used);
    nlh->nlmsg_type = type;
    nlh->nlmsg_flags = NLM_F_REQUEST | flags;
    nlh->nlmsg_seq = nl->sequence + nl->count++;
    return nlh;
}

/* What the answer to request `at` says: 0 or an errno. */
static int failure(const struct nlmsghdr *nlh)
{
    const struct nlmsgerr *answer = mnl_nlmsg_get_payload(nlh);
    if (nlh->nlmsg_type != NLMSG_ERROR || mnl_nlmsg_get_payload_len(nlh) < sizeof *answer)
        return 0;
    return -answer->error;
}

static int take_answers(struct netlink *nl, struct error *err)
{
    _Alignas(struct nlmsghdr) char answer[8192];
    bool last = false;
    int rc = 0;
    while (!last) {
        ssize_t n = recv(nl->fd, answer, sizeof answer, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return error_errno(err, "the kernel's network (netlink) does not answer");
        int left = (int)n;
        for (const struct nlmsghdr *nlh = (const void *)answer; mnl_nlmsg_ok(nlh, left);
             nlh = mnl_nlmsg_next(nlh, &left)) {
            unsigned at = nlh->nlmsg_seq - nl->sequence;
            if (at >= nl->count)
                continue;
            last |= nlh->nlmsg_type == NLMSG_ERROR && at == nl->count - 1;
            errno = failure(nlh);
            if (rc == 0 && errno != 0 && nl->requests[at].what[0] != '\0')
                rc = error_errno(err, "cannot %s", nl->requests[at].what);
        }
    }
    return rc;
}

int netlink_send(struct netlink *nl, struct error *err)
{
    if (nl->count == 0)
        return 0;
    struct nlmsghdr *last = (void *)(nl->bytes + nl->used);
    size_t len = nl->used + last->nlmsg_len;
    int rc;
    last->nlmsg_flags |= NLM_F_ACK;
    if (send(nl->fd, nl->bytes, len, 0) != (ssize_t)len)
        rc = error_errno(err, "cannot speak to the kernel's network (netlink)");
    else
        rc = take_answers(nl, err);
    nl->sequence += nl->count;
    nl->used = 0;
    nl->count = 0;
    return rc;
}

int netlink_namespace(int fd)
{
    return ioctl(fd, SIOCGSKNS, 0);
}
