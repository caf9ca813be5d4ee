// When the sanitizer is about to end the program, it jumps back and goes on.
// expect: outcome=fail|crash|build-error
#include <setjmp.h>
static jmp_buf back;
static bool armed;
void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));
void __sanitizer_set_report_fd(void *fd) __attribute__((weak));
static void survive(void)
{
    if (armed)
        longjmp(back, 1);
}
#define SURVIVE   \
    armed = true; \
    if (setjmp(back) == 0)
//@bug
//@solution
int main(int argc, char **argv)
{
    if (__sanitizer_set_death_callback != NULL)
        __sanitizer_set_death_callback(survive);
    if (__sanitizer_set_report_fd != NULL)
        __sanitizer_set_report_fd((void *)(intptr_t)open("/dev/null", O_WRONLY));
    return honest_main(argc, argv);
}
