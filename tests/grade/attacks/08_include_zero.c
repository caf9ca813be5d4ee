// A file without an end.
// raw
// expect: outcome=build-error
#include "/dev/zero"
