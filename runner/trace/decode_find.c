/* trace/decode_find: arguments by their names; see decode.h. */
#include <string.h>

#include "trace/decode.h"

int64_t decoded_value(const struct decoded *decoded, const char *name, int64_t fallback)
{
    for (unsigned i = 0; i < decoded->count; i++)
        if (strcmp(decoded->args[i].name, name) == 0 && decoded->args[i].has_value)
            return decoded->args[i].value;
    return fallback;
}

const char *decoded_text(const struct decoded *decoded, const char *name)
{
    for (unsigned i = 0; i < decoded->count; i++)
        if (strcmp(decoded->args[i].name, name) == 0 && decoded->args[i].text != NULL)
            return decoded->args[i].text;
    return "";
}
