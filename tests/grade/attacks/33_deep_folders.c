// A path that is too long to be removed by its name.
// expect: outcome=pass|limit
//@solution
int main(int argc, char **argv)
{
    for (int i = 0; i < 2000; i++)
        if (mkdir("@MARK@-a-long-name-for-a-folder", 0700) < 0 ||
            chdir("@MARK@-a-long-name-for-a-folder") < 0)
            break;
    return honest_main(argc, argv);
}
