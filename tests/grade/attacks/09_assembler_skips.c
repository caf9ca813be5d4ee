// raw
// expect: outcome=build-error
__asm__(".data\n.fill 1099511627776, 1, 1\n.text\n");
int main(void)
{
    return 0;
}
