/* lib/net: names, ports, and sockets that are really opened on loopback. */
#include "net.h"

#include "io.h"
#include "lib_help.h"

#include <netinet/tcp.h>

static void assert_ok(enum status status, const struct err *err)
{
    if (status != STATUS_OK)
        fail_msg("%s", err->text);
}

static void assert_closed_on_exec(int fd)
{
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
}

static bool have_ipv6(void)
{
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    bool have = fd >= 0 && bind(fd, (struct sockaddr *)&in6, sizeof in6) == 0;
    if (fd >= 0)
        close(fd);
    return have;
}

/* ---- names ---- */

static void assert_name_v6(const char *address, uint32_t scope, const char *expected)
{
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(7000),
                               .sin6_scope_id = scope};
    char text[NET_NAME_SIZE];
    assert_int_equal(inet_pton(AF_INET6, address, &in6.sin6_addr), 1);
    assert_string_equal(net_name((struct sockaddr *)&in6, text), expected);
}

static void a_name_is_address_and_port(void **state)
{
    (void)state;
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(65535),
                             .sin_addr = {htonl(0xc0a80e3c)}};
    char text[NET_NAME_SIZE];
    assert_string_equal(net_name((struct sockaddr *)&in, text), "192.168.14.60(65535)");
    assert_ptr_equal(net_name((struct sockaddr *)&in, text), text);
    assert_name_v6("::1", 0, "::1(7000)");
    assert_name_v6("::", 0, "::(7000)");
}

static void an_ipv4_peer_of_an_ipv6_socket_is_shown_as_ipv4(void **state)
{
    (void)state;
    assert_name_v6("::ffff:127.0.0.1", 0, "127.0.0.1(7000)");
    assert_name_v6("::ffff:0.0.0.0", 0, "0.0.0.0(7000)");
    assert_name_v6("::127.0.0.1", 0, "::127.0.0.1(7000)"); /* not mapped: only looks like it */
}

static void a_link_local_address_is_shown_with_its_link(void **state)
{
    (void)state;
    assert_name_v6("fe80::1", 1, "fe80::1%lo(7000)");
    assert_name_v6("fe80::1", 4000000000u, "fe80::1%4000000000(7000)");
}

static void the_longest_name_fits(void **state)
{
    (void)state;
    const char *longest = "1111:2222:3333:4444:5555:6666:7777:8888";
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(65535),
                               .sin6_scope_id = 4294967295u};
    char text[NET_NAME_SIZE];
    assert_int_equal(inet_pton(AF_INET6, longest, &in6.sin6_addr), 1);
    net_name((struct sockaddr *)&in6, text);
    assert_string_equal(text, "1111:2222:3333:4444:5555:6666:7777:8888%4294967295(65535)");
}

static void what_is_no_internet_address_is_called_unknown(void **state)
{
    (void)state;
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    char text[NET_NAME_SIZE];
    assert_string_equal(net_name(&none, text), "unknown address");
    assert_string_equal(net_name(NULL, text), "unknown address");
    assert_string_equal(net_local_name(-1, text), "unknown address");
    int fd = raw_bound(SOCK_DGRAM);
    assert_string_equal(net_peer_name(fd, text), "unknown address");
    close(fd);
}

/* ---- ports ---- */

static void a_port_is_a_number_from_1_to_65535(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint16_t port;
    } right[] = {{"1", 1}, {"80", 80}, {"7000", 7000}, {"65535", 65535}};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        uint16_t port = 0;
        assert_true(net_parse_port(right[i].text, &port));
        assert_int_equal(port, right[i].port);
    }
}

static void anything_else_is_no_port_and_changes_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",         "0",    "65536", "99999", "100000", "4294967376", "18446744073709551696",
        "-1",       "+80",  " 80",   "80 ",   "80x",    "x",          "0x50",
        "080",      "00",   "8 0",   "80\n",  "8e1",    "80.0",       "http",
        "\xd9\xa8", "1,000"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        uint16_t port = 4711;
        if (net_parse_port(wrong[i], &port))
            fail_msg("\"%s\" is taken for port %u", wrong[i], port);
        assert_int_equal(port, 4711);
    }
}

/* ---- TCP ---- */

