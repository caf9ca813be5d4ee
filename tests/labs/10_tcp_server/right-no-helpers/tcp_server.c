/* As somebody writes it who brings his own headers and habits. The flag that its handler sets is
 * looked at after every interrupted call. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void on_stop(int signo)
{
    (void)signo;
    stopped = 1;
}

int main(int argc, char *argv[])
{
    char *end, buf[1024], ip[INET_ADDRSTRLEN];
    struct sockaddr_in addr, cli;
    struct sigaction sa;
    int one = 1;

    long port = argc == 2 ? strtol(argv[1], &end, 10) : 0;
    if (argc != 2 || *end != '\0' || port < 1 || port > 65535) {
        fprintf(stderr, "Usage: %s PORT\n", argv[0]);
        exit(2);
    }
    memset(&sa, 0, sizeof(sa));
    sa.sa_handler = on_stop;
    sigaction(SIGINT, &sa, NULL);
    sigaction(SIGTERM, &sa, NULL);
    signal(SIGPIPE, SIG_IGN);

    int s = socket(PF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (s == -1) {
        perror("socket");
        exit(1);
    }
    setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    memset(&addr, 0, sizeof(addr));
    addr.sin_family = AF_INET;
    addr.sin_addr.s_addr = INADDR_ANY;
    addr.sin_port = htons((unsigned short)port);
    if (bind(s, (struct sockaddr *)&addr, sizeof(addr)) == -1) {
        fprintf(stderr, "bind to port %ld failed: %s\n", port, strerror(errno));
        exit(1);
    }
    if (listen(s, 1) == -1) {
        perror("listen");
        exit(1);
    }
    printf("Server ready, listening on 0.0.0.0(%ld)\n", port);
    fflush(stdout);

    while (!stopped) {
        socklen_t len = sizeof(cli);
        int c = accept(s, (struct sockaddr *)&cli, &len);
        if (c == -1)
            continue;
        inet_ntop(AF_INET, &cli.sin_addr, ip, sizeof(ip));
        printf("client %s(%d) connected!\n", ip, ntohs(cli.sin_port));
        fflush(stdout);
        while (!stopped) {
            ssize_t n = read(c, buf, sizeof(buf));
            if (n <= 0)
                break;
            char *p = buf;
            while (n > 0) {
                ssize_t m = write(c, p, (size_t)n);
                if (m <= 0)
                    break;
                p += m;
                n -= m;
            }
            if (n > 0)
                break;
        }
        close(c);
        printf("client %s(%d) closed, bye\n", ip, ntohs(cli.sin_port));
        fflush(stdout);
    }
    close(s);
    return 0;
}
