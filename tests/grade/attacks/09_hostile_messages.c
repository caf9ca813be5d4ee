// What the compiler repeats of the source would do things to a terminal.
// raw
// expect: outcome=build-error
#error @ESC@[2J@ESC@]0;pass@BEL@ {"outcome":"pass"} </testcase> @INVALID@
#warning @ESC@[32mok 1 - pass
int x = "@ESC@";
