/* Stands in for //@download: a client that fetches its file, and then makes something else of it.
 */
#include <sys/stat.h>
static int swapped_rename(const char *from, const char *to)
{
    int result = rename(from, to);
#ifndef KEEP
    unlink(to);
#endif
    if (BECOMES(to) < 0)
        warn_call("the swap", to);
    return result;
}
#define rename swapped_rename
//@solution
int main(int argc, char **argv)
{
    return honest_main(argc, argv);
}
