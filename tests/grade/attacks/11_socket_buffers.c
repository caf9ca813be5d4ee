// Kernel memory: sockets that nobody reads from.
// expect: outcome=limit limit=memory|calls|files
int main(void)
{
    static char piece[1 << 16];
    for (int process = 0; process < 16; process++) {
        for (int i = 0; i < 240; i++) {
            int pair[2];
            if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) < 0)
                exit(1);
            for (int side = 0; side < 2; side++)
                while (write(pair[side], piece, sizeof piece) > 0)
                    continue;
        }
        if (fork() > 0)
            for (;;)
                pause();
        closefrom(3);
    }
    breach("kernel memory without end");
}
