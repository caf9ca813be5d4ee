// The service is done, and a child keeps a processor busy.
// expect: outcome=limit|pass
//@solution
int main(int argc, char **argv)
{
    if (fork() == 0) {
        setsid();
        for (;;)
            __asm__ volatile("" ::: "memory");
    }
    return honest_main(argc, argv);
}
