// Traps of its own, for whoever traces it.
// expect: outcome=pass|crash
//@solution
static void go_on(int number)
{
    (void)number;
}
int main(int argc, char **argv)
{
    signal(SIGTRAP, go_on);
    for (int i = 0; i < 100; i++) {
        raise(SIGTRAP);
#ifdef __x86_64__
        __asm__ volatile("int3");
#endif
    }
    return honest_main(argc, argv);
}
