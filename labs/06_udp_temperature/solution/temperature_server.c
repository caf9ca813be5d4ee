/* temperature_server - is asked for a temperature in degrees Celsius, and answers in Fahrenheit. */
#include "lab.h"

#include <math.h>

#define USAGE "temperature_server PORT"

enum {
    DATAGRAM_MAX = 65535 - 8, /* UDP counts to 65535, and its own header of 8 bytes too */
    REPLY_SIZE = 400,         /* the greatest double has 309 digits before its point */
};

/* [number] */
static size_t count_digits(const char *text, size_t size)
{
    size_t n = 0;
    while (n < size && text[n] >= '0' && text[n] <= '9')
        n++;
    return n;
}

/* True, and *number, if these bytes are a number like 100, -40 or 36.6, and nothing else. A newline
 * at the end is overlooked, because people send one without noticing. Behind the bytes is a zero,
 * for strtod(); whether all of them are right is looked at here, since strtod() would take "12abc",
 * "nan", "0x10", and whatever comes before a zero byte. */
static bool parse_number(const char *text, size_t size, double *number)
{
    if (size > 0 && text[size - 1] == '\n')
        size--;
    size_t at = size > 0 && text[0] == '-' ? 1 : 0;
    size_t whole = count_digits(text + at, size - at);
    at += whole;
    if (whole > 0 && at < size && text[at] == '.') {
        size_t fraction = count_digits(text + at + 1, size - at - 1);
        if (fraction == 0)
            return false;
        at += 1 + fraction;
    }
    if (whole == 0 || at != size)
        return false;
    *number = strtod(text, NULL);
    return isfinite(
        *number); /* four hundred digits are a number, but none that a double can hold */
}
/* [/number] */

/* [convert] */
/* Writes the answer to this question, without a newline. Returns its length. */
static size_t convert(const char *question, size_t size, char reply[REPLY_SIZE])
{
    double celsius;

    if (parse_number(question, size, &celsius))
        snprintf(reply, REPLY_SIZE, "%.1f", celsius * 9 / 5 + 32);
    else
        snprintf(reply, REPLY_SIZE, "error: not a number");
    if (strcmp(reply, "-0.0") == 0) /* -17.78 °C, rounded; nobody says "minus zero" */
        snprintf(reply, REPLY_SIZE, "0.0");
    return strlen(reply); /* of this text we know that it ends in a zero byte: snprintf() put it */
}
/* [/convert] */

/* [answer] */
/* Waits for one question and answers it. */
static void answer_one(int fd)
{
    static char question[DATAGRAM_MAX + 1]; /* one more for the zero */
    struct sockaddr_storage asker;
    socklen_t asker_size = sizeof asker;
    ssize_t got =
        recvfrom(fd, question, sizeof question - 1, 0, (struct sockaddr *)&asker, &asker_size);
    if (got < 0)
        die_call("recvfrom", NULL);
    question[got] = '\0';

    char reply[REPLY_SIZE];
    size_t size = convert(question, (size_t)got, reply);
    if (sendto(fd, reply, size, 0, (struct sockaddr *)&asker, asker_size) < 0) {
        char name[NET_NAME_SIZE];
        warn_call("sendto", net_name((struct sockaddr *)&asker, name));
    }
}
/* [/answer] */

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage(USAGE);
    sig_exit_on_stop();

    /* [bind] */
    int fd;
    struct err err;
    if (net_bind_udp(&fd, NULL, port, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(fd, name));
    fflush(stdout);
    /* [/bind] */
    for (;;)
        answer_one(fd);
}
