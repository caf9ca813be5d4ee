// A daemon in a session of its own keeps stdout open: nobody may wait for it.
// expect: outcome=pass|fail
//@solution
int main(int argc, char **argv)
{
    if (fork() == 0) {
        setsid();
        signal(SIGHUP, SIG_IGN);
        signal(SIGTERM, SIG_IGN);
        for (;;)
            pause();
    }
    return honest_main(argc, argv);
}
