// raw
// expect: outcome=build-error
#include "@HIDDEN_SECRET@"
int main(void)
{
    return 0;
}
