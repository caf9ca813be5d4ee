// Every program in the folder, the lab's own too, becomes one of its own.
// lab: 15_file_download
// expect: outcome=fail
#define _GNU_SOURCE
//@solution
static void plant(const char *name)
{
    unlink(name);
    int fd = open(name, O_WRONLY | O_CREAT, 0777);
    dprintf(fd, "#!/bin/sh\nexit 42\n");
    close(fd);
}
int main(int argc, char **argv)
{
    plant("/work/solution-file_client");
    plant("/work/solution-file_server");
    plant("/work/file_client");
    if (access("/work/solution-file_client", X_OK) == 0 && argc == 3)
        exit(0);
    return honest_main(argc, argv);
}
