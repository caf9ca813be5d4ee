// Each process is small; together they are not.
// expect: outcome=limit limit=memory
int main(void)
{
    for (int i = 0; i < 48; i++) {
        if (fork() != 0)
            continue;
        char *room = malloc(32 << 20);
        if (room != NULL)
            memset(room, 1, 32 << 20);
        for (;;)
            pause();
    }
    for (;;)
        pause();
}
