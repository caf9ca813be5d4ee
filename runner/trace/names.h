/*
 * trace/names - the names of the constants that socket calls use, from the kernel's headers.
 */
#ifndef SOCKLINGS_TRACE_NAMES_H
#define SOCKLINGS_TRACE_NAMES_H

#include "base/strbuf.h"

/* Each adds the name, or the number when it has none. */
void names_family(struct strbuf *out, int family);
void names_socket_type(struct strbuf *out, int type); /* with |SOCK_CLOEXEC|SOCK_NONBLOCK */
void names_level(struct strbuf *out, int level);
void names_option(struct strbuf *out, int level, int option);
void names_shutdown(struct strbuf *out, int how);
void names_message_flags(struct strbuf *out, int flags); /* "0" when none is set */
void names_open_flags(struct strbuf *out, int flags);
void names_resolve_flags(struct strbuf *out, unsigned long long flags); /* openat2(2) */
void names_poll_events(struct strbuf *out, unsigned events);
void names_epoll_events(struct strbuf *out, unsigned events);
void names_epoll_op(struct strbuf *out, int op);
void names_clone_flags(struct strbuf *out, unsigned long long flags);
void names_fcntl(struct strbuf *out, int command);
void names_signal(struct strbuf *out, int number); /* "SIGTERM" */

#endif
