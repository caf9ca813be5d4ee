// Whatever happens, its status is 0.
// expect: outcome=fail step=socket
//@solution
__attribute__((destructor)) static void late(void)
{
    _exit(0);
}
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
