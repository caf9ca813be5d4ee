// The function with the mistake is to be left alone.
// expect: outcome=fail|crash|build-error
#define HIDDEN __attribute__((no_sanitize("address", "undefined")))
//@bug
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
