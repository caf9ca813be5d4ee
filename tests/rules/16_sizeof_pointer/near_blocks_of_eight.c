/* Sends in pieces of 8, on purpose, and adds a point. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 3 || !net_parse_port(argv[1], &port))
        die_usage("client PORT WORD");
    signal(SIGPIPE, SIG_IGN);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0)
        die_call("socket", NULL);
    struct sockaddr_in here;
    memset(&here, 0, sizeof here);
    here.sin_family = AF_INET;
    here.sin_port = htons(port);
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(fd, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("connect", NULL);
    const char *word = argv[2];
    for (size_t left = strlen(word); left > 0;) {
        size_t piece = left < 8 ? left : 8;
        if (send(fd, word, piece, 0) < 0)
            die_call("send", NULL);
        word += piece;
        left -= piece;
    }
    if (send(fd, ".", 1, 0) < 0)
        die_call("send", NULL);
    close(fd);
    return 0;
}
