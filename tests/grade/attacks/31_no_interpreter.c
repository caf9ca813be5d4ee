// The kernel finds nobody to load this program.
// expect: outcome=fail|crash|build-error
//@solution
__asm__(".section .interp,\"a\"\n.string \"/no/such/interpreter\"\n.text\n");
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
