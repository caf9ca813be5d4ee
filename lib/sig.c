/* sig - a clean end on SIGINT and SIGTERM: see sig.h. */
#include "sig.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static void stop(int number)
{
    (void)number;
    _exit(0);
}

void sig_exit_on_stop(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigemptyset(&action.sa_mask);
    /* These fail only for a number that is no signal. */
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}
