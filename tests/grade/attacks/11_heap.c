// A gigabyte and a half, touched.
// expect: outcome=limit limit=memory
int main(void)
{
    for (int i = 0; i < 96; i++) {
        char *room = malloc(16 << 20);
        if (room == NULL)
            exit(1);
        memset(room, 1, 16 << 20);
    }
    breach("memory without end");
}
