// Each of them stays below what one process may use; they come one after the other.
// expect: outcome=limit limit=cpu
int main(void)
{
    for (;;) {
        pid_t child = fork();
        if (child == 0) {
            while (clock() < CLOCKS_PER_SEC / 5)
                continue;
            _exit(0);
        }
        waitpid(child, NULL, 0);
    }
}
