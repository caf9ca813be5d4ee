/* net/diag: see diag.h. libmnl takes the messages apart. */
#include "net/diag.h"

#include <sys/socket.h>

int diag_dump(int fd, struct nlmsghdr *nlh, mnl_cb_t on_message, void *arg)
{
    static unsigned sequence;
    _Alignas(struct nlmsghdr) char buffer[16384];
    nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    nlh->nlmsg_seq = ++sequence;
    if (send(fd, nlh, nlh->nlmsg_len, 0) < 0)
        return -1;
    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n <= 0)
            return -1;
        int rc = mnl_cb_run(buffer, (size_t)n, 0, 0, on_message, arg);
        if (rc <= 0)
            return rc;
    }
}
