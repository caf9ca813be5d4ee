// A write past the end, and nothing hides it: to see that the others are up against something.
// expect: outcome=fail|crash step=size
//@bug
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
