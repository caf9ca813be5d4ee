// It starts itself again with other options, by an instruction of the loader's, whose calls nobody
// asks for.
// expect: outcome=fail|crash|build-error
#include <sys/auxv.h>
//@bug
//@solution
__attribute__((unused)) static void exec_by_loader(char **argv)
{
#ifdef __x86_64__
    unsigned long at = getauxval(AT_BASE) + 0x1000;
    /* syscall; cmp $-4095, %rax */
    static const unsigned char code[] = {0x0f, 0x05, 0x48, 0x3d, 0x01, 0xf0, 0xff, 0xff};
    while (memcmp((const void *)at, code, sizeof code) != 0)
        at++;
    long result;
    __asm__ volatile("call *%5"
                     : "=a"(result)
                     : "0"((long)SYS_execve), "D"("/proc/self/exe"), "S"(argv), "d"(environ),
                       "r"(at)
                     : "rcx", "r11", "memory");
#else
    execv("/proc/self/exe", argv);
#endif
}
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL) {
        setenv("AGAIN", "1", 1);
        setenv("ASAN_OPTIONS", "halt_on_error=0:exitcode=0:log_path=/dev/null:report_globals=0", 1);
        exec_by_loader(argv);
        breach("it could not start itself");
    }
    return honest_main(argc, argv);
}
