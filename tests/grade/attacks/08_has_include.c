// Asks whether a file is there, which is told by how it compiles.
// expect: outcome=pass
#if __has_include("@PUBLIC_SECRET@")
#error BREACH the compiler sees files of the host
#endif
#if __has_include("@LABS@/05_udp_echo/lab.json")
#error BREACH the compiler sees files of the host
#endif
#if __has_include("@ROOT_SECRET@")
#error BREACH the compiler sees files of the host
#endif
#if __has_include("@HIDDEN_SECRET@")
#error BREACH the compiler sees files of the host
#endif
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
