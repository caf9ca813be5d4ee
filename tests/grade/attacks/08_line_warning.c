// The same with a warning, which does not stop the compiler.
// raw
// expect: outcome=fail|build-error
#include "lab.h"
#line 1 "@PUBLIC_SECRET@"
static int unused;
int main(void)
{
    return 0;
}
