// kill(-1): everything that may be signalled, which is this scene alone.
// expect: outcome=pass|fail|crash
//@solution
int main(int argc, char **argv)
{
    kill(-1, SIGKILL);
    return honest_main(argc, argv);
}
