/*
 * finder - asks everybody on the local networks "WHO?" and lists, after one second, all who have
 * answered: "ADDR NAME", sorted, each of them once.
 */
#define _DEFAULT_SOURCE /* IFF_UP and IFF_BROADCAST are not in POSIX; plain gcc has them anyway */
#include "lab.h"

#include <ifaddrs.h>
#include <net/if.h>

enum {
    LISTEN_MS = 1000, /* how long answers are waited for */
    ROUNDS = 3,       /* how often the question is asked in that time: one may be lost */
    NAME_SIZE = 256,
    BEACONS_MAX = 1024,
};

struct beacon {
    struct in_addr address;
    char name[NAME_SIZE];
};

/* Those who have answered, each of them once. */
struct list {
    struct beacon beacons[BEACONS_MAX];
    size_t count;
};

/* [option] */
static int open_socket(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die_call("socket", NULL);

    /* A datagram to a broadcast address disturbs every machine of the network. So the kernel wants
     * to hear that it is meant: without this option sendto() fails with EACCES. */
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_BROADCAST, &on, sizeof on) < 0)
        die_call("setsockopt", "SO_BROADCAST");
    return fd;
}
/* [/option] */

/* [ask] */
static bool ask(int fd, struct in_addr address, uint16_t port)
{
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(port),
        .sin_addr = address,
    };
    if (sendto(fd, "WHO?", 4, 0, (const struct sockaddr *)&to, sizeof to) >= 0)
        return true;
    char name[NET_NAME_SIZE];
    warn_call("sendto", net_name((const struct sockaddr *)&to, name));
    return false;
}
/* [/ask] */

/* [everybody] */
/* Has this entry of getifaddrs() an IPv4 broadcast address? */
static bool can_broadcast(const struct ifaddrs *i)
{
    return i->ifa_addr != NULL && i->ifa_addr->sa_family == AF_INET && i->ifa_broadaddr != NULL &&
           (i->ifa_flags & IFF_UP) != 0 && (i->ifa_flags & IFF_BROADCAST) != 0;
}

/* Asks the broadcast address of each network that this machine is on, because a datagram to
 * 255.255.255.255 leaves by one interface only. It is for a machine that has no other. */
static void ask_everybody(int fd, uint16_t port)
{
    struct ifaddrs *interfaces;
    if (getifaddrs(&interfaces) < 0)
        die_call("getifaddrs", NULL);

    bool found = false, asked = false;
    for (const struct ifaddrs *i = interfaces; i != NULL; i = i->ifa_next) {
        if (can_broadcast(i)) {
            found = true;
            asked |= ask(fd, ((const struct sockaddr_in *)i->ifa_broadaddr)->sin_addr, port);
        }
    }
    freeifaddrs(interfaces);
    if (!found)
        asked = ask(fd, (struct in_addr){htonl(INADDR_BROADCAST)}, port);
    if (!asked)
        exit(EXIT_FAILURE);
}
/* [/everybody] */

/* [note] */
/* Puts an answer into the list, unless it is there already: who hears the question twice answers
 * twice. */
static void note(struct list *list, struct in_addr address, const char *name)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->beacons[i].address.s_addr == address.s_addr &&
            strcmp(list->beacons[i].name, name) == 0)
            return;
    if (list->count == BEACONS_MAX) {
        warn("more than %d have answered: %s is left out", BEACONS_MAX, name);
        return;
    }
    struct beacon *beacon = &list->beacons[list->count++];
    beacon->address = address;
    snprintf(beacon->name, sizeof beacon->name, "%s", name);
}
/* [/note] */

/* [take] */
static void take_answer(int fd, struct list *list)
{
    char name[NAME_SIZE];
    struct sockaddr_in sender;
    socklen_t sender_size = sizeof sender;
    ssize_t n = recvfrom(fd, name, sizeof name - 1, 0, (struct sockaddr *)&sender, &sender_size);
    if (n < 0)
        die_call("recvfrom", NULL);

    /* Anybody may answer, and with anything: a newline in a name would look like a line of ours. */
    size_t size = (size_t)n;
    for (size_t i = 0; i < size; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == 0x7F)
            name[i] = '?';
    name[size] = '\0';
    note(list, sender.sin_addr, name);
}

/* Takes answers until the deadline, however many come: what is left of the time gets less, and
 * does not begin anew with each of them. */
static void take_answers(int fd, struct list *list, int64_t deadline)
{
    struct err err;
    enum status status;
    while ((status = io_wait(fd, POLLIN, deadline, &err)) == STATUS_OK)
        take_answer(fd, list);
    if (status == STATUS_ERROR)
        die("%s", err.text);
}
/* [/take] */

/* [sort] */
static int by_address(const void *left, const void *right)
{
    const struct beacon *a = left, *b = right;
    uint32_t first = ntohl(a->address.s_addr), second = ntohl(b->address.s_addr);
    if (first != second)
        return first < second ? -1 : 1;
    return strcmp(a->name, b->name);
}
/* [/sort] */

int main(int argc, char *argv[])
{
    static struct list list;

    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("finder PORT");
    sig_exit_on_stop();

    /* [rounds] */
    int fd = open_socket();
    int64_t end = io_deadline(LISTEN_MS);
    for (int left = ROUNDS - 1; left >= 0; left--) {
        ask_everybody(fd, port);
        take_answers(fd, &list, end - left * (LISTEN_MS / ROUNDS));
    }
    /* [/rounds] */

    qsort(list.beacons, list.count, sizeof list.beacons[0], by_address);
    for (size_t i = 0; i < list.count; i++) {
        char address[INET_ADDRSTRLEN];
        inet_ntop(AF_INET, &list.beacons[i].address, address, sizeof address);
        printf("%s %s\n", address, list.beacons[i].name);
    }
    return EXIT_SUCCESS;
}
