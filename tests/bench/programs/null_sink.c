/* A client of file_server that saves nothing: `null_sink PORT NAME` prints how many bytes a second
 * came, from the connection to the end of the file. */
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

static char buffer[128 << 10]; /* as iperf3 has it */

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    long long announced = -1, came = 0;
    double began = now();
    ssize_t n;

    if (argc != 3)
        return 2;
    to.sin_port = htons((unsigned short)atoi(argv[1]));
    int length = snprintf(buffer, sizeof buffer, "GET %s\n", argv[2]);
    if (connect(fd, (struct sockaddr *)&to, sizeof to) != 0 ||
        send(fd, buffer, (size_t)length, 0) != length) {
        perror("null_sink");
        return 1;
    }
    while (came != announced && (n = recv(fd, buffer, sizeof buffer, 0)) > 0) {
        came += n;
        if (announced >= 0)
            continue;
        char *end = memchr(buffer, '\n', (size_t)n); /* the server sends its line in one piece */
        if (end == NULL || sscanf(buffer, "OK %lld", &announced) != 1)
            break;
        came = buffer + n - (end + 1);
    }
    if (announced < 0 || came != announced) {
        fprintf(stderr, "null_sink: %lld bytes of %lld\n", came, announced);
        return 1;
    }
    printf("%.0f\n", (double)came / (now() - began));
}
