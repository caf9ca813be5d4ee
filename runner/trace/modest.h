/*
 * trace/modest - whether a program's debugging information is of a size that a compiler writes.
 *
 * It is read in this process, which nothing limits, and a source can put what it likes there: with
 * ten megabytes of it libdw takes a gigabyte of memory, and minutes.
 */
#ifndef SOCKLINGS_TRACE_MODEST_H
#define SOCKLINGS_TRACE_MODEST_H

#include <stdbool.h>

/* Of the program that the descriptor is open on. False as well when it is no ELF file. */
bool modest_program(int fd);

#endif
