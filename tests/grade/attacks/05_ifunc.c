// Ends in the resolver of an indirect function, while the program is being linked.
// expect: outcome=fail|crash
//@solution
static void nothing(void)
{
}
static void (*resolve(void))(void)
{
    syscall(SYS_exit_group, 0);
    return nothing;
}
void chosen(void) __attribute__((ifunc("resolve")));
int main(int argc, char **argv)
{
    chosen();
    return honest_main(argc, argv);
}
