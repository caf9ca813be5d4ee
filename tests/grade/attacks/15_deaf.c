// Every signal is blocked, and it waits for ever.
// expect: outcome=stall|limit|fail step=stop
//@solution
int main(int argc, char **argv)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    return honest_main(argc, argv);
}
