// Every process waits in vfork() for the next one.
// expect: outcome=limit limit=processes
int main(void)
{
    for (;;)
        syscall(SYS_vfork);
}
