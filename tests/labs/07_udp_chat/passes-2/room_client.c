/*
 * room_client - a seat in a chat room: what is typed goes to the room, line by line, and what the
 * room sends is shown. It says "/leave" before it ends.
 *
 * Usage: room_client HOST PORT NAME
 */
#include "lab.h"

int main(int argc, char *argv[])
{
    /* TODO(step 7): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 7): look up HOST, connect a UDP socket to it, and send "/join NAME". */

    /* TODO(step 7): wait for the room and the keyboard at the same time. Show what the room sends;
     * send each line that is typed. */

    /* TODO(step 7): send "/leave" at the end of the input, when it is typed, and on SIGINT and
     * SIGTERM. */

    /* TODO(step 8): lines that are longer than a datagram. */

    return 0;
}
