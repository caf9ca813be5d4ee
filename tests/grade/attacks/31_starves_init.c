// The limits and the place in the queue of process 1, on which the scene depends.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    struct rlimit none = {0, 0}, second = {1, 1};
    struct sched_param param = {0};
    cpu_set_t last;
    CPU_ZERO(&last);
    CPU_SET(0, &last);
    syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, &none, NULL);
    syscall(SYS_prlimit64, 1, RLIMIT_NPROC, &none, NULL);
    syscall(SYS_prlimit64, 1, RLIMIT_FSIZE, &none, NULL);
    syscall(SYS_prlimit64, 1, RLIMIT_STACK, &none, NULL);
    syscall(SYS_prlimit64, 1, RLIMIT_CPU, &second, NULL);
    sched_setscheduler(1, 5 /* SCHED_IDLE */, &param);
    setpriority(PRIO_PROCESS, 1, 19);
    sched_setaffinity(1, sizeof last, &last);
    return honest_main(argc, argv);
}
