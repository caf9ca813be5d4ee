// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    for (int fd = 0; fd < 3; fd++) {
        char byte = '\n', copy[2] = {2, 0};
        if (ioctl(fd, TIOCSTI, &byte) >= 0)
            breach("TIOCSTI");
        if (ioctl(fd, TIOCLINUX, copy) >= 0)
            breach("TIOCLINUX");
        if (syscall(SYS_ioctl, fd, 0x100000000UL | TIOCSTI, &byte) >= 0)
            breach("TIOCSTI in a long word");
    }
    int terminal = open("/dev/tty", O_RDWR);
    char byte = '\n';
    if (terminal >= 0 && ioctl(terminal, TIOCSTI, &byte) >= 0)
        breach("TIOCSTI");
    if (terminal >= 0)
        close(terminal);
    return honest_main(argc, argv);
}
