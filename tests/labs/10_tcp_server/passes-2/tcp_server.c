/* Up to step 2: the port. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        die_call("socket", NULL);
    char name[NET_NAME_SIZE];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    return 0;
}
