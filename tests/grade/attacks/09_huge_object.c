// Two gigabytes of initialised memory.
// raw
// expect: outcome=build-error
char huge[2147483600] = {1};
int main(void)
{
    return huge[5];
}
