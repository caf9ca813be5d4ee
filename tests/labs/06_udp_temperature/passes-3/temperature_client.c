/* Step 4: asks, and waits for ever. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 4 || !net_parse_port(argv[2], &port))
        die_usage("temperature_client HOST PORT CELSIUS");
    sig_exit_on_stop();
    struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *to;
    int rc = getaddrinfo(argv[1], argv[2], &hints, &to);
    if (rc != 0)
        die("getaddrinfo %s: %s", argv[1], gai_strerror(rc));
    int fd = socket(to->ai_family, to->ai_socktype, 0);
    if (fd < 0)
        die_call("socket", NULL);
    if (sendto(fd, argv[3], strlen(argv[3]), 0, to->ai_addr, to->ai_addrlen) < 0)
        die_call("sendto", NULL);
    char text[1000];
    ssize_t n = recv(fd, text, sizeof text - 1, 0);
    if (n < 0)
        die_call("recv", NULL);
    text[n] = 0;
    printf("%s degrees Celsius are %s degrees Fahrenheit.\n", argv[3], text);
    return 0;
}
