/*
 * tcp_client - a terminal for any TCP server that speaks in lines: what is typed goes out line by
 * line, what the server sends is printed as it comes. The line "exit", or the end of input, says
 * that nothing more will be sent; then it listens until the server has finished too.
 *
 * Usage: tcp_client HOST PORT
 *
 * You will need: getaddrinfo(), socket(), connect(), send(), recv(), poll(), shutdown(), close().
 * lab.h includes the headers that declare them, and offers a few helpers:
 *
 *   net_parse_port(text, &port)   is this text a port? then here it is, as a number
 *   net_name(address, name)       writes "ADDR(PORT)" into name
 *   die_usage, die_call, die      say what is wrong, on stderr, and end the program
 *   warn_call, warn               say it and go on
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): ask for the addresses of HOST. None? Say so and end with status 1. */

    /* TODO(step 2): connect to the first address that answers. */

    /* TODO(step 3): send what is typed, line by line, to the last byte. */

    /* TODO(step 4): print what the server sends, when it sends it: wait for both with poll(). */

    /* TODO(step 5): notice when the server has ended, or has broken off. */

    /* TODO(step 6): at "exit" or at the end of input say that you are done, and listen to the end.
     */

    return 0;
}
