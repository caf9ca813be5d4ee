// The sanitizer is told to be quiet and to go on.
// expect: outcome=fail|crash|build-error
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "halt_on_error=0:exitcode=0:log_path=/dev/null:detect_stack_use_after_return=0:"
           "replace_intrin=0:verbosity=0:quarantine_size_mb=0";
}
const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
    return "halt_on_error=0:exitcode=0:log_path=/dev/null";
}
//@bug
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
