// It stops itself and waits to be continued.
// expect: outcome=stall|limit|fail
int main(void)
{
    raise(SIGSTOP);
    return 0;
}
