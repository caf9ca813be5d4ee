/* datagram [IP PORT]: ends at once; or sends a datagram there first, and waits for the answer. */
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    char byte;
    if (argc < 3)
        return 0;
    inet_pton(AF_INET, argv[1], &to.sin_addr);
    to.sin_port = htons((unsigned short)atoi(argv[2]));
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (sendto(fd, "?", 1, 0, (struct sockaddr *)&to, sizeof to) != 1)
        return 1;
    return recv(fd, &byte, 1, 0) == 1 ? 0 : 1;
}
