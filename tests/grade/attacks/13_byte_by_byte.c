// expect: outcome=limit
int main(void)
{
    for (;;)
        if (write(1, "\n", 1) < 0)
            exit(1);
}
