// Another program is to do it.
// expect: outcome=fail|stall|limit|crash
int main(int argc, char **argv)
{
    (void)argc;
    execl("/bin/sh", "sh", "-c", "echo \"listening on 0.0.0.0($0)\"; while :; do :; done", argv[1],
          NULL);
    return 1;
}
