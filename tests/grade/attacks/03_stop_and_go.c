// A child stops and continues its parent a hundred times.
// expect: outcome=pass|stall
//@solution
int main(int argc, char **argv)
{
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        for (int i = 0; i < 100; i++) {
            kill(parent, SIGSTOP);
            kill(parent, SIGCONT);
        }
        _exit(0);
    }
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
        continue;
    return honest_main(argc, argv);
}
