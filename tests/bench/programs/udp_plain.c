/* The plainest echo server that works: `udp_plain PORT`. What a solution is measured against. */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

int main(int argc, char **argv)
{
    static char data[65536];
    struct sockaddr_in self = {.sin_family = AF_INET}, from;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    self.sin_port = htons((unsigned short)(argc > 1 ? atoi(argv[1]) : 0));
    if (bind(fd, (struct sockaddr *)&self, sizeof self) != 0)
        return 1;
    for (;;) {
        socklen_t len = sizeof from;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&from, &len);
        if (n >= 0)
            sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&from, len);
    }
}
