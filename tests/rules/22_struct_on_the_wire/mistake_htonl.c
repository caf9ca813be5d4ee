/* The number is turned, and the hole before it stays. */
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
    struct {
        char letter;
        uint32_t number;
        char text[2];
    } message;
    memset(&message, 0, sizeof message);
    message.letter = 'G';
    message.number = htonl(258);
    memcpy(message.text, "hi", 2);
    if (send(fd, &message, sizeof message, 0) < 0)
        die_call("send", NULL);
    char end;
    return recv(fd, &end, 1, 0) < 0;
}
