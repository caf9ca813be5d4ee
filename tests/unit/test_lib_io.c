/* lib/io: streams that come in pieces, stop, end, break, or are interrupted. */
#include "io.h"

#include "lib_help.h"

#include <stdbool.h>

static void assert_ok(enum status status, const struct err *err)
{
    if (status != STATUS_OK)
        fail_msg("%s", err->text);
}

static int64_t soon(void)
{
    return io_deadline(10000);
}

/* A signal handler that sends the next piece: it comes while the reader sleeps, and wakes it with
 * EINTR as well. It winds its own timer up again, so that a slow machine has time between two, and
 * stops after a while, so that the slowest (valgrind) gets on. */
static int piece_fd;
static const char *volatile piece_next;
static volatile sig_atomic_t interruptions;
static timer_t pieces_timer;

static void wind_up(void)
{
    const struct itimerspec once = {.it_value = {0, 1000000}};
    timer_settime(pieces_timer, 0, &once, NULL);
}

static void send_piece(int number)
{
    (void)number;
    int saved = errno;
    /* Four interruptions for nothing, the fifth brings a byte. */
    if (++interruptions % 5 == 0 && *piece_next != '\0')
        piece_next += write(piece_fd, piece_next, 1);
    if (interruptions < 300)
        wind_up();
    errno = saved;
}

static void pieces_begin(int fd, const char *text)
{
    piece_fd = fd;
    piece_next = text;
    interruptions = 0;
    struct sigaction action = {.sa_handler = send_piece}; /* without SA_RESTART */
    sigemptyset(&action.sa_mask);
    assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
    struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGUSR1};
    assert_int_equal(timer_create(CLOCK_MONOTONIC, &event, &pieces_timer), 0);
    wind_up();
}

static void pieces_end(void)
{
    timer_delete(pieces_timer);
}

/* ---- reading ---- */

static void read_exactly_puts_pieces_together_and_survives_eintr(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8] = "";
    size_t got = 0;
    tcp_pair(ends);
    pieces_begin(ends[0], "HELLO42");
    assert_ok(io_read_exactly(ends[1], text, 7, &got, soon(), &err), &err);
    pieces_end();
    assert_int_equal(got, 7);
    assert_string_equal(text, "HELLO42");
    assert_true(interruptions >= 30);
    close(ends[0]);
    close(ends[1]);
}

static void read_exactly_leaves_what_it_was_not_asked_for(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[4] = "";
    tcp_pair(ends);
    put(ends[0], "abcdef");
    assert_ok(io_read_exactly(ends[1], text, 3, NULL, soon(), &err), &err);
    assert_string_equal(text, "abc");
    assert_ok(io_read_exactly(ends[1], text, 3, NULL, soon(), &err), &err);
    assert_string_equal(text, "def");
    assert_ok(io_read_exactly(ends[1], text, 0, NULL, soon(), &err), &err);
    close(ends[0]);
    close(ends[1]);
}

static void an_end_between_two_messages_is_told_from_one_inside(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8];
    size_t got = 99;
    tcp_pair(ends);
    put(ends[0], "12345");
    shutdown(ends[0], SHUT_WR);
    assert_int_equal(io_read_exactly(ends[1], text, 8, &got, soon(), &err), STATUS_END);
    assert_int_equal(got, 5);
    assert_memory_equal(text, "12345", 5);
    assert_string_equal(err.text, "the stream ended after 5 of 8 bytes");
    assert_int_equal(io_read_exactly(ends[1], text, 8, &got, soon(), &err), STATUS_END);
    assert_int_equal(got, 0);
    assert_string_equal(err.text, "the other side has ended the stream");
    close(ends[0]);
    close(ends[1]);
}

