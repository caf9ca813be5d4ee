// The service is done by a daemon; the program itself ends at once.
// expect: outcome=fail
//@solution
int main(int argc, char **argv)
{
    if (!serving(argc, argv))
        return honest_main(argc, argv);
    if (fork() > 0)
        return 0;
    setsid();
    return honest_main(argc, argv);
}
