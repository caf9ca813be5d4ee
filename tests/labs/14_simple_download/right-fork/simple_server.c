/* Right in another way: a process for each client, realpath-free looks at every part, stdio. */
#include "lab.h"

#include <limits.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    struct stat st;
    int listener, fd;
    char name[5000], rest[500];

    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("simple_server PORT DIR");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    if (chdir(argv[2]) < 0)
        die_call("chdir", argv[2]);
    if (net_listen(&listener, NULL, port, 5, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    for (;;) {
        if (net_accept(listener, &fd, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("%s", err.text);
        if (fork() == 0) {
            size_t have = 0;
            ssize_t n;
            close(listener);
            while (have < sizeof name - 1 && memchr(name, '\n', have) == NULL &&
                   (n = recv(fd, name + have, sizeof name - 1 - have, 0)) > 0)
                have += (size_t)n;
            if (memchr(name, '\n', have) != NULL)
                have = (size_t)((char *)memchr(name, '\n', have) - name);
            name[have] = '\0';
            if (memchr(name, '\0', have) == NULL && memchr(name, '/', have) == NULL &&
                lstat(name, &st) == 0 && S_ISREG(st.st_mode)) {
                int file = open(name, O_RDONLY | O_NOFOLLOW);
                off_t at = 0;
                while (file >= 0 && at < st.st_size &&
                       sendfile(fd, file, &at, (size_t)(st.st_size - at)) > 0) {
                }
            }
            shutdown(fd, SHUT_WR);
            while (recv(fd, rest, sizeof rest, 0) > 0) {
            }
            _exit(0);
        }
        close(fd);
    }
}
