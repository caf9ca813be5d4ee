// lab: 10_tcp_server
// expect: outcome=fail|crash step=stop diagnosis=no-reuseaddr
#define setsockopt(fd, level, name, value, size) ((void)(fd), (void)*(value), 0)
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
