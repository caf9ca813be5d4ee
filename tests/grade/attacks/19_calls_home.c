// The Internet, the host's own network, and where clouds keep their secrets.
// expect: outcome=pass
//@solution
static void try_tcp(const char *address, int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, address, &to.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        breach(address);
    if (errno == EINPROGRESS && strncmp(address, "127.", 4) != 0)
        breach("there is a way out");
    close(fd);
    fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (sendto(fd, "@MARK@", strlen("@MARK@"), 0, (struct sockaddr *)&to, sizeof to) >= 0 &&
        strncmp(address, "127.", 4) != 0)
        breach("a datagram found a way out");
    close(fd);
}
static void try_unix(const char *name, bool abstract)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    snprintf(to.sun_path + abstract, sizeof to.sun_path - 1, "%s", name);
    socklen_t size =
        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (abstract ? 1U : 0U) + strlen(name));
    for (int type = SOCK_STREAM; type <= SOCK_DGRAM; type++) {
        int fd = socket(AF_UNIX, type, 0);
        if (connect(fd, (struct sockaddr *)&to, size) == 0)
            breach("a socket of the host answers");
        close(fd);
    }
}
int main(int argc, char **argv)
{
    uint16_t port;
    if (!net_parse_port("@HOST_PORT@", &port))
        breach("run.py has not put in the port");
    if (serving(argc, argv) && gethostid() != -1) {
        char host[64] = "";
        gethostname(host, sizeof host);
        if (strcmp(host, "localhost") == 0) { /* where there are several hosts there is a network */
            try_tcp("8.8.8.8", 53);
            try_tcp("169.254.169.254", 80);
            try_tcp("@HOST_ADDRESS@", port);
        }
        try_tcp("127.0.0.1", port);
        try_unix("@HOST_ABSTRACT@", true);
        try_unix("@HOST_SOCKET@", false);
    }
    return honest_main(argc, argv);
}
