// Its own program is called as the loader is, whose calls nobody asks for.
// expect: outcome=stall|fail step=bind sees=bind(
//@solution
static void copy(const char *from, const char *to)
{
    static char bytes[1 << 16];
    int in = open(from, O_RDONLY), out = open(to, O_RDWR | O_CREAT | O_TRUNC, 0755);
    for (ssize_t n; (n = read(in, bytes, sizeof bytes)) > 0;)
        if (write(out, bytes, (size_t)n) != n)
            exit(1);
    close(in);
    close(out);
}
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL && serving(argc, argv)) {
        copy("/proc/self/exe", "/tmp/ld-own");
        setenv("AGAIN", "1", 1);
        execv("/tmp/ld-own", argv);
        exit(1);
    }
    if (serving(argc, argv)) {
        char port[8];
        snprintf(port, sizeof port, "%s", argv[1]);
        port[strlen(port) - 1] ^= 1;
        argv[1] = port;
    }
    return honest_main(argc, argv);
}
