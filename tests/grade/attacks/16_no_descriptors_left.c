// All descriptors are used up before its own socket.
// expect: outcome=fail
//@solution
int main(int argc, char **argv)
{
    while (open("/dev/null", O_RDONLY) >= 0)
        continue;
    return honest_main(argc, argv);
}
