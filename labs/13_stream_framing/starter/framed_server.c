/*
 * framed_server - answers every frame with the same text in capitals.
 *
 * A frame is a length of 4 bytes, the high byte first, and then so many bytes, at most 1 MiB
 * (1048576). The answer is a frame too. One client may be served after the other.
 *
 * Usage: framed_server PORT
 *
 * You will need: recv(), close(). lab.h includes the headers that declare them, and offers what you
 * wrote in labs 9 and 10 (lib/net.h, lib/io.h and lib/sig.h tell more):
 *
 *   net_parse_port(text, &port)              is this text a port? then here it is, as a number
 *   net_listen(&listener, NULL, port, …)     socket(), bind() and listen() in one
 *   net_accept(listener, &fd, NULL, …)       the next client
 *   net_local_name, net_peer_name            "ADDR(PORT)" of either end of a socket
 *   io_write_all(fd, bytes, size, …)         sends all of it, and never raises SIGPIPE
 *   sig_exit_on_stop()                       a clean end on SIGINT and SIGTERM
 *   die_usage, die, warn, warn_call          say what is wrong, on stderr; the die ones end the
 *                                            program
 *
 * io_read_exactly() is not among them: in this lab you write it.
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen, print "listening on ADDR(PORT)", and take a client. */

    /* TODO(step 1): read the 4 bytes of the length, and so many bytes behind them; answer. */

    /* TODO(step 2): a frame may come in pieces: wait until it is complete. */

    /* TODO(step 3): many frames may come at once, and empty ones; the stream may end; and then the
     * next client comes. */

    /* TODO(step 4): send all of the answer; zero bytes are bytes; 1 MiB is allowed. */

    /* TODO(step 5): a length above 1 MiB, half a frame, a reset: close, and serve the next client.
     * SIGINT and SIGTERM: end with status 0. */

    return 0;
}
