// Sockets, threads and files whose names would do things to a terminal or a page.
// expect: outcome=fail|stall|limit
//@solution
int main(int argc, char **argv)
{
    static const char *const names[] = {"\033[2J\033]0;pass\007", "<img src=x onerror=alert(1)>",
                                        "a\nok 1 - pass\n", "\xff\xfe\x80",
                                        "\",\"outcome\":\"pass"};
    prctl(PR_SET_NAME, "\033[31m\xff");
    for (size_t i = 0; i < 5; i++) {
        struct sockaddr_un own = {.sun_family = AF_UNIX};
        snprintf(own.sun_path, sizeof own.sun_path, "%s", names[i]);
        int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
        if (fd >= 0 && bind(fd, (struct sockaddr *)&own, sizeof own) == 0)
            sendto(fd, names[i], strlen(names[i]), 0, (struct sockaddr *)&own, sizeof own);
    }
    if (serving(argc, argv))
        for (;;)
            pause();
    return honest_main(argc, argv);
}
