// A hundred thousand of them: the compiler's stack ends.
// raw
// expect: outcome=build-error|fail
#define A ((((((((((
#define B A A A A A A A A A A
#define C B B B B B B B B B B
#define D C C C C C C C C C C
#define E D D D D D D D D D D
int main(void)
{
    return E 0;
}
