/*
 * temperature_client - asks a temperature_server, and asks again when no answer comes.
 *
 * Usage: temperature_client HOST PORT CELSIUS
 *
 * From lab 4 you know getaddrinfo(), connect(), send() and recv(). The library's clock helps with
 * the waiting:
 *
 *   int64_t deadline = io_deadline(500);              the point in time that comes in 500 ms
 *   io_wait(fd, POLLIN, deadline, &err)               STATUS_OK: something has come;
 *                                                     STATUS_TIMEOUT: the time is over
 */
#include "lab.h"

#define USAGE "temperature_client HOST PORT CELSIUS"

int main(int argc, char *argv[])
{
    /* TODO(step 3): Three arguments, the second a port. Anything else ends in die_usage(USAGE). */
    (void)argc;
    (void)argv;

    /* TODO(step 3): Find the address of HOST, send CELSIUS as it was typed, wait for the answer,
     * and print it. */

    /* TODO(step 5): What if no answer comes? Do not wait for ever: say so, and end with status 1.
     */

    /* TODO(step 6): The question may have been lost, or the answer. Ask again: at least three times
     * in all, within about eight seconds, and wait longer each time. */
    return 0;
}
