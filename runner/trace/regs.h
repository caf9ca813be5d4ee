/*
 * trace/regs - the registers of a stopped tracee that a system call uses, per machine.
 *
 * x86-64: System V ABI, syscall(2) "Architecture calling conventions"; the number stands in
 * orig_rax. aarch64: the number is a register set of its own, NT_ARM_SYSTEM_CALL (ptrace(2)).
 */
#ifndef SOCKLINGS_TRACE_REGS_H
#define SOCKLINGS_TRACE_REGS_H

#include <elf.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <sys/user.h>

#if defined(__x86_64__)
typedef struct user_regs_struct regs_set;
enum { REGS_DWARF = 17 };
#elif defined(__aarch64__)
typedef struct user_regs_struct regs_set;
enum { REGS_DWARF = 33 };
#else
#error "socklings traces programs on x86-64 and aarch64"
#endif

static inline int regs_get(pid_t tid, regs_set *regs)
{
    struct iovec iov = {regs, sizeof *regs};
    return (int)ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &iov);
}

static inline int regs_put(pid_t tid, const regs_set *regs)
{
    struct iovec iov = {(void *)(uintptr_t)regs, sizeof *regs};
    return (int)ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &iov);
}

#if defined(__x86_64__)
static inline void regs_set_arg(regs_set *regs, unsigned index, uint64_t value)
{
    unsigned long long *const slot[6] = {&regs->rdi, &regs->rsi, &regs->rdx,
                                         &regs->r10, &regs->r8,  &regs->r9};
    *slot[index] = value;
}

static inline uint64_t regs_result(const regs_set *regs)
{
    return regs->rax;
}

static inline uint64_t regs_ip(const regs_set *regs)
{
    return regs->rip;
}

static inline uint64_t regs_sp(const regs_set *regs)
{
    return regs->rsp;
}

/* Makes the kernel skip the call that the tracee is about to enter; its result is `result`. */
static inline int regs_skip_call(pid_t tid, regs_set *regs, int64_t result)
{
    regs->orig_rax = (unsigned long long)-1;
    regs->rax = (unsigned long long)result;
    return regs_put(tid, regs);
}

/* At the exit of a call: the tracee makes it again. The instruction has two bytes. */
static inline int regs_repeat_call(pid_t tid, regs_set *regs, uint64_t number,
                                   const uint64_t args[6])
{
    (void)args;
    regs->rax = number;
    regs->rip -= 2;
    return regs_put(tid, regs);
}

/* Goes to the caller of a function that has not touched its stack yet. */
static inline int regs_leave_leaf(pid_t tid, regs_set *regs)
{
    uint64_t back;
    struct iovec local = {&back, sizeof back};
    struct iovec remote = {(void *)(uintptr_t)regs->rsp, sizeof back};
    if (process_vm_readv(tid, &local, 1, &remote, 1, 0) != (ssize_t)sizeof back)
        return -1;
    regs->rip = back;
    regs->rsp += sizeof back;
    return 0;
}

/* The registers in DWARF's numbering (System V ABI, figure 3.36). */
static inline void regs_dwarf(const regs_set *r, uint64_t out[REGS_DWARF])
{
    const uint64_t all[REGS_DWARF] = {r->rax, r->rdx, r->rcx, r->rbx, r->rsi, r->rdi,
                                      r->rbp, r->rsp, r->r8,  r->r9,  r->r10, r->r11,
                                      r->r12, r->r13, r->r14, r->r15, r->rip};
    for (int i = 0; i < REGS_DWARF; i++)
        out[i] = all[i];
}
#else
static inline void regs_set_arg(regs_set *regs, unsigned index, uint64_t value)
{
    regs->regs[index] = value;
}

static inline uint64_t regs_result(const regs_set *regs)
{
    return regs->regs[0];
}

static inline uint64_t regs_ip(const regs_set *regs)
{
    return regs->pc;
}

static inline uint64_t regs_sp(const regs_set *regs)
{
    return regs->sp;
}

static inline int regs_skip_call(pid_t tid, regs_set *regs, int64_t result)
{
    int number = -1;
    struct iovec iov = {&number, sizeof number};
    regs->regs[0] = (uint64_t)result;
    if (regs_put(tid, regs) != 0)
        return -1;
    return (int)ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &iov);
}

/* The number still stands in x8; the result took the place of the first argument. */
static inline int regs_repeat_call(pid_t tid, regs_set *regs, uint64_t number,
                                   const uint64_t args[6])
{
    (void)number;
    regs->regs[0] = args[0];
    regs->pc -= 4;
    return regs_put(tid, regs);
}

static inline int regs_leave_leaf(pid_t tid, regs_set *regs)
{
    (void)tid;
    regs->pc = regs->regs[30];
    return 0;
}

/* DWARF for the Arm 64-bit architecture: x0–x30, sp; the program counter is passed apart. */
static inline void regs_dwarf(const regs_set *r, uint64_t out[REGS_DWARF])
{
    for (int i = 0; i < 31; i++)
        out[i] = r->regs[i];
    out[31] = r->sp;
    out[32] = r->pc;
}
#endif

#endif
