// Functions of the labs' library under their own names.
// expect: outcome=build-error|fail|crash
//@solution
__asm__(".globl die_usage\n.globl net_parse_port\n.globl net_name\n"
        "die_usage:\nnet_parse_port:\nnet_name:\n"
#ifdef __x86_64__
        "mov $231, %eax\nmov $0, %edi\nsyscall\n"
#else
        "mov x8, #94\nmov x0, #0\nsvc #0\n"
#endif
);
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
