// expect: outcome=fail|crash|build-error
#define main entry
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
#undef main
__attribute__((section(".text"))) const unsigned char main[] = {0xcc, 0xcc};
