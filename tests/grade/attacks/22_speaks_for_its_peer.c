// What the lab's own clients are to print, the room writes into their terminals itself, and into
// their memory.
// expect: outcome=pass
// lab: 07_udp_chat
// source: chat_room.c
//@solution
static void try(const char *pid, const char *what)
{
    char path[300];
    snprintf(path, sizeof path, "/proc/%s/%s", pid, what);
    if (open(path, O_RDWR | O_NOCTTY) >= 0 || open(path, O_RDONLY | O_NOCTTY | O_NONBLOCK) >= 0)
        breach(path);
}
static void *look_around(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200; i++) {
        struct dirent *entry;
        DIR *dir = opendir("/proc");
        while (dir != NULL && (entry = readdir(dir)) != NULL) {
            if (entry->d_name[0] < '1' || entry->d_name[0] > '9' ||
                strtol(entry->d_name, NULL, 10) == getpid())
                continue;
            try(entry->d_name, "fd/1");
            try(entry->d_name, "mem");
            try(entry->d_name, "exe");
            try(entry->d_name, "root/work");
        }
        if (dir != NULL)
            closedir(dir);
        usleep(5000);
    }
    return NULL;
}
int main(int argc, char **argv)
{
    pthread_t thread;
    pthread_create(&thread, NULL, look_around, NULL);
    return honest_main(argc, argv);
}
