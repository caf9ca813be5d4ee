/*
 * scene/stdio - the standard streams of a program: a pseudo terminal, pipes, or nothing.
 *
 * On a terminal stdin and stdout are the pty, so that prompts come out line by line; stderr is a
 * pipe of its own, so that a recording can tell them apart. Echo and output processing are off:
 * what is recorded is what the program wrote.
 */
#ifndef SOCKLINGS_SCENE_STDIO_H
#define SOCKLINGS_SCENE_STDIO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "base/strbuf.h"
#include "catalog/script.h"

/* Called with what came; `stream` is "stdout" or "stderr". */
typedef void stdio_output_fn(void *arg, const char *stream, const char *data, size_t len);

struct stdio_end {
    struct stdio *owner;
    const char *stream;
    int fd; /* ours; -1: closed or none */
    struct loop_fd *watch;
};

struct stdio {
    enum stdio_kind kind;
    struct loop *loop;
    struct stdio_end out, err;
    int in;              /* where typed bytes go: the pty, a pipe, or -1 */
    bool at_line_start;  /* the last typed byte was a newline: one ^D is the end of input */
    struct strbuf typed; /* not yet taken by the kernel */
    struct loop_fd *in_watch;
    bool in_ends; /* close the pipe when all was taken */
    stdio_output_fn *fn;
    void *arg;
    bool on_its_way;   /* typed at the terminal, and not handed over yet */
    uint64_t tty_read; /* bytes read from the pty */
};

/* Opens the streams; theirs[3] are the program's ends, which the caller closes after the spawn. -1
 * and *err: nothing is open, and stdio_close may still be called. */
int stdio_open(struct stdio *io, enum stdio_kind kind, struct loop *loop, stdio_output_fn *fn,
               void *arg, int theirs[3], struct error *err);
void stdio_close(struct stdio *io);

void stdio_type(struct stdio *io, const void *data, size_t len);
void stdio_end_input(struct stdio *io);

/* The kernel hands what was typed at a terminal to its reader from a work queue, some time later.
 * This makes it do so now (poll(2) of the other end does: n_tty_poll in the kernel's
 * drivers/tty/n_tty.c). */
void stdio_hand_over(struct stdio *io);
/* Reads what is there now, without waiting. */
void stdio_drain(struct stdio *io);
bool stdio_finished(const struct stdio *io); /* both outputs have ended */

#endif
