// It waits, again and again, just as long as a patient check would.
// expect: outcome=stall|limit|fail
int main(void)
{
    for (;;)
        poll(NULL, 0, 2400);
}
