/* lib/frame: numbers as bytes, and frames that come whole, byte by byte, cut, or with a lie. */
#include "frame.h"
#include "io.h"
#include "lib_help.h"

#include <netinet/tcp.h>

static int64_t soon(void)
{
    return io_deadline(20000); /* never reached */
}

static void send_bytes(int fd, const char *bytes, size_t size)
{
    assert_int_equal(send(fd, bytes, size, MSG_NOSIGNAL), (ssize_t)size);
}
#define SEND(fd, literal) send_bytes(fd, literal, sizeof(literal) - 1)

/* Runs body in a child that has the one end; the test has the other. */
static pid_t peer(int ends[2], void (*body)(int fd))
{
    tcp_pair(ends);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[1]);
        alarm(60);
        body(ends[0]);
        _exit(0);
    }
    close(ends[0]);
    return pid;
}

static void peer_done(pid_t pid)
{
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- numbers ---- */

static void numbers_are_packed_with_the_high_byte_first(void **state)
{
    (void)state;
    unsigned char bytes[10];
    memset(bytes, 0xee, sizeof bytes);
    frame_pack16(bytes + 1, 0x0102);
    assert_memory_equal(bytes, "\xee\1\2\xee", 4);
    frame_pack32(bytes + 1, 0xfffefdfcU);
    assert_memory_equal(bytes, "\xee\xff\xfe\xfd\xfc\xee", 6);
    frame_pack64(bytes + 1, 0x0102030405060708U);
    assert_memory_equal(bytes, "\xee\1\2\3\4\5\6\7\10\xee", 10);
}

static void numbers_come_back_from_any_address(void **state)
{
    (void)state;
    const char *bytes = "x\x80\0\0\1\xff\xff\xff\xff";
    assert_int_equal(frame_unpack16(bytes + 1), 0x8000);
    assert_true(frame_unpack32(bytes + 1) == 0x80000001U);
    assert_true(frame_unpack64(bytes + 1) == 0x80000001ffffffffU);
}

static void every_number_of_16_bits_survives_the_way_there_and_back(void **state)
{
    (void)state;
    unsigned char bytes[8];
    for (uint32_t n = 0; n <= 0xffff; n++) {
        frame_pack16(bytes, (uint16_t)n);
        assert_int_equal(frame_unpack16(bytes), n);
        frame_pack32(bytes, n << 16 | (n ^ 0xffff));
        assert_true(frame_unpack32(bytes) == (n << 16 | (n ^ 0xffff)));
        frame_pack64(bytes, (uint64_t)n << 47 | n);
        assert_true(frame_unpack64(bytes) == ((uint64_t)n << 47 | n));
    }
}

/* ---- reading ---- */

static void frames_come_one_by_one_though_they_came_at_once(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[16];
    size_t size;
    tcp_pair(ends);
    SEND(ends[0], "\0\0\0\5hello\0\0\0\0\0\0\0\3a\0b\0\0\0\1z");
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 5);
    assert_memory_equal(text, "hello", 5);
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 0);
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 3);
    assert_memory_equal(text, "a\0b", 3);
    char rest[8];
    assert_int_equal(recv(ends[1], rest, sizeof rest, 0), 5); /* nothing was read ahead */
    close(ends[0]);
    close(ends[1]);
}

static void say_byte_by_byte(int fd)
{
    static const char bytes[] = "\0\0\1\2";
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        _exit(1);
    for (size_t i = 0; i < 4 + 258; i++)
        if (send(fd, i < 4 ? bytes + i : "x", 1, MSG_NOSIGNAL) != 1)
            _exit(2);
}

static void a_frame_may_come_byte_by_byte(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[258];
    size_t size = 0;
    pid_t pid = peer(ends, say_byte_by_byte);
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 258);
    for (size_t i = 0; i < size; i++)
        assert_int_equal(text[i], 'x');
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_END);
    assert_string_equal(err.text, "the other side has ended the stream");
    peer_done(pid);
    close(ends[1]);
}

