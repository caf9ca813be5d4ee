// stderr, without a newline.
// expect: outcome=limit limit=output
int main(void)
{
    static char piece[1 << 16];
    memset(piece, 'x', sizeof piece);
    for (;;)
        if (write(2, piece, sizeof piece) < 0)
            exit(1);
}
