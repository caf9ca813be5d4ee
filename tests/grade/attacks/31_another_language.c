// It starts an interpreter of the system's, and a few lines that it has with it do the work.
// expect: outcome=fail
int main(int argc, char **argv)
{
    static const char perl[] =
        "use Socket; $| = 1; socket(my $s, PF_INET, SOCK_DGRAM, 0);"
        "setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, sockaddr_in($ARGV[0], INADDR_ANY));"
        "print \"listening on 0.0.0.0($ARGV[0])\\n\"; while (1) { my $from = recv($s, my $text, "
        "65507, 0); send($s, $text, 0, $from) }";
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port)) {
        fprintf(stderr, "usage: %s PORT\n", argv[0]);
        return 2;
    }
    if (fork() == 0)
        execl("/usr/bin/perl", "perl", "-e", perl, argv[1], NULL);
    for (;;)
        pause();
}
