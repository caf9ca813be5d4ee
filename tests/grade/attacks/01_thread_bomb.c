// Threads without end.
// expect: outcome=limit limit=processes|calls
static void *sleeper(void *arg)
{
    for (;;)
        pause();
    return arg;
}
int main(void)
{
    for (;;) {
        pthread_t thread;
        pthread_create(&thread, NULL, sleeper, NULL);
    }
}
