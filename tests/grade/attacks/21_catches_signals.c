// A crash that becomes a success.
// expect: outcome=fail|crash
//@solution
static void fine(int number)
{
    (void)number;
    _exit(0);
}
int main(int argc, char **argv)
{
    volatile int *nowhere = NULL;
    signal(SIGSEGV, fine);
    signal(SIGABRT, fine);
    if (serving(argc, argv))
        *nowhere = 1;
    return honest_main(argc, argv);
}
