/*
 * beacon - tells its name to whoever asks "WHO?", and so can be found without its address.
 *
 * Usage: beacon PORT NAME
 *
 * You will need: socket(), bind(), recvfrom(), sendto(), later setsockopt(). net_parse_port() and
 * sig_exit_on_stop() of lab.h do what you have written by hand before.
 */
#include "lab.h"

int main(int argc, char *argv[])
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): a UDP socket that has the port. Print "listening on ADDR(PORT)". */

    /* TODO(step 1): answer each datagram that is exactly "WHO?" with NAME, and no other. */

    /* TODO(step 2): on which address must the socket be, to hear a broadcast? */

    /* TODO(step 5): share the port with another beacon on this machine. */

    return 0;
}
