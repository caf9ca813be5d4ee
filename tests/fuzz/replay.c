/*
 * replay - where there is no libFuzzer: gives a fuzz target every file of the folders named, and
 * each of them cut short at many places.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exact size, so that the sanitizer sees a read one byte beyond. */
static void try_bytes(const char *data, size_t size)
{
    uint8_t *copy = malloc(size != 0 ? size : 1);
    if (copy == NULL)
        abort();
    memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static unsigned replay_folder(const char *folder)
{
    struct file_list list;
    struct error err;
    unsigned count = 0;
    if (file_list(folder, &list, &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    for (size_t i = 0; i < list.count; i++) {
        char *path = file_join(folder, list.names[i]);
        struct strbuf bytes = STRBUF_INIT;
        if (file_read(path, (size_t)16 << 20, FILE_REGULAR, &bytes, &err) == 0) {
            size_t step = bytes.len / 64 + 1;
            for (size_t len = 0; len < bytes.len; len += step, count++)
                try_bytes(bytes.data, len);
            try_bytes(bytes.data, bytes.len);
            count++;
        }
        strbuf_free(&bytes);
        free(path);
    }
    file_list_free(&list);
    return count;
}

int main(int argc, char **argv)
{
    unsigned count = 0;
    for (int i = 1; i < argc; i++)
        if (argv[i][0] != '-')
            count += replay_folder(argv[i]);
    printf("stat::number_of_executed_units: %u\n", count);
    return 0;
}
