// raw
// expect: outcome=build-error
#include "@ROOT_SECRET@"
int main(void)
{
    return 0;
}
