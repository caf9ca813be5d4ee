// It includes itself for ever.
// raw
// expect: outcome=build-error
#include __FILE__
