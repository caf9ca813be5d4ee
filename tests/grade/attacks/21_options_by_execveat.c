// It starts itself again with other options, by a descriptor.
// expect: outcome=fail|crash|build-error
//@bug
//@solution
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL) {
        int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        setenv("AGAIN", "1", 1);
        setenv("ASAN_OPTIONS", "halt_on_error=0:exitcode=0:log_path=/dev/null:report_globals=0", 1);
        syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
        fexecve(fd, argv, environ);
        breach("it could not start itself");
    }
    return honest_main(argc, argv);
}
