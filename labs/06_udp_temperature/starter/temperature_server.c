/*
 * temperature_server - is asked for a temperature in degrees Celsius, and answers in Fahrenheit.
 *
 * Usage: temperature_server PORT
 *
 * A question is a datagram that holds a decimal number as text, such as "100" or "-17.5"; one
 * newline behind it is overlooked. The answer is the temperature in Fahrenheit, as text with one
 * digit behind the point: "212.0". Whatever is no number is answered "error: not a number".
 *
 * What you wrote in lab 5 is in the library now:
 *
 *   net_bind_udp(&fd, NULL, port, &err)   a UDP socket that has this port, on every address
 *   net_local_name(fd, name)              writes the socket's own ADDR(PORT) into name
 *   sig_exit_on_stop()                    SIGINT and SIGTERM end the program with status 0
 */
#include "lab.h"

#define USAGE "temperature_server PORT"

int main(int argc, char *argv[])
{
    /* TODO(step 1): One argument, a port. Anything else ends in die_usage(USAGE). */
    (void)argc;
    (void)argv;

    /* TODO(step 1): Take the port, and print "listening on ADDR(PORT)". */

    /* TODO(step 1): Again and again: wait for a question, convert it, answer the one who asked. */

    /* TODO(step 2): What if the datagram holds no number? It has no zero byte at its end, and may
     * have one in the middle. */
    return 0;
}
