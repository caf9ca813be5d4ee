// After its first run the program is gone: the second start finds none.
// expect: outcome=pass|fail|crash
//@solution
int main(int argc, char **argv)
{
    char name[4096];
    ssize_t size = readlink("/proc/self/exe", name, sizeof name - 1);
    name[size < 0 ? 0 : size] = '\0';
    unlink(name);
    return honest_main(argc, argv);
}
