// raw
// expect: outcome=build-error
#include "/etc/shadow"
int main(void)
{
    return 0;
}
