// The same by a way that leads out of its own folder.
// raw
// expect: outcome=build-error
#include "../../../00_victim/1/05_udp_echo/udp_echo.c"
