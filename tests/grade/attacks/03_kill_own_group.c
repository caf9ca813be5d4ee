// Its own process group, and its parent.
// expect: outcome=crash|fail
int main(void)
{
    kill(getppid(), SIGKILL);
    kill(0, SIGKILL);
    return 0;
}
