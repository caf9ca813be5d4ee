/*
 * base/mem - allocation that does not fail: when memory is exhausted the program says so on
 * stderr and aborts. There is nothing useful left to do then, and every caller is shorter for it.
 * The caller frees with free(3).
 */
#ifndef SOCKLINGS_BASE_MEM_H
#define SOCKLINGS_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t size);                           /* zeroed */
void *mem_resize(void *old, size_t count, size_t size); /* checks count * size */
char *mem_string(const char *text);                     /* a copy; NULL gives NULL */
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
