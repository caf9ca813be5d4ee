/*
 * tcp_server - an echo server: every byte that a client sends goes back to it. One client is served
 * to its end, then the next.
 *
 * Usage: tcp_server PORT
 *
 * You will need: socket(), bind(), listen(), accept(), recv(), send(), close(), later sigaction()
 * and setsockopt(). lab.h includes the headers that declare them, and offers three helpers:
 *
 *   net_parse_port(text, &port)   is this text a port? then here it is, as a number
 *   net_name(address, name)       writes "ADDR(PORT)" into name
 *   die_usage, die_call, warn_call  say what is wrong, on stderr; the die_ ones end the program
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): create a TCP socket. If that fails, say so and end with status 1. */

    /* TODO(step 2): bind it to the port, on every address of this machine. */

    /* TODO(step 3): listen, and print "listening on ADDR(PORT)". */

    /* TODO(step 3): accept one client, and print "ADDR(PORT) connected". */

    /* TODO(step 4): send back what comes, exactly those bytes, again and again. */

    /* TODO(step 5): notice when the client has finished: close, and print "ADDR(PORT) closed". */

    /* TODO(step 6): then take the next client, for ever. */

    /* TODO(step 7): clients that break off must not break the server. */

    /* TODO(step 8): end with status 0 on SIGINT and SIGTERM, and be able to start again at once. */

    return 0;
}
