/*
 * base/late - libraries that are loaded when one of their functions is first called.
 *
 * What a program is linked with is mapped by every run of it, with all that it needs in turn
 * (libarchive: XML, ICU, the C++ runtime), and is copied by every fork: 3 of 5 ms to start, and
 * half a millisecond of each judged scene, for libraries that hardly any run has a use for. So the
 * program is not linked with these; a file beside their caller defines the functions it calls:
 *
 *     static struct late library = LATE_LIBRARY(SOCKLINGS_LIBPCAP);
 *     LATE(library, int, pcap_datalink, (pcap_t * pcap), (pcap))
 *
 * The prototype is the library's own header's, so the compiler sees to it that they agree.
 */
#ifndef SOCKLINGS_BASE_LATE_H
#define SOCKLINGS_BASE_LATE_H

#include "base/error.h"

struct late {
    const char *name; /* "libpcap.so.0.8": what the program would have been linked with */
    void *handle;     /* NULL: not loaded yet */
};

/* The Makefile finds out the name, which differs between distributions. */
#define LATE_LIBRARY(macro)    \
    {                          \
        LATE_TEXT(macro), NULL \
    }
#define LATE_TEXT(text) #text

/* Loads it, where that can still be told of: -1 and *err when it is missing. Costs nothing the
 * second time. */
int late_load(struct late *library, struct error *err);

/* The function of that name. When there is none it says so and aborts, as memory does that is not
 * there. */
void *late_function(struct late *library, const char *name);

/* Defines a function that calls the library's. */
#define LATE(library, type, name, params, args)                 \
    type name params                                            \
    {                                                           \
        static __typeof__(&(name)) real;                        \
        if (real == NULL)                                       \
            *(void **)&real = late_function(&(library), #name); \
        return real args;                                       \
    }
#define LATE_VOID(library, name, params, args)                  \
    void name params                                            \
    {                                                           \
        static __typeof__(&(name)) real;                        \
        if (real == NULL)                                       \
            *(void **)&real = late_function(&(library), #name); \
        real args;                                              \
    }

#endif
