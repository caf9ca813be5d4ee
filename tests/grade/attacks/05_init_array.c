// Ends in a function that the linker was told to call first.
// expect: outcome=fail step=socket
//@solution
static void early(void)
{
    _exit(0);
}
__attribute__((section(".preinit_array"), used)) static void (*const first[])(void) = {early};
__attribute__((section(".init_array"), used)) static void (*const second[])(void) = {early};
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
