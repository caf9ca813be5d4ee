/* One loop for all clients, an IPv6 socket that serves IPv4 too, and a pipe that the signal handler
 * writes to. IPv4 clients are printed as the mapped addresses that they have here. */
#include "lab.h"

enum { GUESTS = 16, SIGNALS = 0, LISTENER = 1, FIRST = 2 };

static int alarm_bell;
static struct pollfd fds[FIRST + GUESTS];
static char names[FIRST + GUESTS][80];

static void stop(int signal_number)
{
    int saved = errno;
    (void)signal_number;
    if (write(alarm_bell, "!", 1) < 0)
        _exit(0);
    errno = saved;
}

static void name_of(const struct sockaddr_in6 *address, char name[80])
{
    char ip[INET6_ADDRSTRLEN] = "?";
    inet_ntop(AF_INET6, &address->sin6_addr, ip, sizeof ip);
    snprintf(name, 80, "%s(%u)", ip, (unsigned)ntohs(address->sin6_port));
}

static void welcome(void)
{
    struct sockaddr_in6 peer;
    socklen_t size = sizeof peer;
    int fd = accept(fds[LISTENER].fd, (struct sockaddr *)&peer, &size);
    if (fd < 0)
        return;
    for (int i = FIRST; i < FIRST + GUESTS; i++) {
        if (fds[i].fd >= 0)
            continue;
        fds[i].fd = fd;
        name_of(&peer, names[i]);
        printf("%s connected\n", names[i]);
        return;
    }
    close(fd);
}

static void serve(int i)
{
    char piece[8000];
    ssize_t got = recv(fds[i].fd, piece, sizeof piece, 0);
    for (ssize_t sent = 0; sent < got;) {
        ssize_t n = send(fds[i].fd, piece + sent, (size_t)(got - sent), MSG_NOSIGNAL);
        if (n < 0)
            got = -1;
        sent += n;
    }
    if (got > 0)
        return;
    printf("%s closed\n", names[i]);
    close(fds[i].fd);
    fds[i].fd = -1;
}

int main(int argc, char **argv)
{
    uint16_t port;
    int ends[2], on = 1, off = 0;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (pipe(ends) < 0)
        die_call("pipe", NULL);
    alarm_bell = ends[1];
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);

    struct sockaddr_in6 here = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
    int listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (listener < 0)
        die_call("socket", NULL);
    setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die("bind [::](%u): %s", (unsigned)port, strerror(errno));
    if (listen(listener, 100) < 0)
        die_call("listen", NULL);
    printf("listening on [::](%u)\n", (unsigned)port);

    for (int i = 0; i < FIRST + GUESTS; i++)
        fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
    fds[SIGNALS].fd = ends[0];
    fds[LISTENER].fd = listener;
    for (;;) {
        if (poll(fds, FIRST + GUESTS, -1) < 0)
            continue;
        if (fds[SIGNALS].revents != 0)
            return 0;
        for (int i = FIRST; i < FIRST + GUESTS; i++)
            if (fds[i].fd >= 0 && fds[i].revents != 0)
                serve(i);
        if (fds[LISTENER].revents != 0)
            welcome();
    }
}
