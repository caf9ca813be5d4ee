// expect: outcome=limit
//@solution
int main(int argc, char **argv)
{
    for (int i = 0; i < 100000; i++) {
        char path[64];
        snprintf(path, sizeof path, "/work/@MARK@-%d", i);
        if (symlink("x", path) < 0)
            break;
    }
    return honest_main(argc, argv);
}
