/* Both in one send. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("client PORT");
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in there;
    memset(&there, 0, sizeof there);
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&there, sizeof there) < 0)
        die_call("connect", NULL);
    for (int i = 0; i < 3; i++) {
        char answer[2];
        if (send(fd, "\0\0\0\2hi", 6, 0) < 0)
            die_call("send", NULL);
        if (recv(fd, answer, sizeof answer, MSG_WAITALL) != 2)
            die("no answer");
    }
    return 0;
}
