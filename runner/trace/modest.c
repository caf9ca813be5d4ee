/* trace/modest: see modest.h. */
#include "trace/modest.h"

#include <gelf.h>
#include <string.h>

/* A lab's program has some sixty thousand bytes. */
enum { MODEST = 1 << 20 };

static bool is_debug(const char *name)
{
    return name != NULL && (strncmp(name, ".debug", 6) == 0 || strncmp(name, ".zdebug", 7) == 0);
}

/* As large as it becomes when it is read; more than MODEST where that is not told. ".zdebug_info"
 * is what compilers wrote ten years ago. */
static uint64_t unpacked(Elf_Scn *section, const GElf_Shdr *header, const char *name)
{
    GElf_Chdr packed;
    if (name[1] == 'z')
        return MODEST + 1;
    if ((header->sh_flags & SHF_COMPRESSED) == 0)
        return header->sh_size;
    return gelf_getchdr(section, &packed) != NULL ? packed.ch_size : MODEST + 1;
}

static bool is_modest(Elf *elf)
{
    size_t names;
    uint64_t sum = 0;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *at = elf_nextscn(elf, NULL); at != NULL; at = elf_nextscn(elf, at)) {
        if (gelf_getshdr(at, &header) == NULL)
            return false;
        const char *name = elf_strptr(elf, names, header.sh_name);
        uint64_t size = is_debug(name) ? unpacked(at, &header, name) : 0;
        if (size > MODEST - sum)
            return false;
        sum += size;
    }
    return true;
}

bool modest_program(int fd)
{
    elf_version(EV_CURRENT);
    Elf *elf = elf_begin(fd, ELF_C_READ, NULL);
    bool modest = elf != NULL && elf_kind(elf) == ELF_K_ELF && is_modest(elf);
    elf_end(elf);
    return modest;
}
