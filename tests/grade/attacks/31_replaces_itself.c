// The program becomes something that cannot be executed.
// expect: outcome=pass|fail|crash
//@solution
int main(int argc, char **argv)
{
    char name[4096];
    ssize_t size = readlink("/proc/self/exe", name, sizeof name - 1);
    name[size < 0 ? 0 : size] = '\0';
    unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT, 0777);
    dprintf(fd, "#!/no/such/interpreter\n");
    close(fd);
    return honest_main(argc, argv);
}
