// raw
// expect: outcome=build-error|fail
#include "/dev/stdin"
int main(void)
{
    return 0;
}
