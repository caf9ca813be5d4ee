// A fork bomb.
// expect: outcome=limit limit=processes
int main(void)
{
    for (;;)
        fork();
}
