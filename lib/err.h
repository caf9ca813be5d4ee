/*
 * err - how a program says what went wrong.
 *
 * Two families, told apart by their names:
 *
 *   die_* and warn_*  are for main(): they print one line on stderr; die_* then ends the program.
 *                     Nothing else in this library ends a program.
 *   enum status with  is for everything below main(): a function returns how it went, and fills
 *   struct err        a text that can be shown as it is. The caller decides what to do.
 *
 * A good message has three parts: the call, what it was about, and the reason.
 *
 *     bind 0.0.0.0(7000): Address already in use
 */
#ifndef SOCKLINGS_ERR_H
#define SOCKLINGS_ERR_H

/* How a function of net.h or io.h ended. The end of a stream and a deadline that passed are no
 * errors, and no byte counts either: they have values of their own, so they cannot be mixed up. */
enum status {
    STATUS_OK = 0,  /* done */
    STATUS_END,     /* the peer has finished sending: no more bytes will ever come */
    STATUS_TIMEOUT, /* the deadline passed first */
    STATUS_ERROR,   /* it failed */
};

/* Why it was not STATUS_OK: one complete line without a newline. Untouched on STATUS_OK.
 * Whoever does not care for the text passes NULL. */
struct err {
    char text[512];
};

/* Sets the text, printf-like; err may be NULL. A text that is too long is cut. errno stays as it
 * was. Always returns STATUS_ERROR, so that `return err_set(err, "...")` reads well. */
enum status err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* "CALL SUBJECT: REASON", the reason being that of errno; subject may be NULL. As err_set else. */
enum status err_call(struct err *err, const char *call, const char *subject);

/* "usage: udp_echo PORT" on stderr, and the program ends with status 2. */
_Noreturn void die_usage(const char *usage);

/* For a system call that has just failed (errno says why): "bind 0.0.0.0(7000): Address already in
 * use" on stderr. subject may be NULL: "socket: Too many open files". die_call ends the program
 * with status 1; warn_call goes on, and leaves errno as it was. */
_Noreturn void die_call(const char *call, const char *subject);
void warn_call(const char *call, const char *subject);

/* Any other message, printf-like, without a newline at the end. die ends the program with status 1.
 */
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
