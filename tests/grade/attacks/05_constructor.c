// Ends before main(), having printed what is wanted.
// expect: outcome=fail step=socket
//@solution
__attribute__((constructor)) static void early(int argc, char **argv)
{
    printf("listening on 0.0.0.0(%s)\n", argc > 1 ? argv[1] : "7000");
    fflush(stdout);
    _exit(0);
}
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
