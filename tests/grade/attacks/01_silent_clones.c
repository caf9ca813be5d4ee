// Children that tell nobody of their end: clone() without a signal.
// expect: outcome=limit limit=processes
int main(void)
{
    for (;;)
        if (syscall(SYS_clone, 0UL, NULL, NULL, NULL, 0UL) == 0)
            for (;;)
                pause();
}
