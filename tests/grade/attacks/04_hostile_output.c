// A server that says all kinds of bytes and then answers nobody: what it said becomes evidence.
// expect: outcome=stall|fail|limit
int main(int argc, char **argv)
{
    uint16_t port = 0;
    if (!serving(argc, argv) || !net_parse_port(argv[1], &port))
        die_usage("udp_echo PORT");
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", "\033[31m\xff\x80\r\n<b>");
    for (int byte = 0; byte < 256; byte++)
        putchar(byte);
    printf("\nlistening on 0.0.0.0(%d)\n\033[1;1H\033[0J", port);
    fflush(stdout);
    recv(fd, own.sin_zero, 1, 0);
    printf("]]></system-out><!-- %c \xf4\x90\x80\x80", 0);
    fflush(stdout);
    for (;;)
        pause();
}
