/* Right: IPv4 alone, by hand; the number is read digit by digit, in tenths and smaller. */
#include "lab.h"

static int read_number(const char *text, ssize_t n, double *value)
{
    double sum = 0, scale = 1;
    ssize_t i = 0;
    int digits = 0, negative = 0;
    if (n > 0 && text[n - 1] == '\n')
        n--;
    if (n > 0 && text[0] == '-') {
        negative = 1;
        i = 1;
    }
    for (; i < n && text[i] >= '0' && text[i] <= '9'; i++, digits++)
        sum = sum * 10 + (text[i] - '0');
    if (i < n && text[i] == '.')
        for (i++; i < n && text[i] >= '0' && text[i] <= '9'; i++, digits++)
            sum += (text[i] - '0') * (scale /= 10);
    *value = negative ? -sum : sum;
    return digits > 0 && i == n;
}

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("temperature_server PORT");
    sig_exit_on_stop();
    setvbuf(stdout, NULL, _IOLBF, 0);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    printf("listening on 0.0.0.0(%u)\n", (unsigned)port);
    for (;;) {
        static char text[70000];
        char reply[400];
        double celsius;
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            continue;
        if (read_number(text, n, &celsius))
            snprintf(reply, sizeof reply, "%.1f", 32 + celsius * 9.0 / 5.0);
        else
            snprintf(reply, sizeof reply, "error: not a number");
        sendto(fd, reply, strlen(reply), 0, (struct sockaddr *)&from, size);
    }
}
