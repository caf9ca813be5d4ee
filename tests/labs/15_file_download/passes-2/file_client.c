/*
 * file_client - fetches a file from a file_server.
 *
 * It asks "GET NAME\n", or "GET NAME OFFSET\n" when a part of the file is here already. The answer
 * is "OK SIZE\n" and the bytes from OFFSET on, SIZE being that of the whole file; or "ERR
 * REASON\n".
 *
 * Usage: file_client HOST PORT NAME [OUT] [--from ENCODING]
 *
 * Without OUT the file is saved in the current folder, under the last part of NAME.
 *
 * You will need: recv(), open(), write(), rename(), lseek(), isatty(), iconv(), close(), and of
 * lab.h:
 *
 *   net_parse_port(text, &port)           is this text a port? then here it is, as a number
 *   net_dial(&fd, host, port, …)          getaddrinfo(), socket() and connect() in one
 *   io_write_all(fd, bytes, size, …)      sends all of it
 *   die_usage, die, die_call, warn        say what is wrong, on stderr
 *
 * io_read_body() of lib/io.h is there too, but in this lab you see yourself where the line ends and
 * the file begins.
 */
#include "lab.h"

#include <iconv.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    /* TODO(step 5): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 5): connect, ask, and read the server's line. ERR: print the reason on stderr and
     * end with status 1. */

    /* TODO(step 5): save exactly SIZE bytes, those behind the line first. */

    /* TODO(step 6): save under another name until all of it is there, then rename. Less than SIZE:
     * say so and end with status 1. */

    /* TODO(step 7): keep what has come when a transfer fails, and ask for the rest next time. */

    /* TODO(step 8): on a terminal, show how much of it has come. With --from, print the text. */

    return 0;
}
