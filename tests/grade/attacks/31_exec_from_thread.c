// Not the first thread starts the program again.
// expect: outcome=pass|fail
//@solution
static void *again(void *argv)
{
    setenv("AGAIN", "1", 1);
    execv("/proc/self/exe", argv);
    breach("it could not start itself");
}
int main(int argc, char **argv)
{
    if (getenv("AGAIN") == NULL) {
        pthread_t thread;
        pthread_create(&thread, NULL, again, argv);
        for (;;)
            pause();
    }
    return honest_main(argc, argv);
}
