/*
 * udp_send - sends one datagram, and prints the answer to it, if one comes within two seconds.
 *
 * Usage: udp_send HOST PORT MESSAGE
 *
 * You will need: getaddrinfo(), socket(), sendto(), recvfrom(), close(); and for the last two
 * steps setsockopt(), connect(), send() and recv(). lab.h includes the headers that declare them,
 * and offers a few helpers:
 *
 *   net_parse_port(text, &port)   is this text a port? then here it is, as a number
 *   net_name(address, name)       writes "ADDR(PORT)" into name
 *   die_usage, die_call, die      say what is wrong, on stderr, and end the program
 *   warn_call, warn               say it and go on
 */
#include "lab.h"

#define USAGE "udp_send HOST PORT MESSAGE"

int main(int argc, char *argv[])
{
    /* From here on Ctrl-C and SIGTERM end the program with status 0. In lab 5 you will write this
     * yourself. */
    sig_exit_on_stop();

    /* TODO(step 1): Three arguments, the second a port. Anything else ends in die_usage(USAGE). */
    (void)argc;
    (void)argv;

    /* TODO(step 1): Ask for the addresses of HOST. None? Say so and end with status 1. */

    /* TODO(step 2): Get a UDP socket, and send MESSAGE to the first address: its bytes, all of
     * them, and nothing behind them. */

    /* TODO(step 3): What if MESSAGE does not fit into a datagram? */

    /* TODO(step 4): Wait for the answer, and print it as ADDR(PORT)>>>TEXT. */

    /* TODO(step 5): What if the answer is the largest that there can be? */

    /* TODO(step 6): What if no answer comes? After two seconds say "no reply", and end with
     * status 1. */

    /* TODO(step 7): What if nobody has that port? */
    return 0;
}
