/* base/late: see late.h. */
#include "base/late.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int late_load(struct late *library, struct error *err)
{
    if (library->handle == NULL)
        library->handle = dlopen(library->name, RTLD_NOW | RTLD_LOCAL);
    if (library->handle != NULL)
        return 0;
    const char *why = dlerror();
    return error_set(err, "a library is missing: %s; 'make deps' installs it",
                     why != NULL ? why : library->name);
}

void *late_function(struct late *library, const char *name)
{
    struct error err;
    void *found = late_load(library, &err) == 0 ? dlsym(library->handle, name) : NULL;
    if (found == NULL) {
        fprintf(stderr, "socklings: %s\n", library->handle == NULL ? err.text : dlerror());
        abort();
    }
    return found;
}
