// The solution of the lab does the work.
// raw
// expect: outcome=build-error
#include "@LABS@/05_udp_echo/solution/udp_echo.c"
