// raw
// expect: outcome=build-error
#include "@PUBLIC_SECRET@"
int main(void)
{
    return 0;
}
