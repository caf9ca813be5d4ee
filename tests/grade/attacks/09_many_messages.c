// A hundred thousand mistakes, and a line that is very long.
// raw
// expect: outcome=build-error
#define A undeclared_name_number_##__LINE__,
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
int mistakes[] = {E E E E E E E E E E};
