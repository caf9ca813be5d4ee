// Options for the sanitizers, by a name that stands nowhere in the source.
// expect: outcome=fail|crash|build-error
//@bug
//@solution
#ifdef __x86_64__
__asm__(".text\n.globl __as"
        "an_default_options\n.type __as"
        "an_default_options, @function\n"
        "__as"
        "an_default_options:\n lea 1f(%rip), %rax\n ret\n"
        "1: .asciz \"report_globals=0:exitcode=0:log_path=/dev/null\"\n");
#endif
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
