// expect: outcome=limit limit=memory
int main(void)
{
    for (int i = 0; i < 96; i++) {
        void *room =
            mmap(NULL, 16 << 20, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (room == MAP_FAILED)
            exit(1);
        memset(room, 1, 16 << 20);
    }
    breach("memory without end");
}
