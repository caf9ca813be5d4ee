// Every signal to process 1, in every way there is.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    int init = (int)syscall(SYS_pidfd_open, 1, 0);
    for (int number = 1; number <= 64; number++) {
        siginfo_t info = {.si_signo = number, .si_code = SI_QUEUE};
        kill(1, number);
        syscall(SYS_tgkill, 1, 1, number);
        syscall(SYS_rt_sigqueueinfo, 1, number, &info);
        if (init >= 0)
            syscall(SYS_pidfd_send_signal, init, number, NULL, 0);
    }
    if (init >= 0)
        close(init);
    return honest_main(argc, argv);
}
