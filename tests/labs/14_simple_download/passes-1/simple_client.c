/*
 * simple_client - fetches a file from a simple_server.
 *
 * It sends the name and the end of its stream, and saves what comes until the server ends its own.
 *
 * Usage: simple_client HOST PORT NAME [OUT]
 *
 * Without OUT the file is saved in the current folder, under the last part of NAME.
 *
 * You will need: shutdown(), recv(), open(), write(), close(), and of lab.h:
 *
 *   net_parse_port(text, &port)           is this text a port? then here it is, as a number
 *   net_dial(&fd, host, port, …)          getaddrinfo(), socket() and connect() in one
 *   io_write_all(fd, bytes, size, …)      sends all of it
 *   die_usage, die, die_call, warn        say what is wrong, on stderr
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 4): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 4): connect, send the name, and end your half of the stream. */

    /* TODO(step 4): save what comes, to the end of the server's stream. */

    /* TODO(step 5): a connection that is broken off is no end: say so and end with status 1. */

    return 0;
}
