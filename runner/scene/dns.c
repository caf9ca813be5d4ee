/*
 * scene/dns: the DNS server of a scene, on the host that the description names: net/dns.h behind
 * UDP port 53, in the event loop.
 *
 *  - One socket for each address of the host, so that an answer comes from where the question went.
 *  - It is none of the programs: it is not traced, and a scene does not wait for it. Its datagrams
 *    pass the wire, and the wire's rules, as all others do.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "net/dns.h"
#include "scene/run.h"

enum { AT_ONCE = 64 }; /* questions, before others have their turn */

struct dns {
    unsigned count;
    struct {
        int fd;
        struct loop_fd *watch;
    } sockets[NETWORK_INTERFACES];
};

static void on_questions(void *arg, int fd, uint32_t events)
{
    struct run *run = arg;
    (void)events;
    for (int i = 0; i < AT_ONCE; i++) {
        unsigned char query[2048], answer[DNS_ANSWER];
        struct sockaddr_in from;
        socklen_t from_len = sizeof from;
        ssize_t n =
            recvfrom(fd, query, sizeof query, MSG_DONTWAIT, (struct sockaddr *)&from, &from_len);
        if (n < 0)
            return;
        size_t len = dns_answer(run->network, query, (size_t)n, answer);
        run->activity++;
        /* Whoever has gone, or asked from port 0, gets none. */
        if (len > 0)
            (void)sendto(fd, answer, len, MSG_DONTWAIT, (struct sockaddr *)&from, from_len);
    }
}

static int listen_at(struct run *run, const struct network_interface *interface)
{
    struct sockaddr_in self = {.sin_family = AF_INET,
                               .sin_port = htons(DNS_PORT),
                               .sin_addr = interface->address};
    int fd = sandbox_socket(run->sandbox, run->network->dns, AF_INET, SOCK_DGRAM, 0, run->err);
    if (fd < 0)
        return -1;
    if (bind(fd, (struct sockaddr *)&self, sizeof self) != 0) {
        error_errno(run->err, "cannot answer DNS on host %s",
                    run->network->hosts[run->network->dns].name);
        close(fd);
        return -1;
    }
    struct loop_fd *watch = loop_fd_add(run->loop, fd, EPOLLIN, on_questions, run);
    run->dns->sockets[run->dns->count].fd = fd;
    run->dns->sockets[run->dns->count++].watch = watch;
    return 0;
}

int dns_open(struct run *run)
{
    if (run->network == NULL || run->network->dns < 0)
        return 0;
    const struct network_host *host = &run->network->hosts[run->network->dns];
    run->dns = mem_alloc(sizeof *run->dns);
    for (unsigned i = 0; i < host->ninterfaces; i++)
        if (listen_at(run, &host->interfaces[i]) != 0)
            return -1;
    return 0;
}

void dns_close(struct run *run)
{
    if (run->dns == NULL)
        return;
    for (unsigned i = 0; i < run->dns->count; i++) {
        loop_fd_remove(run->dns->sockets[i].watch);
        close(run->dns->sockets[i].fd);
    }
    free(run->dns);
    run->dns = NULL;
}
