/*
 * cli/fault_arg - `trace --fault 'RULE'`: what is done to a program's calls.
 *
 *     recv EINTR           the first recv() fails so, without running
 *     send shorten 10 2-4  the second to fourth send() are cut down to 10 bytes
 *     peer: accept EMFILE  … of the program that the recording calls "peer"
 *
 * `recv` covers recvfrom, recvmsg and read of a socket, and so on (trace/syscalls.h).
 */
#ifndef SOCKLINGS_CLI_FAULT_ARG_H
#define SOCKLINGS_CLI_FAULT_ARG_H

#include "base/error.h"
#include "trace/tracer.h"

struct fault_arg {
    char *program; /* NULL: the first */
    char *call;
    struct trace_fault fault; /* points into `call` */
};

/* -1 and *err, which says what could stand there. What is given is freed with fault_arg_free. */
int fault_arg_parse(struct fault_arg *out, const char *text, struct error *err);
void fault_arg_free(struct fault_arg *arg);

#endif
