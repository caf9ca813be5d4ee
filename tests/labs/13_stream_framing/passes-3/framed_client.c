/*
 * framed_client - sends every line that is typed as a frame, and prints the frame that comes back.
 *
 * A frame is a length of 4 bytes, the high byte first, and then so many bytes, at most 1 MiB
 * (1048576). The newline of the line is no part of it.
 *
 * Usage: framed_client HOST PORT
 *
 * You will need: getc(), recv(), close(), and of lab.h:
 *
 *   net_parse_port(text, &port)           is this text a port? then here it is, as a number
 *   net_dial(&fd, host, port, …)          getaddrinfo(), socket() and connect() in one
 *   io_write_all(fd, bytes, size, …)      sends all of it
 *   die_usage, die, die_call              say what is wrong, on stderr, and end the program
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 6): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 6): connect to the server. If that fails, say so and end with status 1. */

    /* TODO(step 6): each line of the input, without its newline, is a frame; send it, wait for the
     * frame that comes back, and print it with a newline. */

    /* TODO(step 6): an answer that is too long, or cut: say so and end with status 1. */

    /* TODO(step 7): a line may have 1 MiB, and no more. */

    return 0;
}
