// raw
// expect: outcome=build-error
#include "@OTHER_STUDENT@"
