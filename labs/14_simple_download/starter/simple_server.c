/*
 * simple_server - sends a file to whoever names it.
 *
 * A client sends the name of a file, and then the end of its stream or a newline. It gets the bytes
 * of that file and the end of the stream; for a file that is not there, only the end. One client
 * may be served after the other.
 *
 * Usage: simple_server PORT DIR
 *
 * You will need: open(), openat(), fstat(), read(), recv(), close(), and of lab.h (lib/net.h,
 * lib/io.h and lib/sig.h tell more):
 *
 *   net_parse_port(text, &port)              is this text a port? then here it is, as a number
 *   net_listen, net_accept                   socket(), bind(), listen(), accept()
 *   net_local_name, net_peer_name            "ADDR(PORT)" of either end of a socket
 *   io_write_all(fd, bytes, size, …)         sends all of it, and never raises SIGPIPE
 *   sig_exit_on_stop()                       a clean end on SIGINT and SIGTERM
 *   die_usage, die, die_call, warn           say what is wrong, on stderr; the die ones end the
 *                                            program
 */
#include "lab.h"

#include <sys/stat.h>

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. No such folder, or
     * the port is taken: say so and end with status 1. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen, print "listening on ADDR(PORT)", and take a client. */

    /* TODO(step 1): read the name, up to the end of the stream; send the file; close; the next. */

    /* TODO(step 2): any bytes, a large file, a name in pieces, a name that ends with a newline. */

    /* TODO(step 3): no bytes for what is not there, or not in the folder, or not a file. A client
     * that breaks off ends its own transfer only; SIGINT and SIGTERM: end with status 0. */

    return 0;
}
