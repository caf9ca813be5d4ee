// Warnings that are switched off.
// expect: outcome=pass|fail
#pragma GCC diagnostic ignored "-Wall"
#pragma GCC diagnostic ignored "-Wextra"
//@solution
int main(int argc, char **argv)
{
    int unused;
    return honest_main(argc, argv);
}
