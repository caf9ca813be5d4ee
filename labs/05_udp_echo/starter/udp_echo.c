/* udp_echo - sends every datagram back to whoever sent it. */
#include "lab.h"

#define USAGE "udp_echo PORT"

int main(int argc, char *argv[])
{
    /* TODO(step 1): There must be exactly one argument, and it must be a port. net_parse_port()
     * reads it. Anything else ends in die_usage(USAGE). */
    (void)argc;
    (void)argv;

    /* TODO(step 1): Ask the kernel for a UDP socket. If it gives none, say so with die_call(). */

    /* TODO(step 2): Bind the socket to the port, on every address of this machine. Then print
     * "listening on ADDR(PORT)". net_name() makes ADDR(PORT) of a sockaddr. */

    /* TODO(step 3): Wait for a datagram, and send its bytes back to the address it came from. */

    /* TODO(step 4): And then wait for the next one. */

    /* TODO(step 5): What if the datagram is empty? What if it holds a zero byte? */

    /* TODO(step 6): What if it is the largest that there can be? */

    /* TODO(step 7): On SIGINT and SIGTERM, end with exit status 0. */

    /* TODO(step 8): Can clients on other machines reach it? If the address of step 2 is right,
     * there is nothing left to write. */
    return 0;
}
