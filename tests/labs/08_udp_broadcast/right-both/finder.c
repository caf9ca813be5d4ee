/* finder - both broadcasts, SO_RCVTIMEO with the time that is left. */
#include "lab.h"

#include <ifaddrs.h>

struct found {
    uint32_t address;
    char name[300];
};
static struct found *found;
static size_t count;

static int by_number(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("finder PORT");
    int fd = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on);
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons(port),
                             .sin_addr.s_addr = INADDR_BROADCAST};
    if (sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&to, sizeof to) < 0)
        die_call("sendto", NULL);
    struct ifaddrs *list;
    if (getifaddrs(&list) == 0) {
        for (struct ifaddrs *i = list; i != NULL; i = i->ifa_next)
            if (i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET &&
                i->ifa_netmask != NULL) {
                uint32_t mask = ((struct sockaddr_in *)i->ifa_netmask)->sin_addr.s_addr;
                to.sin_addr.s_addr = ((struct sockaddr_in *)i->ifa_addr)->sin_addr.s_addr | ~mask;
                sendto(fd, "WHO?", 4, 0, (struct sockaddr *)&to, sizeof to);
            }
        freeifaddrs(list);
    }
    int64_t end = io_deadline(1000);
    for (int64_t left; (left = end - io_deadline(0)) > 0;) {
        struct timeval limit = {.tv_sec = left / 1000, .tv_usec = left % 1000 * 1000};
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        struct found one = {0};
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        if (recvfrom(fd, one.name, sizeof one.name - 1, 0, (struct sockaddr *)&from, &size) < 0)
            continue;
        one.address = ntohl(from.sin_addr.s_addr);
        size_t i = 0;
        while (i < count && memcmp(&found[i], &one, sizeof one) != 0)
            i++;
        if (i < count)
            continue;
        found = realloc(found, (count + 1) * sizeof one);
        found[count++] = one;
    }
    if (count > 0)
        qsort(found, count, sizeof found[0], by_number);
    for (size_t i = 0; i < count; i++)
        printf("%u.%u.%u.%u %s\n", found[i].address >> 24, found[i].address >> 16 & 255,
               found[i].address >> 8 & 255, found[i].address & 255, found[i].name);
    return 0;
}
