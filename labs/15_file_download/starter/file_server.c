/*
 * file_server - hands out the files below a folder.
 *
 * A client asks with a line, "GET NAME\n" or "GET NAME OFFSET\n". The answer is "OK SIZE\n" and the
 * bytes from OFFSET to the end, SIZE being that of the whole file; or "ERR REASON\n". Then the
 * connection ends. One client may be served after the other.
 *
 * Usage: file_server PORT DIR
 *
 * You will need: open(), openat(), fstat(), chdir(), sendfile() or read(), close(), and of lab.h
 * (lib/net.h, lib/io.h and lib/sig.h tell more):
 *
 *   net_parse_port(text, &port)              is this text a port? then here it is, as a number
 *   net_listen, net_accept                   socket(), bind(), listen(), accept()
 *   net_local_name, net_peer_name            "ADDR(PORT)" of either end of a socket
 *   io_reader_init, io_read_line             lines from a stream
 *   io_write_all(fd, bytes, size, …)         sends all of it, and never raises SIGPIPE
 *   sig_exit_on_stop()                       a clean end on SIGINT and SIGTERM
 *   die_usage, die, die_call, warn           say what is wrong, on stderr; the die ones end the
 *                                            program
 */
#include "lab.h"

#include <sys/sendfile.h>
#include <sys/stat.h>

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. No such folder, or
     * the port is taken: say so and end with status 1. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen, print "listening on ADDR(PORT)", and take a client. */

    /* TODO(step 1): read the line of the request, and answer it; close; the next client. */

    /* TODO(step 2): any bytes, an empty file, a large one, a request in pieces. */

    /* TODO(step 3): an offset. ERR for what is no request. A client that goes away in the middle
     * ends its own transfer only; SIGINT and SIGTERM: end with status 0. */

    /* TODO(step 4): nothing outside of the folder, no symbolic links, regular files only. */

    return 0;
}
