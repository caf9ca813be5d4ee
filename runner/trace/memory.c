/* trace/memory: see memory.h. */
#include "trace/memory.h"

#include <string.h>
#include <sys/uio.h>

enum { PAGE = 4096 };

size_t memory_read(pid_t tid, uint64_t address, void *out, size_t len)
{
    struct iovec local = {out, len}, remote = {(void *)(uintptr_t)address, len};
    ssize_t n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
    if (n >= 0)
        return (size_t)n;
    /* One unmapped page makes the whole element fail: read page by page up to it. */
    size_t done = 0;
    while (done < len) {
        size_t piece = PAGE - (size_t)((address + done) % PAGE);
        if (piece > len - done)
            piece = len - done;
        local = (struct iovec){(char *)out + done, piece};
        remote = (struct iovec){(void *)(uintptr_t)(address + done), piece};
        n = process_vm_readv(tid, &local, 1, &remote, 1, 0);
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return done;
}

void memory_read_text(pid_t tid, uint64_t address, char *out, size_t size)
{
    size_t n = memory_read(tid, address, out, size - 1);
    out[n] = '\0';
}
