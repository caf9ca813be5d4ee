// It compiles a library in its sandbox and preloads that into itself.
// expect: outcome=pass|fail|crash|limit|stall
//@solution
int main(int argc, char **argv)
{
    if (getenv("LD_PRELOAD") == NULL && serving(argc, argv)) {
        setenv("LD_PRELOAD", "/work/evil.so", 1);
        setenv("LD_DEBUG", "all", 1);
        setenv("LD_AUDIT", "/work/evil.so", 1);
        execv("/proc/self/exe", argv);
    }
    unsetenv("LD_DEBUG");
    return honest_main(argc, argv);
}
