/* base/spare_id: see spare_id.h. */
#include "base/spare_id.h"

#include <stdio.h>

unsigned spare_id(const char *map, unsigned wanted, unsigned number)
{
    unsigned from, outside, count, found = 0, most = 4;
    FILE *f = fopen(map, "re");
    while (f != NULL && fscanf(f, "%u %u %u", &from, &outside, &count) == 3) {
        if (wanted >= from && wanted - from < count) {
            found = wanted;
            break;
        }
        if (count > most) {
            most = count;
            found = from + count / 2 + number % (count - count / 2 - 2);
        }
    }
    if (f != NULL)
        fclose(f);
    return found;
}
