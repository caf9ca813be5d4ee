// Root of its own namespace would be much.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    if (setuid(0) == 0 || setgid(0) == 0 || setresuid(0, 0, 0) == 0)
        breach("it can become root");
    for (unsigned long capability = 0; capability < 41; capability++) {
        if (prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1)
            refused(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0), "a capability");
    }
    char line[256];
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && fgets(line, sizeof line, f) != NULL) {
        if (strncmp(line, "CapEff:", 7) == 0 && strspn(line + 7, " \t0\n") != strlen(line + 7))
            breach("it has capabilities");
        if (strncmp(line, "NoNewPrivs:", 11) == 0 && strchr(line, '1') == NULL)
            breach("it could get new privileges");
    }
    if (f != NULL)
        fclose(f);
    return honest_main(argc, argv);
}
