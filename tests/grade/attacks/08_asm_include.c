// The assembler's own .include shows lines in its messages.
// expect: outcome=build-error
__asm__(".include \"@PUBLIC_SECRET@\"\n");
int main(void)
{
    return 0;
}
