// Everything that can be written to is filled, and then it behaves.
// expect: outcome=limit limit=disk|file|files|memory|calls
//@solution
int main(int argc, char **argv)
{
    static const char *const places[] = {"/work", "/tmp", "/dev/shm", "/", "/var/tmp"};
    static char piece[1 << 18];
    for (size_t place = 0; place < 5; place++) {
        for (int i = 0; i < 40; i++) {
            char path[64];
            snprintf(path, sizeof path, "%s/@MARK@-%d", places[place], i);
            int fd = open(path, O_WRONLY | O_CREAT, 0666);
            for (int k = 0; k < 160 && fd >= 0; k++)
                if (write(fd, piece, sizeof piece) < 0)
                    break;
            if (fd >= 0)
                close(fd);
        }
    }
    return honest_main(argc, argv);
}
