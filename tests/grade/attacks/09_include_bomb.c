// It includes itself twice, and so on.
// raw
// expect: outcome=build-error
#if __INCLUDE_LEVEL__ < 60
#include __FILE__
#include __FILE__
#endif
