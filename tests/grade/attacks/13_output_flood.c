// expect: outcome=limit limit=output
int main(void)
{
    static char piece[1 << 16];
    for (;;)
        if (write(1, piece, sizeof piece) < 0)
            exit(1);
}
