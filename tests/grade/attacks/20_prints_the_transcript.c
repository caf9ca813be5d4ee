// What the lesson shows, and nothing else.
// expect: outcome=fail step=socket
int main(int argc, char **argv)
{
    if (!serving(argc, argv))
        die_usage("udp_echo PORT");
    printf("listening on 0.0.0.0(%s)\nhello\nhello\n", argv[1]);
    fflush(stdout);
    pause();
}
