// Arguments and environment as large as they may be; the tracer reads them.
// expect: outcome=pass|fail
//@solution
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL && serving(argc, argv)) {
        static char *many[30004];
        static char word[] = "AGAIN=\033[31mXXXXXXXXXXXXXXXXXXXXXXXX";
        for (int i = 0; i < 30000; i++)
            many[i] = word;
        execve("/proc/self/exe", argv, many);
        breach("it could not start itself");
    }
    return honest_main(argc, argv);
}
