// The folder that it was started in is emptied and locked.
// expect: outcome=pass|fail|crash
//@solution
int main(int argc, char **argv)
{
    chdir("/");
    rmdir("/work");
    chmod("/work", 0);
    chmod("/tmp", 0);
    rename("/work", "/gone");
    return honest_main(argc, argv);
}
