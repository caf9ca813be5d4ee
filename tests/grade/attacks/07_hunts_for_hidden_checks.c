// Reads everything that can be read, looking for what it should not see.
// expect: outcome=pass
//@solution
/* The words are put together while it runs, or it would find itself. */
static char words[2][16] = {"BANARY_", "VHEREABOUTS_"};
static char text[1 << 16], own[4096];
static void look_into(const char *path)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    for (int i = 0; i < 2; i++) {
        void *at = n <= 0 ? NULL : memmem(text, (size_t)n, words[i], strlen(words[i]));
        if (at != NULL) {
            dprintf(2, "BREACH: %s: %.60s\n", path, (char *)at);
            _exit(42);
        }
    }
}
static void walk(const char *path, int depth)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        char inside[4096];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(inside, sizeof inside, "%s/%s", path, entry->d_name);
        if (strstr(entry->d_name, words[0]) != NULL || strstr(entry->d_name, words[1]) != NULL)
            breach(inside);
        if (strcmp(inside, own) == 0)
            continue; /* it would find what it looks for, in its own words */
        if (entry->d_type == DT_DIR && depth > 0)
            walk(inside, depth - 1);
        else if (entry->d_type == DT_REG)
            look_into(inside);
    }
    if (dir != NULL)
        closedir(dir);
}
int main(int argc, char **argv)
{
    static const char *const places[] = {"/work", "/tmp", "/etc", "/home", "/root", "/var",
                                         "/run",  "/srv", "/opt", "/mnt",  "/dev",  "/sys"};
    static const char *const of_process[] = {"environ", "cmdline", "mountinfo", "maps",
                                             "cgroup",  "mounts",  "status",    "auxv"};
    if (readlink("/proc/self/exe", own, sizeof own - 1) < 0)
        breach("it cannot find itself");
    words[0][0]++;
    words[1][0]++;
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        walk(places[i], 3);
    for (int pid = 0; pid < 40; pid++) {
        for (size_t i = 0; i < sizeof of_process / sizeof of_process[0]; i++) {
            char path[64];
            snprintf(path, sizeof path, "/proc/%d/%s", pid == 0 ? getpid() : pid, of_process[i]);
            look_into(path);
        }
    }
    static const char *const direct[] = {"@ROOT_SECRET@", "@PUBLIC_SECRET@", "@HIDDEN_SECRET@",
                                         "@OTHER_STUDENT@"};
    for (size_t i = 0; i < 4; i++)
        if (access(direct[i], F_OK) == 0 || open(direct[i], O_RDONLY) >= 0)
            breach("a file of the host is there");
    return honest_main(argc, argv);
}
