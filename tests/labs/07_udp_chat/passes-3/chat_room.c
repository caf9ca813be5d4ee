/*
 * chat_room - a room in which several people talk. A datagram is a command ("/join NAME", "/who",
 * "/leave") or a text, which goes to all others as "NAME: text".
 *
 * Usage: chat_room PORT
 */
#include "lab.h"

int main(int argc, char *argv[])
{
    /* TODO(step 5): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 5): take the port, and print "listening on ADDR(PORT)". */

    /* TODO(step 5): receive datagram after datagram. "/join NAME": remember who sent it, by address
     * and port. "/who": answer with all names. A text: send "NAME: text" to all the others. */

    /* TODO(step 6): "/leave"; joining again; strangers; two people with one name; people who have
     * vanished. */

    /* TODO(step 8): texts that are empty, and texts that no longer fit with the name in front. */

    return 0;
}
