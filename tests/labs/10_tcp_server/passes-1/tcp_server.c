/* Step 1 only: arguments and a socket. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        die_call("socket", NULL);
    return 0;
}
