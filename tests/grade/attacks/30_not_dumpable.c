// It does not want to be looked into.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_PDEATHSIG, 0);
    prctl(PR_SET_PTRACER, -1);
    return honest_main(argc, argv);
}
