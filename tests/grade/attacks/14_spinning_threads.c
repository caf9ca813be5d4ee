// expect: outcome=limit limit=cpu
static void *spin(void *arg)
{
    for (;;)
        __asm__ volatile("" ::: "memory");
    return arg;
}
int main(void)
{
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, spin, NULL);
    }
    spin(NULL);
}
