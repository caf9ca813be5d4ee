/* Computes for a while and calls nothing: what tracing costs a program that does no networking. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? strtoul(argv[1], NULL, 10) : 1, sum = 0;
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (unsigned long i = 1; i <= rounds * 1000000; i++)
        sum = sum * 6364136223846793005UL + i;
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.3f %lu\n",
           (double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6,
           sum);
    return 0;
}
