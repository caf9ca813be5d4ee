/*
 * lab.h - what a lab's program includes: the system's headers for network programs, this
 * library, and last the list of functions that are not to be used here.
 *
 * Include it first: under -std=c11 it asks the system's headers for POSIX.1-2008, which a
 * plain gcc has anyway. Headers that are not listed here
 * may follow.
 */
#ifndef SOCKLINGS_LAB_H
#define SOCKLINGS_LAB_H

#if defined(__STRICT_ANSI__) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "err.h"
#include "io.h"
#include "net.h"
#include "sig.h"

#include "banned.h"

#endif
