// One file, larger than any may be.
// expect: outcome=limit|crash
int main(void)
{
    static char piece[1 << 20];
    int fd = open("/work/@MARK@", O_WRONLY | O_CREAT, 0666);
    lseek(fd, (off_t)1 << 40, SEEK_SET);
    for (;;)
        if (write(fd, piece, sizeof piece) < 0)
            exit(1);
}
