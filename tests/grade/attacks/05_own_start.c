// It replaces what calls main().
// expect: outcome=fail|crash|build-error
//@solution
int __libc_start_main(int (*main_)(int, char **), int argc, char **argv);
int __libc_start_main(int (*main_)(int, char **), int argc, char **argv)
{
    (void)main_;
    (void)argc;
    (void)argv;
    syscall(SYS_exit_group, 0);
    __builtin_unreachable();
}
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
