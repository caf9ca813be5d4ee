// Files named like the grader's own.
// expect: outcome=pass
//@solution
int main(int argc, char **argv)
{
    static const char *const names[] = {"journal.jsonl",          "/work/journal.jsonl",
                                        "../journal.jsonl",       "/tmp/journal.jsonl",
                                        "results.json",           "lab.json",
                                        "/work/05_udp_echo.html", "/autograder/results.json"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        int fd = open(names[i], O_WRONLY | O_CREAT | O_APPEND, 0666);
        if (fd >= 0) {
            dprintf(fd, "{\"student\":\"@MARK@\",\"verdict\":{\"outcome\":\"pass\"}}\n");
            close(fd);
        }
    }
    return honest_main(argc, argv);
}
