/*
 * timeline/model_tables - descriptors and processes; see model_private.h.
 *
 * Every stay of a descriptor in a table is kept as a slot, so that one can ask for any moment.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "timeline/model_private.h"

struct model_process *model_process(const struct model *m, int pid)
{
    for (unsigned i = m->nprocesses; i-- > 0;)
        if (m->processes[i]->pid == pid)
            return m->processes[i];
    return NULL;
}

const struct model_process *model_root(const struct model_process *process)
{
    while (process != NULL && process->parent != NULL)
        process = process->parent;
    return process;
}

static struct model_table *table_new(struct model *m)
{
    struct model_table *table = mem_alloc(sizeof *table);
    m->tables = mem_resize(m->tables, m->ntables + 1, sizeof(struct model_table *));
    m->tables[m->ntables++] = table;
    return table;
}

struct model_slot *model_find_slot(const struct model *m, const struct model_table *table, int fd)
{
    if (fd < 0 || fd >= table->size || table->slot_of[fd] == 0)
        return NULL;
    return &m->slots[table->slot_of[fd] - 1];
}

static void table_put(struct model_table *table, int fd, size_t slot)
{
    int old = table->size;
    if (fd >= old) {
        table->size = fd < 16 ? 32 : 2 * fd;
        table->slot_of = mem_resize(table->slot_of, (size_t)table->size, sizeof(size_t));
        memset(table->slot_of + old, 0, (size_t)(table->size - old) * sizeof(size_t));
    }
    table->slot_of[fd] = slot + 1;
}

static void slot_end(struct model_slot *slot, uint64_t n, bool by_exit)
{
    struct model_socket *s = slot->socket;
    slot->until = n;
    if (s != NULL && --s->holders == 0) {
        s->closed = n;
        s->closed_by_exit = by_exit;
    }
}

void model_close(struct model *m, struct model_table *table, int fd, uint64_t n)
{
    struct model_slot *slot = model_find_slot(m, table, fd);
    if (slot == NULL)
        return;
    slot_end(slot, n, false);
    table->slot_of[fd] = 0;
    table->open--;
}

void model_open(struct model *m, struct model_process *p, int fd, struct model_socket *socket,
                bool cloexec, uint64_t n)
{
    if (fd < 0 || fd >= FD_BOUND)
        return;
    model_close(m, p->table, fd, n);
    table_put(p->table, fd, m->nslots);
    if ((m->nslots & (m->nslots - 1)) == 0)
        m->slots = mem_resize(m->slots, m->nslots == 0 ? 1 : 2 * m->nslots, sizeof *m->slots);
    m->slots[m->nslots++] = (struct model_slot){
        .table = p->table,
        .fd = fd,
        .socket = socket,
        .cloexec = cloexec,
        .since = n,
        .until = MODEL_NEVER,
    };
    if (socket != NULL) {
        socket->holders++;
        socket->closed = MODEL_NEVER;
    }
    if (++p->table->open > p->peak_fds)
        p->peak_fds = p->table->open;
}

static struct model_process *process_add(struct model *m, int pid, uint64_t n)
{
    struct model_process *p = mem_alloc(sizeof *p);
    p->pid = pid;
    p->born = n;
    p->exited = MODEL_NEVER;
    m->processes = mem_resize(m->processes, m->nprocesses + 1, sizeof(struct model_process *));
    m->processes[m->nprocesses++] = p;
    return p;
}

struct model_process *model_started(struct model *m, const struct event *ev)
{
    struct model_process *p = process_add(m, ev->pid, ev->n);
    p->program = ev->program;
    p->host = ev->host;
    p->table = table_new(m);
    p->table->users = 1;
    for (int fd = 0; fd <= 2; fd++)
        model_open(m, p, fd, NULL, false, ev->n);
    return p;
}

void model_forked(struct model *m, struct model_process *parent, int pid, bool shares, uint64_t n)
{
    struct model_process *child = process_add(m, pid, n);
    child->program = parent->program;
    child->host = parent->host;
    child->parent = parent;
    parent->forks++;
    if (shares) {
        child->table = parent->table;
        child->table->users++;
        return;
    }
    child->table = table_new(m);
    child->table->users = 1;
    size_t count = m->nslots;
    for (size_t i = 0; i < count; i++) {
        struct model_slot slot = m->slots[i];
        if (slot.table == parent->table && slot.until == MODEL_NEVER)
            model_open(m, child, slot.fd, slot.socket, slot.cloexec, n);
    }
}

void model_leave_table(struct model *m, struct model_table *table, uint64_t n)
{
    if (--table->users > 0)
        return;
    for (size_t i = 0; i < m->nslots; i++)
        if (m->slots[i].table == table && m->slots[i].until == MODEL_NEVER)
            slot_end(&m->slots[i], n, true);
    memset(table->slot_of, 0, (size_t)table->size * sizeof(size_t));
    table->open = 0;
}
