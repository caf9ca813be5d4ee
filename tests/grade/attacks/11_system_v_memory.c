// Shared memory that outlives its processes.
// expect: outcome=limit limit=memory
int main(void)
{
    for (int i = 0; i < 96; i++) {
        int id = shmget(IPC_PRIVATE, 16 << 20, 0600 | IPC_CREAT);
        void *room = id < 0 ? (void *)-1 : shmat(id, NULL, 0);
        if (room == (void *)-1)
            exit(1);
        memset(room, 1, 16 << 20);
        shmdt(room);
    }
    breach("memory without end");
}
