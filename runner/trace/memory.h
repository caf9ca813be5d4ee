/*
 * trace/memory - bytes of a stopped tracee (process_vm_readv(2)). A bad pointer of the program is
 * no error of ours: the functions give what can be read.
 */
#ifndef SOCKLINGS_TRACE_MEMORY_H
#define SOCKLINGS_TRACE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* How many bytes were read: fewer than len when the range ends in unmapped memory. */
size_t memory_read(pid_t tid, uint64_t address, void *out, size_t len);
/* A NUL-terminated text of at most size - 1 bytes; "" when nothing can be read. */
void memory_read_text(pid_t tid, uint64_t address, char *out, size_t size);

#endif