static void assert_cut(const char *bytes, size_t count, const char *wanted)
{
    struct err err;
    int ends[2];
    char text[16];
    size_t size = 77;
    tcp_pair(ends);
    send_bytes(ends[0], bytes, count);
    shutdown(ends[0], SHUT_WR);
    assert_int_equal(frame_read(ends[1], text, sizeof text, &size, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, wanted);
    assert_int_equal(size, 77);
    close(ends[0]);
    close(ends[1]);
}

static void a_frame_that_is_cut_is_an_error_and_no_end(void **state)
{
    (void)state;
    assert_cut("\0", 1, "the stream ended in the length of a frame");
    assert_cut("\0\0\0", 3, "the stream ended in the length of a frame");
    assert_cut("\0\0\0\5", 4, "the stream ended after 0 of the 5 bytes of a frame");
    assert_cut("\0\0\0\5hell", 8, "the stream ended after 4 of the 5 bytes of a frame");
}

static void assert_refused(const char *header, size_t limit, const char *wanted)
{
    struct err err;
    int ends[2];
    char room[8] = "untouch";
    size_t size = 77;
    tcp_pair(ends);
    send_bytes(ends[0], header, 4);
    SEND(ends[0], "0123456789");
    assert_int_equal(frame_read(ends[1], room, limit, &size, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, wanted);
    assert_string_equal(room, "untouch");
    assert_int_equal(size, 77);
    close(ends[0]);
    close(ends[1]);
}

static void a_length_above_the_limit_is_refused_before_anything_is_read(void **state)
{
    (void)state;
    assert_refused("\0\0\0\x9", 8, "a frame of 9 bytes; at most 8 are allowed");
    assert_refused("\0\0\0\x1", 0, "a frame of 1 bytes; at most 0 are allowed");
    assert_refused("\x80\0\0\0", 8, "a frame of 2147483648 bytes; at most 8 are allowed");
    assert_refused("\xff\xff\xff\xff", 8, "a frame of 4294967295 bytes; at most 8 are allowed");
    assert_refused("\0\x10\0\1", 8, "a frame of 1048577 bytes; at most 8 are allowed");
}

static void a_frame_of_just_the_limit_fits(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[9] = "........";
    size_t size = 0;
    tcp_pair(ends);
    SEND(ends[0], "\0\0\0\0");
    assert_int_equal(frame_read(ends[1], NULL, 0, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 0);
    SEND(ends[0], "\0\0\0\x8"
                  "abcdefgh");
    assert_int_equal(frame_read(ends[1], text, 8, &size, soon(), &err), STATUS_OK);
    assert_int_equal(size, 8);
    assert_string_equal(text, "abcdefgh"); /* and not a byte behind it */
    close(ends[0]);
    close(ends[1]);
}

static void a_frame_that_does_not_come_in_time_is_a_timeout(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8];
    size_t size;
    tcp_pair(ends);
    assert_int_equal(frame_read(ends[1], text, 8, &size, io_deadline(10), &err), STATUS_TIMEOUT);
    SEND(ends[0], "\0\0\0\5hel");
    assert_int_equal(frame_read(ends[1], text, 8, &size, io_deadline(20), &err), STATUS_TIMEOUT);
    assert_string_equal(err.text, "only 3 of 5 bytes came in time");
    close(ends[0]);
    close(ends[1]);
}

static void a_reset_is_an_error(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[8];
    size_t size;
    tcp_pair(ends);
    close_with_reset(ends[0]);
    assert_int_equal(frame_read(ends[1], text, 8, &size, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "read: Connection reset by peer");
    close(ends[1]);
}

/* ---- writing ---- */

static void a_frame_leaves_as_one_piece(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char text[32];
    tcp_pair(ends);
    assert_int_equal(frame_write(ends[0], "hello", 5, soon(), &err), STATUS_OK);
    assert_int_equal(recv(ends[1], text, sizeof text, 0), 9);
    assert_memory_equal(text, "\0\0\0\5hello", 9);
    assert_int_equal(frame_write(ends[0], NULL, 0, soon(), &err), STATUS_OK);
    assert_int_equal(recv(ends[1], text, sizeof text, 0), 4);
    assert_memory_equal(text, "\0\0\0\0", 4);
    close(ends[0]);
    close(ends[1]);
}

enum { BIG = 4 * 1024 * 1024 };

static void take_a_big_frame_slowly(int fd)
{
    static unsigned char piece[1777];
    size_t have = 0;
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
        for (ssize_t i = 0; i < n; i++, have++)
            if (have >= 4 ? piece[i] != (unsigned char)((have - 4) * 31 + (have - 4) / 251)
                          : piece[i] != (unsigned char)"\0\x40\0\0"[have])
                _exit(1);
    _exit(n == 0 && have == 4 + BIG ? 0 : 2);
}

static void a_frame_larger_than_any_buffer_arrives_whole(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    unsigned char *data = malloc(BIG);
    assert_non_null(data);
    for (size_t i = 0; i < BIG; i++)
        data[i] = (unsigned char)(i * 31 + i / 251);
    pid_t pid = peer(ends, take_a_big_frame_slowly);
    assert_int_equal(frame_write(ends[1], data, BIG, io_deadline(50000), &err), STATUS_OK);
    close(ends[1]);
    peer_done(pid);
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
    assert_int_equal(frame_write(ends[0], data, 64 * (size_t)BIG, io_deadline(20), &err),
                     STATUS_TIMEOUT);
    /* No room for the length either. */
    assert_int_equal(frame_write(ends[0], data, 64 * (size_t)BIG, io_deadline(0), &err),
                     STATUS_TIMEOUT);
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
    assert_int_equal(frame_write(ends[0], "x", 1, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "send: Connection reset by peer");
    assert_int_equal(frame_write(ends[0], "x", 1, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text, "send: Broken pipe");
    close(ends[0]);
}

#if SIZE_MAX > UINT32_MAX
static void a_size_that_32_bits_cannot_say_is_refused(void **state)
{
    (void)state;
    struct err err;
    int ends[2];
    char byte;
    tcp_pair(ends);
    assert_int_equal(frame_write(ends[0], "x", (size_t)UINT32_MAX + 1, soon(), &err), STATUS_ERROR);
    assert_string_equal(err.text,
                        "a frame of 4294967296 bytes: its length does not fit into 32 bits");
    close(ends[0]);
    assert_int_equal(recv(ends[1], &byte, 1, 0), 0); /* nothing of it was sent */
    close(ends[1]);
}
#endif

static void without_an_err_nothing_is_told_and_nothing_breaks(void **state)
{
    (void)state;
    int ends[2];
    char text[4];
    size_t size;
    unsigned before = open_descriptors();
    tcp_pair(ends);
    SEND(ends[0], "\xff\0\0\0");
    assert_int_equal(frame_read(ends[1], text, 4, &size, soon(), NULL), STATUS_ERROR);
    assert_int_equal(frame_read(-1, text, 4, &size, soon(), NULL), STATUS_ERROR);
    assert_int_equal(frame_write(-1, "x", 1, soon(), NULL), STATUS_ERROR);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(open_descriptors(), before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_packed_with_the_high_byte_first),
        cmocka_unit_test(numbers_come_back_from_any_address),
        cmocka_unit_test(every_number_of_16_bits_survives_the_way_there_and_back),
        cmocka_unit_test(frames_come_one_by_one_though_they_came_at_once),
        cmocka_unit_test(a_frame_may_come_byte_by_byte),
        cmocka_unit_test(a_frame_that_is_cut_is_an_error_and_no_end),
        cmocka_unit_test(a_length_above_the_limit_is_refused_before_anything_is_read),
        cmocka_unit_test(a_frame_of_just_the_limit_fits),
        cmocka_unit_test(a_frame_that_does_not_come_in_time_is_a_timeout),
        cmocka_unit_test(a_reset_is_an_error),
        cmocka_unit_test(a_frame_leaves_as_one_piece),
        cmocka_unit_test(a_frame_larger_than_any_buffer_arrives_whole),
        cmocka_unit_test(a_reader_that_does_not_read_runs_into_the_deadline),
        cmocka_unit_test(a_peer_that_is_gone_is_an_error_and_no_signal),
#if SIZE_MAX > UINT32_MAX
        cmocka_unit_test(a_size_that_32_bits_cannot_say_is_refused),
#endif
        cmocka_unit_test(without_an_err_nothing_is_told_and_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
