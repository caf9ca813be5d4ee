/* What the parts of truth share. */
#ifndef TRUTH_H
#define TRUTH_H

/* Notes what a call was and gave; `format` are its arguments as the tracer should name them. */
void note(int line, const char *function, const char *name, long result, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

/* Makes the call and notes it. The format's arguments are looked at after the call. */
#define CALL(name, call, ...)                                 \
    ({                                                        \
        int result_ = (int)(call);                            \
        note(__LINE__, __func__, name, result_, __VA_ARGS__); \
        result_;                                              \
    })

/* The same for a call made earlier on this line. */
#define NOTED(name, result, ...) note(__LINE__, __func__, name, result, __VA_ARGS__)

/* Forks; the child notes nothing, since it made no call. */
#define FORKED(fork)                                    \
    ({                                                  \
        pid_t pid_ = fork();                            \
        if (pid_ != 0)                                  \
            note(__LINE__, __func__, #fork, pid_, "-"); \
        pid_;                                           \
    })

/* The thread's id, which the program does not get to know. */
#define ANY_RESULT (-999999L)

/* In another object. */
void helper_send(int fd);
void helper_deeper(int fd);

#endif
