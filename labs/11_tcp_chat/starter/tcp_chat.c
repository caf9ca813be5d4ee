/*
 * tcp_chat - two people talk over one connection, a line each in turn. Who has connected begins.
 * The line "byebye", from either side, ends the conversation on both.
 *
 * Usage: tcp_chat listen PORT
 *        tcp_chat connect HOST PORT
 *
 * You will need: read(), memchr(), shutdown(), close(). lab.h includes the headers that declare
 * them, and offers what you wrote in labs 9 and 10 (lib/net.h, lib/io.h and lib/sig.h tell more):
 *
 *   net_parse_port(text, &port)              is this text a port? then here it is, as a number
 *   net_listen(&listener, NULL, port, …)     socket(), bind() and listen() in one
 *   net_accept(listener, &fd, NULL, …)       the next client
 *   net_dial(&fd, host, port, …)             getaddrinfo(), socket() and connect() in one
 *   net_local_name, net_peer_name            "ADDR(PORT)" of either end of a socket
 *   io_write_all(fd, bytes, size, …)         sends all of it, and never raises SIGPIPE
 *   io_read_some(fd, …, deadline, …)         recv() that waits no longer than until the deadline
 *   sig_exit_on_stop()                       a clean end on SIGINT and SIGTERM
 *   die_usage, die, die_call                 say what is wrong, on stderr, and end the program
 *
 * io_read_line() is not among them: in this lab you write it.
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen: print "listening on ADDR(PORT)" and take one call. connect: call HOST.
     */

    /* TODO(step 2): take turns. Who has connected sends a line of the keyboard first, then prints
     * a line that comes; the other the other way round. */

    /* TODO(step 3): a line is complete when its newline has come, and not before. */

    /* TODO(step 4): what has come behind a line is kept until its turn. */

    /* TODO(step 5): "byebye" is the last word. Say that you have finished, and end with status 0.
     */

    /* TODO(step 6): the end of the input, of the stream, and of the connection. */

    return 0;
}
