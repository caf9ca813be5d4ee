// The object says that it was made for link-time optimisation, and brings options for it.
// expect: outcome=pass
//@solution
__asm__(".section .gnu.lto_.opts,\"e\",@progbits\n .asciz \"'-specs=/build/src/udp_echo.c'\"\n"
        ".section .gnu.lto_.symtab.1,\"e\",@progbits\n .asciz \"main\"\n .asciz \"\"\n"
        " .byte 0\n .byte 0\n .quad 0\n .long 0\n"
        ".section .gnu.lto_.lto.1,\"e\",@progbits\n .long 12\n .long 0\n .long 0\n"
        ".text\n");
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
