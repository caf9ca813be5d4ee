/* grade/submission: see submission.h. */
#include "grade/submission.h"

#include <stdlib.h>

void submissions_free(struct submissions *all)
{
    for (size_t i = 0; i < all->count; i++) {
        struct submission *one = &all->list[i];
        free(one->student);
        free(one->name);
        free(one->folder);
        free(one->origin);
        free(one->dir);
    }
    for (size_t i = 0; i < all->nrefusals; i++) {
        free(all->refusals[i].origin);
        free(all->refusals[i].student);
        free(all->refusals[i].name);
    }
    free(all->list);
    free(all->refusals);
    *all = (struct submissions){NULL, 0, NULL, 0};
}
