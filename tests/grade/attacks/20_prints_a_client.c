// lab: 09_tcp_client
// expect: outcome=fail|stall
//@solution
int main(int argc, char **argv)
{
    char line[512];
    if (argc != 3)
        return honest_main(argc, argv);
    while (fgets(line, sizeof line, stdin) != NULL)
        printf("%s", line);
    return 0;
}
