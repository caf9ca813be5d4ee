/*
 * teardown - one TCP connection, taken apart by hand: each line that is typed is a call, and behind
 * each call stands the state that the kernel's socket is in then.
 *
 * Usage: teardown listen PORT
 *        teardown connect HOST PORT
 *
 *     send TEXT    shutdown    close    reset
 *
 * You will need: socket(), bind(), listen(), accept(), connect(), getsockopt(), poll(), recv(),
 * send(), shutdown(), close(). lab.h includes the headers that declare them, and offers:
 *
 *   net_parse_port(text, &port)     is this text a port? then here it is, as a number
 *   net_name(address, name)         writes "ADDR(PORT)" into name
 *   io_reader_init, io_read_line    lines from a descriptor, one at a time
 *   die_usage, die_call, warn_call  say what is wrong, on stderr; the die_ ones end the program
 *   sig_exit_on_stop()              SIGINT and SIGTERM end the program with status 0
 */
#include "lab.h"

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): listen; print each call with the state behind it: "listen LISTEN". */

    /* TODO(step 2): accept one client, or connect to a server: "connect ADDR(PORT) ESTABLISHED". */

    /* TODO(step 3): wait for both the peer and the keyboard; "recv N STATE", and the line "close".
     */

    /* TODO(step 4): the lines "shutdown" and "send TEXT". */

    /* TODO(step 5): behind close(), look into /proc/net/tcp: "close TIME_WAIT". */

    /* TODO(step 6): the line "reset", and peers that reset. */

    return 0;
}
