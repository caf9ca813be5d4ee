// It rewrites its own code while it runs.
// expect: outcome=pass
//@solution
static int four(void)
{
    return 4;
}
int main(int argc, char **argv)
{
    int fd = open("/proc/self/mem", O_RDWR);
    unsigned char byte;
    if (fd >= 0 && pread(fd, &byte, 1, (off_t)(uintptr_t)four) == 1)
        pwrite(fd, &byte, 1, (off_t)(uintptr_t)four);
    if (fd >= 0)
        close(fd);
    return four() == 4 ? honest_main(argc, argv) : 1;
}
