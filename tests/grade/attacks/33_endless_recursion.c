// expect: outcome=crash
static int deeper(int n)
{
    volatile char room[4096];
    room[0] = (char)n;
    return n < 0 ? 0 : deeper(n + 1) + room[0];
}
int main(void)
{
    return deeper(0);
}
