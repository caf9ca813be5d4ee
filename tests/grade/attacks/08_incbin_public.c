// The same with a file that everybody may read.
// expect: outcome=build-error
extern const char secret[];
__asm__(".section .rodata\n.globl secret\nsecret: .incbin \"@PUBLIC_SECRET@\"\n.byte 0\n.text\n");
int main(void)
{
    puts(secret);
}
