/* Step 3: for clients on this machine. The characters are looked at with strspn(), the number is
 * read with sscanf(). A datagram that fills the buffer is too long for a number. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("temperature_server PORT");
    sig_exit_on_stop();
    struct err err;
    int fd;
    if (net_bind_udp(&fd, "127.0.0.1", port, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(fd, name));
    fflush(stdout);
    for (;;) {
        char text[100];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        text[n] = 0;

        char reply[400];
        double celsius;
        char *p = text + (text[0] == '-'), more;
        size_t whole = strspn(p, "0123456789");
        if (n > 0 && text[n - 1] == '\n')
            text[--n] = 0;
        p += whole;
        if (*p == '.')
            p += 1 + strspn(p + 1, "0123456789");
        if (whole == 0 || p != text + n || n == sizeof text - 1 ||
            sscanf(text, "%lf%c", &celsius, &more) != 1)
            snprintf(reply, sizeof reply, "error: not a number");
        else
            snprintf(reply, sizeof reply, "%.1f", celsius * 1.8 + 32);
        sendto(fd, reply, strlen(reply), 0, (struct sockaddr *)&from, size);
    }
}
