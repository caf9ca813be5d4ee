// The assembler puts a secret into the program, which prints it.
// expect: outcome=build-error
extern const char secret[];
__asm__(".section .rodata\n.globl secret\nsecret: .incbin \"@ROOT_SECRET@\"\n.byte 0\n.text\n");
int main(void)
{
    puts(secret);
}
