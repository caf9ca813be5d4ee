/*
 * banned.h - functions that cannot be used well. A program that includes this (lab.h does, at its
 * end) and uses one of them does not compile, and the compiler's message says what to use instead:
 *
 *     error: 'banned_strcpy' is unavailable: strcpy() does not know how much room there is; ...
 *
 * Each name becomes another one, which nobody may use. System headers may be included
 * before and after; the ones that declare these functions are included here, so that they are read
 * before the names change.
 */
#ifndef SOCKLINGS_BANNED_H
#define SOCKLINGS_BANNED_H

#include <arpa/inet.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* "unavailable" is what is meant. A compiler that does not know it (gcc before 12) has
 * "deprecated", which is turned from a warning into an error. */
#if defined(__has_attribute)
#if __has_attribute(unavailable)
#define BANNED(reason) __attribute__((unavailable(reason)))
#endif
#endif
#ifndef BANNED
#define BANNED(reason) __attribute__((deprecated(reason)))
#pragma GCC diagnostic error "-Wdeprecated-declarations"
#endif

#define BANNED_ROOM \
    " does not know how much room there is; use snprintf(), or memcpy() with a length"
#define BANNED_ZERO " cannot tell \"0\" from \"abc\"; "

/* They write without knowing how much room there is. */
#undef strcpy
#define strcpy banned_strcpy
char *banned_strcpy(char *target, const char *source) BANNED("strcpy()" BANNED_ROOM);
#undef strcat
#define strcat banned_strcat
char *banned_strcat(char *target, const char *source) BANNED("strcat()" BANNED_ROOM);
#undef stpcpy
#define stpcpy banned_stpcpy
char *banned_stpcpy(char *target, const char *source) BANNED("stpcpy()" BANNED_ROOM);
#undef sprintf
#define sprintf banned_sprintf
int banned_sprintf(char *target, const char *format, ...) BANNED("sprintf()" BANNED_ROOM);
#undef vsprintf
#define vsprintf banned_vsprintf
int banned_vsprintf(char *target, const char *format, va_list args)
    BANNED("vsprintf() does not know how much room there is; use vsnprintf()");
#undef gets
#define gets banned_gets
char *banned_gets(char *line) BANNED("gets() does not know how much room there is; use fgets()");

/* They know it, and then do something else than most people think. */
#undef strncpy
#define strncpy banned_strncpy
char *banned_strncpy(char *target, const char *source, size_t size)
    BANNED("strncpy() may leave a text without its zero byte; use snprintf()");
#undef strncat
#define strncat banned_strncat
char *banned_strncat(char *target, const char *source, size_t size)
    BANNED("the size that strncat() takes is not the size of its target; use snprintf()");

/* They keep a result, or their place, in one hidden variable for the whole program. */
#undef strtok
#define strtok banned_strtok
char *banned_strtok(char *text, const char *separators)
    BANNED("strtok() keeps its place in a hidden variable; use strtok_r() or strcspn()");
#undef inet_ntoa
#define inet_ntoa banned_inet_ntoa
char *banned_inet_ntoa(struct in_addr address)
    BANNED("inet_ntoa() has one buffer for all its results, and knows IPv4 only; use inet_ntop()");
#undef gethostbyname
#define gethostbyname banned_gethostbyname
struct hostent *banned_gethostbyname(const char *name)
    BANNED("gethostbyname() has one result for all, and knows IPv4 only; use getaddrinfo()");
#undef gethostbyaddr
#define gethostbyaddr banned_gethostbyaddr
struct hostent *banned_gethostbyaddr(const void *address, socklen_t size, int family)
    BANNED("gethostbyaddr() has one result for all; use getnameinfo()");

/* They cannot say that something is wrong with the text. */
#undef atoi
#define atoi banned_atoi
int banned_atoi(const char *text)
    BANNED("atoi()" BANNED_ZERO "use strtol(), or net_parse_port() for a port");
#undef atol
#define atol banned_atol
long banned_atol(const char *text) BANNED("atol()" BANNED_ZERO "use strtol()");
#undef atoll
#define atoll banned_atoll
long long banned_atoll(const char *text) BANNED("atoll()" BANNED_ZERO "use strtoll()");
#undef atof
#define atof banned_atof
double banned_atof(const char *text) BANNED("atof()" BANNED_ZERO "use strtod()");
#undef inet_addr
#define inet_addr banned_inet_addr
in_addr_t banned_inet_addr(const char *text)
    BANNED("the error that inet_addr() returns is 255.255.255.255, an address; use inet_pton()");
#undef inet_aton
#define inet_aton banned_inet_aton
int banned_inet_aton(const char *text, struct in_addr *address)
    BANNED("inet_aton() takes \"1\" for 0.0.0.1 and \"010.0.0.1\" for 8.0.0.1; use inet_pton()");

/* Somebody else may take the name before the file is opened. */
#undef tmpnam
#define tmpnam banned_tmpnam
char *banned_tmpnam(char *name)
    BANNED("somebody else may take the name that tmpnam() found; use mkstemp()");
#undef mktemp
#define mktemp banned_mktemp
char *banned_mktemp(char *name)
    BANNED("somebody else may take the name that mktemp() found; use mkstemp()");

#endif
