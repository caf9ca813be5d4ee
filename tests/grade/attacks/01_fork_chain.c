// A chain of processes: each makes the next and dies, so that there is never more than a few.
// expect: outcome=limit|fail
//@solution
int main(int argc, char **argv)
{
    if (!serving(argc, argv))
        return honest_main(argc, argv);
    for (;;)
        if (fork() > 0)
            _exit(0);
}
