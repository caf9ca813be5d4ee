// The network is changed under the check.
// expect: outcome=pass
#include <linux/rtnetlink.h>
#include <net/if.h>
//@solution
int main(int argc, char **argv)
{
    struct {
        struct nlmsghdr head;
        struct ifinfomsg info;
    } down = {.head = {.nlmsg_len = sizeof down,
                       .nlmsg_type = RTM_NEWLINK,
                       .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK},
              .info = {.ifi_index = 1, .ifi_change = IFF_UP}};
    struct {
        struct nlmsghdr head;
        struct nlmsgerr error;
        char more[256];
    } answer = {.error = {.error = 0}};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd >= 0 && send(fd, &down, sizeof down, 0) > 0 && recv(fd, &answer, sizeof answer, 0) > 0 &&
        answer.error.error == 0)
        breach("the loopback was taken down");
    if (fd >= 0)
        close(fd);
    struct ifreq request = {.ifr_flags = 0};
    snprintf(request.ifr_name, sizeof request.ifr_name, "lo");
    fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    refused(ioctl(fd, SIOCSIFFLAGS, &request), "SIOCSIFFLAGS");
    close(fd);
    return honest_main(argc, argv);
}
