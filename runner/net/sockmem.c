/* net/sockmem: see sockmem.h. One dump for each kind of socket; sock_diag(7). */
#include "net/sockmem.h"

#include <linux/inet_diag.h>
#include <linux/netlink_diag.h>
#include <linux/packet_diag.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include "net/diag.h"

/* What the messages of a kind of socket begin with; which attribute holds struct sk_meminfo; the
 * kind (AF_UNSPEC: of both families, as in sockdiag.c). */
struct kind {
    size_t header;
    uint16_t attribute;
    unsigned char family, protocol;
};

static const struct kind kinds[] = {
    {sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, AF_UNSPEC, IPPROTO_TCP},
    {sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, AF_INET, IPPROTO_UDP},
    {sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, AF_INET6, IPPROTO_UDP},
    {sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, AF_INET, IPPROTO_UDPLITE},
    {sizeof(struct inet_diag_msg), INET_DIAG_SKMEMINFO, AF_INET6, IPPROTO_UDPLITE},
    {sizeof(struct unix_diag_msg), UNIX_DIAG_MEMINFO, AF_UNIX, 0},
    {sizeof(struct netlink_diag_msg), NETLINK_DIAG_MEMINFO, AF_NETLINK, NDIAG_PROTO_ALL},
    {sizeof(struct packet_diag_msg), PACKET_DIAG_MEMINFO, AF_PACKET, 0},
};

static void put_request(struct nlmsghdr *nlh, const struct kind *kind)
{
    nlh->nlmsg_type = kind->family == AF_UNSPEC ? TCPDIAG_GETSOCK : SOCK_DIAG_BY_FAMILY;
    if (kind->family == AF_UNSPEC) {
        struct inet_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
        req->idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
        req->idiag_states = 0x1fff; /* one that is only bound holds nothing */
    } else if (kind->family == AF_UNIX) {
        struct unix_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
        req->sdiag_family = kind->family;
        req->udiag_states = ~0U;
        req->udiag_show = UDIAG_SHOW_MEMINFO;
    } else if (kind->family == AF_NETLINK) {
        struct netlink_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
        req->sdiag_family = kind->family;
        req->sdiag_protocol = kind->protocol;
        req->ndiag_show = NDIAG_SHOW_MEMINFO;
    } else if (kind->family == AF_PACKET) {
        struct packet_diag_req *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
        req->sdiag_family = kind->family;
        req->pdiag_show = PACKET_SHOW_MEMINFO;
    } else {
        struct inet_diag_req_v2 *req = mnl_nlmsg_put_extra_header(nlh, sizeof *req);
        req->sdiag_family = kind->family;
        req->sdiag_protocol = kind->protocol;
        req->idiag_ext = 1U << (INET_DIAG_SKMEMINFO - 1);
        req->idiag_states = ~0U;
    }
}

struct sum {
    const struct kind *kind;
    uint64_t bytes;
};

static int on_attribute(const struct nlattr *attr, void *arg)
{
    struct sum *sum = arg;
    uint32_t v[SK_MEMINFO_VARS] = {0};
    size_t len = mnl_attr_get_payload_len(attr);
    if (mnl_attr_get_type(attr) != sum->kind->attribute)
        return MNL_CB_OK;
    memcpy(v, mnl_attr_get_payload(attr), len < sizeof v ? len : sizeof v);
    /* What TCP has queued is partly allocated to the device below it as well. */
    uint32_t queued = v[SK_MEMINFO_WMEM_QUEUED], allocated = v[SK_MEMINFO_WMEM_ALLOC];
    sum->bytes += (uint64_t)v[SK_MEMINFO_RMEM_ALLOC] + (queued > allocated ? queued : allocated) +
                  v[SK_MEMINFO_FWD_ALLOC] + v[SK_MEMINFO_OPTMEM] + v[SK_MEMINFO_BACKLOG];
    return MNL_CB_OK;
}

static int on_message(const struct nlmsghdr *nlh, void *arg)
{
    const struct sum *sum = arg;
    mnl_attr_parse(nlh, (unsigned)sum->kind->header, on_attribute, arg);
    return MNL_CB_OK;
}

uint64_t sockmem_sum(int fd)
{
    struct sum sum = {0};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        _Alignas(struct nlmsghdr) char buffer[128];
        struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
        sum.kind = &kinds[i];
        put_request(nlh, sum.kind);
        diag_dump(fd, nlh, on_message, &sum); /* what it refuses counts as nothing */
    }
    return sum.bytes;
}
