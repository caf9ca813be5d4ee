// raw
// expect: outcome=build-error|fail
#include "/proc/self/environ"
int main(void)
{
    return 0;
}
