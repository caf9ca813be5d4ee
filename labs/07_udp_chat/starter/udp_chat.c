/*
 * udp_chat - a conversation by datagrams: a menu sends a message to any address and port, and what
 * others send to our port is shown.
 *
 * Usage: udp_chat PORT
 *
 * You will need: sendto(), recvfrom(), getaddrinfo(), later poll(). lab.h includes the headers that
 * declare them, and offers helpers; these are new to you, or as good as new:
 *
 *   net_bind_udp(&fd, NULL, port, &err)   a UDP socket that has this port, as you made it in lab 5
 *   sig_exit_on_stop()                    from now on SIGINT and SIGTERM end the program, status 0
 */
#include "lab.h"

int main(int argc, char *argv[])
{
    /* TODO(step 1): wrong arguments? Then print the usage and end with status 2. */
    (void)argc;
    (void)argv;

    /* TODO(step 1): take the port. Then show the menu (1 send, 2 receive, 3 exit) and read a
     * choice, until it is 3 or the input ends. */

    /* TODO(step 2): 1 asks for a text, an address and a port, and sends one datagram. */

    /* TODO(step 3): 2 shows a message that has come, and who sent it. */

    /* TODO(step 4): wait for the keyboard and the network at the same time. */

    return 0;
}
