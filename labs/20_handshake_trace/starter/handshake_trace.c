/*
 * handshake_trace - prints the TCP segments from and to a port, a line each, as they pass on an
 * interface or as they lie in a capture file.
 *
 * Usage: handshake_trace IFACE PORT
 *        handshake_trace -r FILE PORT
 *
 * You will need: fopen() and fread() first, then eyes for bytes, and at the end socket(AF_PACKET),
 * bind() and recvfrom(). lab.h includes most headers, and offers these helpers:
 *
 *   net_parse_port(text, &port)   is this text a port? then here it is, as a number
 *   die_usage, die_call, die      say what is wrong, on stderr, and end the program
 *   sig_exit_on_stop()            SIGINT and SIGTERM end the program with status 0
 */
#include "lab.h"

#include <linux/if_ether.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>

/* Numbers on the wire have their high byte first, on every machine. */
uint16_t get16(const uint8_t *bytes);
uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

int main(int argc, char **argv)
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): with -r, open the file and look at its first 24 bytes. Which of the four forms
     * is it? Is it Ethernet? */

    /* TODO(step 2): read record after record; find the three headers of each frame, and print
     * "ADDR(PORT) > ADDR(PORT)" for the segments of the port. */

    /* TODO(step 3): the flags, as words. */

    /* TODO(step 4): seq, ack, win, mss and len; for relative numbers, remember the connections. */

    /* TODO(step 5): "--- established" and "--- closed". */

    /* TODO(step 6): believe no length before you have checked it. */

    /* TODO(step 7): without -r, open a packet socket on the interface and print what passes. */

    return 0;
}