/* Listens on host, dials, accepts, and says a word in each direction. */
static void assert_reachable(const char *listen_host, const char *dial_host, const char *shown)
{
    struct err err;
    int listener, dialled, accepted;
    struct sockaddr_storage peer;
    char name[NET_NAME_SIZE], expected[NET_NAME_SIZE];
    assert_ok(net_listen(&listener, listen_host, 0, SOMAXCONN, &err), &err);
    assert_ok(net_dial(&dialled, dial_host, local_port(listener), io_deadline(10000), &err), &err);
    assert_ok(net_accept(listener, &accepted, &peer, io_deadline(10000), &err), &err);

    assert_closed_on_exec(listener);
    assert_closed_on_exec(dialled);
    assert_closed_on_exec(accepted);
    assert_int_equal(fcntl(dialled, F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(accepted, F_GETFL) & O_NONBLOCK, 0);

    snprintf(expected, sizeof expected, "%s(%u)", shown, (unsigned)local_port(dialled));
    assert_string_equal(net_name((struct sockaddr *)&peer, name), expected);
    assert_string_equal(net_peer_name(accepted, name), expected);
    assert_string_equal(net_local_name(dialled, name), expected);

    char word[2];
    put(dialled, "hi");
    assert_ok(io_read_exactly(accepted, word, 2, NULL, io_deadline(10000), &err), &err);
    assert_memory_equal(word, "hi", 2);
    put(accepted, "ho");
    assert_ok(io_read_exactly(dialled, word, 2, NULL, io_deadline(10000), &err), &err);
    assert_memory_equal(word, "ho", 2);
    close(dialled);
    close(accepted);
    close(listener);
}

static void tcp_over_ipv4(void **state)
{
    (void)state;
    assert_reachable("127.0.0.1", "127.0.0.1", "127.0.0.1");
}

static void tcp_over_ipv6(void **state)
{
    (void)state;
    if (!have_ipv6()) {
        print_message("SKIPPED FOR: IPv6\n");
        skip();
    }
    assert_reachable("::1", "::1", "::1");
}

static void every_address_means_both_kinds(void **state)
{
    (void)state;
    assert_reachable(NULL, "127.0.0.1", "127.0.0.1");
    if (have_ipv6())
        assert_reachable(NULL, "::1", "::1");
}

static void a_second_listener_is_told_which_address_is_taken(void **state)
{
    (void)state;
    struct err err;
    int first, second = -7;
    char expected[256], name[NET_NAME_SIZE];
    assert_ok(net_listen(&first, "127.0.0.1", 0, 8, &err), &err);
    unsigned before = open_descriptors();
    assert_int_equal(net_listen(&second, "127.0.0.1", local_port(first), 8, &err), STATUS_ERROR);
    snprintf(expected, sizeof expected, "bind %s: Address already in use",
             net_local_name(first, name));
    assert_string_equal(err.text, expected);
    assert_int_equal(second, -7);
    assert_int_equal(open_descriptors(), before);
    close(first);
}

static void a_server_that_closed_first_can_come_back_at_once(void **state)
{
    (void)state;
    struct err err;
    int listener, client, server;
    assert_ok(net_listen(&listener, "127.0.0.1", 0, 8, &err), &err);
    uint16_t port = local_port(listener);
    assert_ok(net_dial(&client, "127.0.0.1", port, io_deadline(10000), &err), &err);
    assert_ok(net_accept(listener, &server, NULL, io_deadline(10000), &err), &err);
    close(server); /* first: this side gets the TIME_WAIT */
    char byte;
    assert_int_equal(recv(client, &byte, 1, 0), 0);
    close(client);
    close(listener);
    assert_ok(net_listen(&listener, "127.0.0.1", port, 8, &err), &err);
    close(listener);
}

static void a_refused_connection_names_address_and_reason(void **state)
{
    (void)state;
    struct err err;
    int silent = raw_bound(SOCK_STREAM); /* holds the port, and does not listen */
    int fd = -7;
    char expected[256], name[NET_NAME_SIZE];
    unsigned before = open_descriptors();
    assert_int_equal(net_dial(&fd, "127.0.0.1", local_port(silent), io_deadline(10000), &err),
                     STATUS_ERROR);
    snprintf(expected, sizeof expected, "connect %s: Connection refused",
             net_local_name(silent, name));
    assert_string_equal(err.text, expected);
    assert_int_equal(fd, -7);
    assert_int_equal(open_descriptors(), before);
    close(silent);
}

static void a_dial_that_nobody_answers_ends_at_its_deadline(void **state)
{
    (void)state;
    struct err err;
    int full = raw_bound(SOCK_STREAM); /* with a queue for one, which is taken */
    assert_int_equal(listen(full, 0), 0);
    int first, second = -7;
    assert_ok(net_dial(&first, "127.0.0.1", local_port(full), io_deadline(10000), &err), &err);
    assert_ok(io_wait(full, POLLIN, io_deadline(10000), &err), &err);
    unsigned before = open_descriptors();
    int64_t start = clock_ms();
    assert_int_equal(net_dial(&second, "127.0.0.1", local_port(full), io_deadline(50), &err),
                     STATUS_TIMEOUT);
    assert_true(clock_ms() - start >= 49);
    assert_non_null(strstr(err.text, "no answer in time"));
    assert_int_equal(second, -7);
    assert_int_equal(open_descriptors(), before);
    close(first);
    close(full);
}

static void a_host_that_is_no_name_is_told_by_the_resolver(void **state)
{
    (void)state;
    struct err err;
    int fd = -7;
    unsigned before = open_descriptors();
    char name[80]; /* a label of 70 letters: no resolver will even ask for it */
    memset(name, 'a', 70);
    name[70] = '\0';
    assert_int_equal(net_dial(&fd, name, 7000, io_deadline(10000), &err), STATUS_ERROR);
    assert_memory_equal(err.text, "getaddrinfo aaa", 15);
    assert_int_equal(net_bind_udp(&fd, name, 7000, &err), STATUS_ERROR);
    assert_memory_equal(err.text, "getaddrinfo aaa", 15);
    assert_int_equal(fd, -7);
    assert_int_equal(open_descriptors(), before);
}

static void an_address_of_somebody_else_cannot_be_bound(void **state)
{
    (void)state;
    struct err err;
    int fd = -7;
    unsigned before = open_descriptors();
    /* 192.0.2.0/24 is for documentation (RFC 5737): nobody has it. */
    assert_int_equal(net_bind_udp(&fd, "192.0.2.1", 7000, &err), STATUS_ERROR);
    assert_string_equal(err.text, "bind 192.0.2.1(7000): Cannot assign requested address");
    assert_int_equal(net_listen(&fd, "192.0.2.1", 7000, 8, &err), STATUS_ERROR);
    assert_int_equal(fd, -7);
    assert_int_equal(open_descriptors(), before);
}

static void an_accept_that_nobody_calls_ends_at_its_deadline(void **state)
{
    (void)state;
    struct err err;
    int listener, fd = -7;
    assert_ok(net_listen(&listener, "127.0.0.1", 0, 8, &err), &err);
    int64_t start = clock_ms();
    assert_int_equal(net_accept(listener, &fd, NULL, io_deadline(30), &err), STATUS_TIMEOUT);
    assert_true(clock_ms() - start >= 29);
    assert_string_equal(err.text, "nobody connected in time");
    assert_int_equal(fd, -7);
    close(listener);
}

static void a_connection_that_was_reset_in_the_queue_disturbs_nobody(void **state)
{
    (void)state;
    struct err err;
    int listener, gone, here, fd, tries = 0;
    char name[NET_NAME_SIZE], wanted[NET_NAME_SIZE];
    assert_ok(net_listen(&listener, "127.0.0.1", 0, 8, &err), &err);
    assert_ok(net_dial(&gone, "127.0.0.1", local_port(listener), io_deadline(10000), &err), &err);
    close_with_reset(gone);
    assert_ok(net_dial(&here, "127.0.0.1", local_port(listener), io_deadline(10000), &err), &err);
    net_local_name(here, wanted);
    /* Linux hands out the dead connection first; other systems do not. Neither is an error. */
    do {
        struct sockaddr_storage peer;
        assert_ok(net_accept(listener, &fd, &peer, io_deadline(10000), &err), &err);
        net_name((struct sockaddr *)&peer, name);
        close(fd);
    } while (strcmp(name, wanted) != 0 && ++tries < 2);
    assert_string_equal(name, wanted);
    close(here);
    close(listener);
}

static void accepting_from_what_does_not_listen_is_an_error(void **state)
{
    (void)state;
    struct err err;
    int fd = -7, pair[2];
    tcp_pair(pair);
    put(pair[0], "x"); /* readable, as a listening socket would be */
    assert_int_equal(net_accept(pair[1], &fd, NULL, io_deadline(10000), &err), STATUS_ERROR);
    assert_string_equal(err.text, "accept: Invalid argument");
    assert_int_equal(net_accept(-1, &fd, NULL, IO_FOREVER, &err), STATUS_ERROR);
    assert_int_equal(fd, -7);
    close(pair[0]);
    close(pair[1]);
}

/* ---- UDP ---- */

/* A datagram from a raw socket of this family to the port on its loopback address; who sent it? */
static void assert_heard(int server, int family, const char *shown)
{
    int client = socket(family, SOCK_DGRAM, 0);
    struct sockaddr_in in = {.sin_family = AF_INET,
                             .sin_port = htons(local_port(server)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
                               .sin6_port = htons(local_port(server)),
                               .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const struct sockaddr *to =
        family == AF_INET ? (struct sockaddr *)&in : (struct sockaddr *)&in6;
    socklen_t to_size = family == AF_INET ? sizeof in : sizeof in6;
    assert_int_equal(sendto(client, "hello", 5, 0, to, to_size), 5);

    char data[16], name[NET_NAME_SIZE], expected[NET_NAME_SIZE];
    struct sockaddr_storage from;
    socklen_t size = sizeof from;
    assert_int_equal(recvfrom(server, data, sizeof data, 0, (struct sockaddr *)&from, &size), 5);
    snprintf(expected, sizeof expected, "%s(%u)", shown, (unsigned)local_port(client));
    assert_string_equal(net_name((struct sockaddr *)&from, name), expected);
    close(client);
}

static void udp_over_ipv4_ipv6_and_both(void **state)
{
    (void)state;
    struct err err;
    int fd;
    assert_ok(net_bind_udp(&fd, "127.0.0.1", 0, &err), &err);
    assert_closed_on_exec(fd);
    assert_heard(fd, AF_INET, "127.0.0.1");
    close(fd);
    assert_ok(net_bind_udp(&fd, NULL, 0, &err), &err);
    assert_heard(fd, AF_INET, "127.0.0.1");
    if (have_ipv6())
        assert_heard(fd, AF_INET6, "::1");
    close(fd);
    if (!have_ipv6()) {
        print_message("SKIPPED FOR: IPv6\n");
        skip();
    }
    assert_ok(net_bind_udp(&fd, "::1", 0, &err), &err);
    assert_heard(fd, AF_INET6, "::1");
    close(fd);
}

static void a_second_udp_socket_does_not_steal_the_port(void **state)
{
    (void)state;
    struct err err;
    int first, second = -7;
    assert_ok(net_bind_udp(&first, NULL, 0, &err), &err);
    unsigned before = open_descriptors();
    assert_int_equal(net_bind_udp(&second, NULL, local_port(first), &err), STATUS_ERROR);
    assert_non_null(strstr(err.text, "Address already in use"));
    assert_int_equal(net_bind_udp(&second, "127.0.0.1", local_port(first), NULL), STATUS_ERROR);
    assert_int_equal(second, -7);
    assert_int_equal(open_descriptors(), before);
    close(first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_address_and_port),
        cmocka_unit_test(an_ipv4_peer_of_an_ipv6_socket_is_shown_as_ipv4),
        cmocka_unit_test(a_link_local_address_is_shown_with_its_link),
        cmocka_unit_test(the_longest_name_fits),
        cmocka_unit_test(what_is_no_internet_address_is_called_unknown),
        cmocka_unit_test(a_port_is_a_number_from_1_to_65535),
        cmocka_unit_test(anything_else_is_no_port_and_changes_nothing),
        cmocka_unit_test(tcp_over_ipv4),
        cmocka_unit_test(tcp_over_ipv6),
        cmocka_unit_test(every_address_means_both_kinds),
        cmocka_unit_test(a_second_listener_is_told_which_address_is_taken),
        cmocka_unit_test(a_server_that_closed_first_can_come_back_at_once),
        cmocka_unit_test(a_refused_connection_names_address_and_reason),
        cmocka_unit_test(a_dial_that_nobody_answers_ends_at_its_deadline),
        cmocka_unit_test(a_host_that_is_no_name_is_told_by_the_resolver),
        cmocka_unit_test(an_address_of_somebody_else_cannot_be_bound),
        cmocka_unit_test(an_accept_that_nobody_calls_ends_at_its_deadline),
        cmocka_unit_test(a_connection_that_was_reset_in_the_queue_disturbs_nobody),
        cmocka_unit_test(accepting_from_what_does_not_listen_is_an_error),
        cmocka_unit_test(udp_over_ipv4_ipv6_and_both),
        cmocka_unit_test(a_second_udp_socket_does_not_steal_the_port),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
