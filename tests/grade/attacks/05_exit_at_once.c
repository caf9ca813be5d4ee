// main() returns 0 and has done nothing.
// expect: outcome=fail step=socket
int main(void)
{
    return 0;
}
