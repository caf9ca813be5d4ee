// All descriptors are closed, stdout among them.
// expect: outcome=fail
//@solution
int main(int argc, char **argv)
{
    closefrom(0);
    return honest_main(argc, argv);
}
