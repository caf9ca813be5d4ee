// More memory than there is addresses for.
// expect: outcome=fail|crash|build-error|limit
__asm__(".bss\n.skip 0x7fffffff0000\n.text\n");
int main(void)
{
    return 0;
}