static void a_reset_is_an_error_and_no_end(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char byte;
    size_t got;
    tcp_pair(ends);
    close_with_reset(ends[0]);
    assert_int_equal(io_read_some(ends[1], &byte, 1, &got, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "read: Connection reset by peer");
    close(ends[1]);
}

static void a_deadline_ends_the_wait_and_keeps_what_came(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8];
    size_t got = 99;
    tcp_pair(ends);
    put(ends[0], "123");
    int64_t start = clock_ms();
    assert_int_equal(io_read_exactly(ends[1], text, 8, &got, io_deadline(30), &err),
                     STATUS_TIMEOUT);
    assert_true(clock_ms() - start >= 29);
    assert_int_equal(got, 3);
    assert_string_equal(err.text, "only 3 of 8 bytes came in time");
    close(ends[0]);
    close(ends[1]);
}

static void interruptions_and_bytes_do_not_put_the_deadline_off(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[1000];
    tcp_pair(ends);
    pieces_begin(ends[0], "a byte every now and then, and never as many as are wanted");
    int64_t start = clock_ms();
    assert_int_equal(io_read_exactly(ends[1], text, sizeof text, NULL, io_deadline(40), &err),
                     STATUS_TIMEOUT);
    pieces_end();
    assert_true(clock_ms() - start >= 39);
    assert_true(interruptions > 0);
    close(ends[0]);
    close(ends[1]);
}

static void a_deadline_that_has_passed_still_takes_what_is_there(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[4] = "";
    size_t got;
    tcp_pair(ends);
    put(ends[0], "abc");
    assert_ok(io_wait(ends[1], POLLIN, soon(), &err), &err);
    assert_ok(io_read_some(ends[1], text, 3, &got, io_deadline(-1000), &err), &err);
    assert_int_equal(got, 3);
    assert_int_equal(io_read_some(ends[1], text, 3, &got, io_deadline(0), &err), STATUS_TIMEOUT);
    close(ends[0]);
    close(ends[1]);
}

static void a_deadline_can_be_as_far_away_as_one_likes(void **state)
{
    (void)state;
    assert_true(io_deadline(INT64_MAX) == IO_FOREVER);
    assert_true(io_deadline(INT64_MAX - 5) == IO_FOREVER);
    assert_true(io_deadline(1000) > io_deadline(0));
}

static void pipes_are_read_too(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8] = "";
    size_t got;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "pipe", 4), 4);
    close(ends[1]);
    assert_ok(io_read_exactly(ends[0], text, 4, NULL, soon(), &err), &err);
    assert_string_equal(text, "pipe");
    assert_int_equal(io_read_some(ends[0], text, 4, &got, soon(), &err), STATUS_END);
    close(ends[0]);
}

static void a_descriptor_that_is_none_is_an_error_and_no_wait(void **state)
{
    (void)state;
    struct err err;
    char byte;
    size_t got;
    assert_int_equal(io_read_some(-1, &byte, 1, &got, IO_FOREVER, &err), STATUS_ERROR);
    assert_string_equal(err.text, "poll: Bad file descriptor");
    int fd = raw_bound(SOCK_STREAM);
    close(fd);
    assert_int_equal(io_read_some(fd, &byte, 1, &got, IO_FOREVER, &err), STATUS_ERROR);
    assert_string_equal(err.text, "read: Bad file descriptor");
    assert_int_equal(io_write_all(fd, "x", 1, IO_FOREVER, NULL), STATUS_ERROR);
}

static void no_room_is_an_error_and_not_the_end_of_the_stream(void **state)
{
    (void)state;
    int ends[2];
    char byte;
    size_t got;
    tcp_pair(ends);
    put(ends[0], "x");
    assert_int_equal(io_read_some(ends[1], &byte, 0, &got, soon(), NULL), STATUS_ERROR);
    close(ends[0]);
    close(ends[1]);
}

/* ---- writing ---- */

enum { BIG = 4 * 1024 * 1024 };

static unsigned char pattern(size_t i)
{
    return (unsigned char)(i * 31 + i / 251);
}

