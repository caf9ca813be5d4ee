/*
 * http_hello - a web server with one page. It answers each connection once, and closes it.
 *
 * Usage: http_hello PORT
 *
 * What you made by hand in lab 10 is in the library now; the headers in lib/ tell all of it:
 *
 *   net_listen(&listener, NULL, port, SOMAXCONN, &err)   a socket that listens
 *   net_accept(listener, &fd, &peer, IO_FOREVER, &err)   the next connection
 *   io_read_some(fd, buffer, size, &got, deadline, &err) what has come, at least one byte
 *   io_write_all(fd, data, size, deadline, &err)         all of it, and never SIGPIPE
 *   io_deadline(2000)                                    the point in time 2 s from now
 *   sig_exit_on_stop()                                   SIGINT and SIGTERM end with status 0
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen on the port, and print "listening on ADDR(PORT)". */

    /* TODO(step 2): take a client, read what it sends, and send it a page:
     * status line, header fields, blank line, body. Each line ends with \r\n. */

    /* TODO(step 3): read to the blank line, however many pieces it takes. */

    /* TODO(step 4): look at the first line: 404, 405, 400. Print it. */

    /* TODO(step 5): a header may be too long: 431. */

    /* TODO(step 6): end the stream, and read what else comes, before you close. */

    /* TODO(step 7): a silent client must not keep others waiting. */

    /* TODO(step 8): clients may break off; SIGTERM ends the program with status 0. */

    return 0;
}
