// Memory that is mapped nowhere.
// expect: outcome=limit limit=memory|disk|file
int main(void)
{
    static char piece[1 << 20];
    for (int i = 0; i < 1536; i++) {
        static int fd;
        if (i % 32 == 0)
            fd = memfd_create("room", 0);
        if (fd < 0 || write(fd, piece, sizeof piece) != (ssize_t)sizeof piece)
            exit(1);
    }
    breach("memory without end");
}
