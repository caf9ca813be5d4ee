// A pragma for the preprocessor's own use that loads a file.
// raw
// expect: outcome=build-error|fail|limit|pass
#pragma GCC pch_preprocess "@PUBLIC_SECRET@"
#pragma GCC dependency "@PUBLIC_SECRET@"
#include "lab.h"
int main(void)
{
    return 0;
}
