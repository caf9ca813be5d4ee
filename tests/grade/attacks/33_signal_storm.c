// A timer that rings a thousand times a second.
// expect: outcome=pass|limit|stall
#include <sys/time.h>
//@solution
static void ring(int number)
{
    (void)number;
}
int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = ring, .sa_flags = SA_RESTART};
    struct itimerval often = {{0, 1000}, {0, 1000}};
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    return honest_main(argc, argv);
}
