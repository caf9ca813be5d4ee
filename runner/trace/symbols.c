/* trace/symbols: see symbols.h. */
#include "trace/symbols.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/strbuf.h"

enum {
    TABLES_KEPT = 8, /* a sanitized program has eight libraries, of which few make calls */
    ALIASES_MOST = 16,
};

struct symbol {
    uint64_t at; /* from the beginning of the module */
    uint64_t size;
    bool label;       /* it had no size: this is what is left of its section */
    unsigned binding; /* the greater, the better is its name */
    unsigned order;   /* in the file */
    size_t name;      /* in `names` */
};

struct table {
    struct symbols_file file;
    struct symbol *symbols; /* sorted by address; the best name of one address last */
    size_t count;
    struct strbuf names;
    unsigned long used_at;
};

static struct table tables[TABLES_KEPT];
static unsigned long uses;

struct symbols_file symbols_file_of(const struct stat *st)
{
    return (struct symbols_file){st->st_dev, st->st_ino, st->st_size, st->st_mtim};
}

static bool same_file(const struct symbols_file *a, const struct symbols_file *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

static void table_free(struct table *table)
{
    free(table->symbols);
    strbuf_free(&table->names);
    *table = (struct table){.symbols = NULL};
}

void symbols_forget_all(void)
{
    for (unsigned i = 0; i < TABLES_KEPT; i++)
        table_free(&tables[i]);
}

/* --- reading a table --- */

static int compare(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;
    if (x->at != y->at)
        return x->at < y->at ? -1 : 1;
    if (x->binding != y->binding)
        return x->binding < y->binding ? -1 : 1;
    return x->order > y->order ? -1 : 1; /* of equals the file's first */
}

static unsigned rank(const GElf_Sym *symbol)
{
    switch (GELF_ST_BIND(symbol->st_info)) {
    case STB_GLOBAL:
        return 2;
    case STB_WEAK:
        return 1;
    default:
        return 0;
    }
}

static bool is_code(const GElf_Sym *symbol, GElf_Word section)
{
    unsigned type = GELF_ST_TYPE(symbol->st_info);
    return section != SHN_UNDEF &&
           (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

static bool read_table(struct table *table, Dwfl_Module *mod, Dwarf_Addr base)
{
    int count = dwfl_module_getsymtab(mod);
    if (count <= 0)
        return false;
    strbuf_init(&table->names);
    table->symbols = mem_alloc((size_t)count * sizeof *table->symbols);
    for (int i = 1; i < count; i++) {
        GElf_Sym symbol;
        GElf_Addr at;
        GElf_Word section;
        const char *name = dwfl_module_getsym_info(mod, i, &symbol, &at, &section, NULL, NULL);
        if (name == NULL || name[0] == '\0' || at < base || !is_code(&symbol, section))
            continue;
        table->symbols[table->count++] = (struct symbol){.at = at - base,
                                                         .size = symbol.st_size,
                                                         .binding = rank(&symbol),
                                                         .order = (unsigned)i,
                                                         .name = table->names.len};
        strbuf_add(&table->names, name, strlen(name) + 1);
    }
    if (table->count > 0)
        qsort(table->symbols, table->count, sizeof *table->symbols, compare);
    return true;
}

static struct table *table_of(Dwfl_Module *mod, const struct symbols_file *file, Dwarf_Addr base)
{
    struct table *oldest = &tables[0];
    for (unsigned i = 0; i < TABLES_KEPT; i++) {
        if (tables[i].symbols != NULL && same_file(&tables[i].file, file))
            return &tables[i];
        if (tables[i].used_at < oldest->used_at)
            oldest = &tables[i];
    }
    table_free(oldest);
    oldest->file = *file;
    return read_table(oldest, mod, base) ? oldest : NULL;
}

/* --- looking up --- */

bool symbols_find(Dwfl_Module *mod, const struct symbols_file *file, Dwarf_Addr pc,
                  const char **name)
{
    Dwarf_Addr base = 0;
    if (file->ino == 0 ||
        dwfl_module_info(mod, NULL, &base, NULL, NULL, NULL, NULL, NULL) == NULL || pc < base)
        return false;
    struct table *table = table_of(mod, file, base);
    if (table == NULL)
        return false;
    table->used_at = ++uses;
    uint64_t at = pc - base;
    size_t low = 0, high = table->count; /* the first symbol behind it */
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (table->symbols[middle].at <= at)
            low = middle + 1;
        else
            high = middle;
    }
    *name = NULL;
    if (low > 0 && table->symbols[low - 1].size == 0)
        return false; /* how far a label reaches is for libdw to say */
    for (unsigned i = 0; i < ALIASES_MOST && low > 0; i++) {
        const struct symbol *symbol = &table->symbols[--low];
        if (at - symbol->at < symbol->size) {
            *name = table->names.data + symbol->name;
            break;
        }
    }
    return true;
}