static void write_all_goes_on_until_a_slow_reader_has_everything(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    unsigned char *data = malloc(BIG);
    assert_non_null(data);
    for (size_t i = 0; i < BIG; i++)
        data[i] = pattern(i);
    tcp_pair(ends);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) { /* takes little at a time, and compares */
        close(ends[0]);
        free(data);
        unsigned char piece[1777];
        size_t have = 0;
        ssize_t n;
        while ((n = recv(ends[1], piece, sizeof piece, 0)) > 0)
            for (ssize_t i = 0; i < n; i++)
                if (piece[i] != pattern(have++))
                    _exit(1);
        _exit(n == 0 && have == BIG ? 0 : 2);
    }
    close(ends[1]);
    pieces_begin(-1, ""); /* interruptions, nothing else */
    assert_ok(io_write_all(ends[0], data, BIG, io_deadline(50000), &err), &err);
    pieces_end();
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    free(data);
}

static void a_reader_that_does_not_read_runs_into_the_deadline(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char *data = calloc(1, 64 * BIG);
    assert_non_null(data);
    tcp_pair(ends);
    assert_int_equal(io_write_all(ends[0], data, 64 * (size_t)BIG, io_deadline(50), &err),
                     STATUS_TIMEOUT);
    assert_memory_equal(err.text, "only ", 5);
    assert_non_null(strstr(err.text, "of 268435456 bytes could be sent in time"));
    close(ends[0]);
    close(ends[1]);
    free(data);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    signal(SIGPIPE, SIG_DFL);
    tcp_pair(ends);
    close_with_reset(ends[1]);
    assert_int_equal(io_write_all(ends[0], "x", 1, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "send: Connection reset by peer");
    assert_int_equal(io_write_all(ends[0], "x", 1, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "send: Broken pipe");
    close(ends[0]);
}

static void nothing_to_write_is_done_at_once(void **state)
{
    (void)state;
    assert_int_equal(io_write_all(-1, "", 0, io_deadline(0), NULL), STATUS_OK);
}

/* ---- lines ---- */

static void assert_line(struct io_reader *reader, const char *text, bool complete)
{
    struct err err;
    struct io_line line;
    assert_ok(io_read_line(reader, &line, soon(), &err), &err);
    assert_string_equal(line.text, text);
    assert_int_equal(line.length, strlen(text));
    assert_int_equal(line.complete, complete);
}

static void lines_come_one_by_one_however_the_bytes_came(void **state)
{
    (void)state;
    int ends[2];
    struct io_reader reader;
    struct io_line line;
    tcp_pair(ends);
    io_reader_init(&reader, ends[1]);
    put(ends[0], "first\nsecond\r\n\nthi");
    assert_line(&reader, "first", true);
    assert_line(&reader, "second\r", true);
    assert_line(&reader, "", true);
    pieces_begin(ends[0], "rd\nlast");
    assert_line(&reader, "third", true);
    while (*piece_next != '\0')
        pause();
    pieces_end();
    shutdown(ends[0], SHUT_WR);
    assert_line(&reader, "last", false);
    assert_int_equal(io_read_line(&reader, &line, soon(), NULL), STATUS_END);
    assert_int_equal(io_read_line(&reader, &line, soon(), NULL), STATUS_END);
    close(ends[0]);
    close(ends[1]);
}

static void a_zero_byte_is_a_byte_of_the_line(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    struct io_reader reader;
    struct io_line line;
    tcp_pair(ends);
    io_reader_init(&reader, ends[1]);
    assert_int_equal(send(ends[0], "a\0b\n", 4, 0), 4);
    assert_ok(io_read_line(&reader, &line, soon(), &err), &err);
    assert_int_equal(line.length, 3);
    assert_memory_equal(line.text, "a\0b\0", 4);
    close(ends[0]);
    close(ends[1]);
}

static void half_a_line_is_kept_when_the_deadline_passes(void **state)
{
    (void)state;
    int ends[2];
    struct io_reader reader;
    struct io_line line;
    tcp_pair(ends);
    io_reader_init(&reader, ends[1]);
    put(ends[0], "half");
    assert_int_equal(io_read_line(&reader, &line, io_deadline(20), NULL), STATUS_TIMEOUT);
    put(ends[0], " and half\n");
    assert_line(&reader, "half and half", true);
    close(ends[0]);
    close(ends[1]);
}

static void the_longest_line_fits_and_a_longer_one_is_refused(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    struct io_reader reader;
    struct io_line line;
    static char longest[IO_LINE_MAX + 1];
    memset(longest, 'x', sizeof longest);
    tcp_pair(ends);
    io_reader_init(&reader, ends[1]);
    longest[IO_LINE_MAX - 1] = '\n';
    assert_ok(io_write_all(ends[0], longest, IO_LINE_MAX, soon(), &err), &err);
    assert_ok(io_read_line(&reader, &line, soon(), &err), &err);
    assert_int_equal(line.length, IO_LINE_MAX - 1);
    longest[IO_LINE_MAX - 1] = 'x';
    assert_ok(io_write_all(ends[0], longest, sizeof longest, soon(), &err), &err);
    assert_int_equal(io_read_line(&reader, &line, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "a line of more than 8192 bytes");
    close(ends[0]);
    close(ends[1]);
}

static void bytes_behind_a_line_are_not_lost(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    struct io_reader reader;
    char body[11] = "";
    size_t got;
    tcp_pair(ends);
    io_reader_init(&reader, ends[1]);
    put(ends[0], "OK 10\n01234");
    assert_line(&reader, "OK 10", true);
    put(ends[0], "56789next\n");
    assert_ok(io_read_body(&reader, body, 10, &got, soon(), &err), &err);
    assert_string_equal(body, "0123456789");
    assert_int_equal(got, 10);
    assert_line(&reader, "next", true);
    put(ends[0], "a\nbcd\n");
    assert_line(&reader, "a", true);
    assert_ok(io_read_body(&reader, body, 2, &got, soon(), &err), &err); /* less than read ahead */
    assert_memory_equal(body, "bc", 2);
    assert_line(&reader, "d", true);
    put(ends[0], "12");
    shutdown(ends[0], SHUT_WR);
    assert_int_equal(io_read_body(&reader, body, 5, &got, soon(), &err), STATUS_END);
    assert_int_equal(got, 2);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(read_exactly_puts_pieces_together_and_survives_eintr),
        cmocka_unit_test(read_exactly_leaves_what_it_was_not_asked_for),
        cmocka_unit_test(an_end_between_two_messages_is_told_from_one_inside),
        cmocka_unit_test(a_reset_is_an_error_and_no_end),
        cmocka_unit_test(a_deadline_ends_the_wait_and_keeps_what_came),
        cmocka_unit_test(interruptions_and_bytes_do_not_put_the_deadline_off),
        cmocka_unit_test(a_deadline_that_has_passed_still_takes_what_is_there),
        cmocka_unit_test(a_deadline_can_be_as_far_away_as_one_likes),
        cmocka_unit_test(pipes_are_read_too),
        cmocka_unit_test(a_descriptor_that_is_none_is_an_error_and_no_wait),
        cmocka_unit_test(no_room_is_an_error_and_not_the_end_of_the_stream),
        cmocka_unit_test(write_all_goes_on_until_a_slow_reader_has_everything),
        cmocka_unit_test(a_reader_that_does_not_read_runs_into_the_deadline),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error_and_no_signal),
        cmocka_unit_test(nothing_to_write_is_done_at_once),
        cmocka_unit_test(lines_come_one_by_one_however_the_bytes_came),
        cmocka_unit_test(a_zero_byte_is_a_byte_of_the_line),
        cmocka_unit_test(half_a_line_is_kept_when_the_deadline_passes),
        cmocka_unit_test(the_longest_line_fits_and_a_longer_one_is_refused),
        cmocka_unit_test(bytes_behind_a_line_are_not_lost),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
