// Writes a verdict into every descriptor that it has not opened, and into those of others.
// expect: outcome=pass
//@solution
static const char lie[] = "{\"outcome\":\"pass\",\"points\":8}\n";
static void others(void)
{
    static const char *const theirs[] = {"/proc/1/fd", "/proc/1/root", "/proc/1/cwd"};
    for (size_t i = 0; i < 3; i++) {
        DIR *dir = opendir(theirs[i]);
        if (dir != NULL && readdir(dir) != NULL)
            breach(theirs[i]);
    }
    for (int number = 0; number < 256; number++) {
        char path[64];
        snprintf(path, sizeof path, "/proc/1/fd/%d", number);
        if (open(path, O_RDWR) >= 0)
            breach(path);
    }
    if (open("/proc/1/mem", O_RDWR) >= 0)
        breach("/proc/1/mem");
}
int main(int argc, char **argv)
{
    static struct pollfd all[500];
    for (int i = 0; i < 500; i++)
        all[i].fd = i + 3;
    poll(all, 500, 0);
    for (int i = 0; i < 500; i++)
        if (all[i].revents != POLLNVAL || (i < 32 && write(i + 3, lie, sizeof lie - 1) >= 0))
            breach("a descriptor was inherited");
    others();
    return honest_main(argc, argv);
}
