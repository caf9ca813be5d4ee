// The same in other words.
// expect: outcome=fail|crash|build-error
#define GLUE(a, b) a##b
#define HIDDEN __attribute__((GLUE(no_sanitize_, address), GLUE(no_, sanitize_undefined)))
//@bug
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
