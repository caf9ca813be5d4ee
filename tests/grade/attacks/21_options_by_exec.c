// It starts itself again with other options.
// expect: outcome=fail|crash|build-error
//@bug
//@solution
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL) {
        setenv("AGAIN", "1", 1);
        setenv("ASAN_OPTIONS", "halt_on_error=0:exitcode=0:log_path=/dev/null:report_globals=0", 1);
        execv("/proc/self/exe", argv);
        breach("it could not start itself");
    }
    return honest_main(argc, argv);
}
