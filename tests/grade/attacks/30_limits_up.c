// Its limits, its place in the queue of the OOM killer, its visibility.
// expect: outcome=pass
//@solution
static void raise_limit(__rlimit_resource_t which, const char *name)
{
    struct rlimit limit;
    getrlimit(which, &limit);
    if (limit.rlim_max == RLIM_INFINITY)
        breach(name);
    limit.rlim_max++;
    refused(setrlimit(which, &limit), name);
}
int main(int argc, char **argv)
{
    raise_limit(RLIMIT_CPU, "RLIMIT_CPU");
    raise_limit(RLIMIT_FSIZE, "RLIMIT_FSIZE");
    raise_limit(RLIMIT_NPROC, "RLIMIT_NPROC");
    raise_limit(RLIMIT_NOFILE, "RLIMIT_NOFILE");
    raise_limit(RLIMIT_CORE, "RLIMIT_CORE");
    int fd = open("/proc/self/oom_score_adj", O_WRONLY);
    if (fd >= 0 && write(fd, "-1000", 5) >= 0)
        breach("oom_score_adj");
    if (fd >= 0)
        close(fd);
    return honest_main(argc, argv);
}
