/* Tests of timeline/model and timeline/describe: who owns which socket, and how calls are told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "timeline/describe.h"
#include "timeline/model.h"
#include "tl_build.h"

struct both {
    struct timeline tl;
    struct model m;
};

static void judged(struct both *b)
{
    tl_end(&b->tl, "complete");
    model_build(&b->m, &b->tl);
}

static void done(struct both *b)
{
    model_free(&b->m);
    timeline_free(&b->tl);
}

static struct model_socket *at(struct both *b, int pid, int fd)
{
    return model_socket_at(&b->m, pid, fd, b->tl.count);
}

static void a_socket_keeps_what_the_calls_made_of_it(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 s.c:1 socket domain=AF_INET type=SOCK_STREAM|SOCK_CLOEXEC = 3");
    tl_call(&b.tl,
            "server 2 s.c:2 setsockopt fd=3 level=SOL_SOCKET option=SO_REUSEADDR value=1 = 0");
    tl_call(&b.tl, "server 2 s.c:3 bind fd=3 addr=0.0.0.0:7000 = 0");
    tl_call(&b.tl, "server 2 s.c:4 listen fd=3 backlog=5 = 0");
    tl_call(&b.tl, "server 2 s.c:5 accept fd=3 addr=127.0.0.1:40001 = 4");
    tl_call(&b.tl, "server 2 s.c:6 recvfrom fd=4 data=\"hello\" len=512 = 5");
    tl_call(&b.tl, "server 2 s.c:7 sendto fd=4 data=\"hello\" len=5 = 5");
    tl_call(&b.tl, "server 2 s.c:6 recvfrom fd=4 data=\"\" len=512 = 0");
    tl_call(&b.tl, "server 2 s.c:8 close fd=4 = 0");
    judged(&b);
    assert_int_equal(b.m.nsockets, 2);
    struct model_socket *listener = b.m.sockets[0], *client = b.m.sockets[1];
    assert_true(listener->stream && !listener->datagram);
    assert_int_equal(listener->bound, 3);
    assert_int_equal(listener->listening, 4);
    assert_int_equal(listener->local.port, 7000);
    assert_non_null(model_option(listener, "SO_REUSEADDR", 3));
    assert_null(model_option(listener, "SO_REUSEADDR", 2));
    assert_int_equal(listener->closed, MODEL_NEVER);
    assert_ptr_equal(client->listener, listener);
    assert_string_equal(client->remote.text, "127.0.0.1:40001");
    assert_int_equal(client->local.port, 7000);
    assert_int_equal(client->received, 5);
    assert_int_equal(client->sent, 5);
    assert_int_equal(client->eof, 8);
    assert_int_equal(client->closed, 9);
    assert_false(client->closed_by_exit);
    assert_ptr_equal(model_socket_at(&b.m, 2, 4, 8), client);
    assert_null(at(&b, 2, 4));
    done(&b);
}

static void a_failed_call_changes_nothing(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "server 2 - bind fd=3 addr=0.0.0.0:7000 = EADDRINUSE");
    tl_call(&b.tl, "server 2 - accept fd=3 = EINVAL");
    tl_call(&b.tl, "server 2 - close fd=9 = EBADF");
    judged(&b);
    assert_int_equal(b.m.nsockets, 1);
    assert_int_equal(b.m.sockets[0]->bound, MODEL_NEVER);
    assert_int_equal(b.m.sockets[0]->local.port, -1);
    done(&b);
}

static void dup_and_fork_share_a_socket_until_the_last_descriptor_goes(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "server 2 - dup fd=3 = 4");
    tl_call(&b.tl, "server 2 - clone flags=0 = 5");
    tl_call(&b.tl, "server 5 - close fd=3 = 0");
    tl_call(&b.tl, "server 2 - close fd=3 = 0");
    tl_call(&b.tl, "server 2 - close fd=4 = 0");
    judged(&b);
    struct model_socket *s = b.m.sockets[0];
    assert_int_equal(s->holders, 1);
    assert_int_equal(s->closed, MODEL_NEVER);
    assert_ptr_equal(at(&b, 5, 4), s);
    assert_true(model_holds(&b.m, 5, s));
    assert_false(model_holds(&b.m, 2, s));
    assert_int_equal(model_process(&b.m, 2)->forks, 1);
    assert_ptr_equal(model_root(model_process(&b.m, 5)), model_process(&b.m, 2));
    done(&b);
}

static void a_thread_shares_its_process_and_its_descriptors(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "server 2 - clone3 = 7");
    tl_call(&b.tl, "server 2/7 - close fd=3 = 0");
    judged(&b);
    assert_int_equal(b.m.nprocesses, 1);
    assert_int_equal(b.m.processes[0]->forks, 0);
    assert_int_equal(b.m.sockets[0]->closed, 3);
    done(&b);
}

/* Thread 7 closes descriptor 4 while the first thread sits in the accept() that will get 4 again.
 */
static void a_number_that_is_used_again_is_another_socket(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "server 2 - accept fd=3 addr=127.0.0.1:40001 = 4");
    tl_call(&b.tl, "server 2 - accept fd=3 addr=127.0.0.1:40002 = 4 +5000");
    tl_call(&b.tl, "server 2/7 - recvfrom fd=4 data=\"old\" len=9 = 3");
    tl_call(&b.tl, "server 2/7 - close fd=4 = 0");
    for (int i = 0; i < 4; i++)
        tl_call(&b.tl, "server 2/7 - getpid = 2");
    tl_call(&b.tl, "server 2/7 - recvfrom fd=4 data=\"new\" len=9 = 3");
    judged(&b);
    assert_int_equal(b.m.nsockets, 3);
    assert_string_equal(model_call(&b.m, 4)->socket->remote.text, "127.0.0.1:40001");
    assert_int_equal(b.m.sockets[1]->closed, 5);
    assert_string_equal(model_call(&b.m, 10)->socket->remote.text, "127.0.0.1:40002");
    assert_int_equal(b.m.sockets[2]->closed, MODEL_NEVER);
    done(&b);
}

static void exec_closes_what_is_close_on_exec_and_exit_closes_the_rest(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM|SOCK_CLOEXEC = 3");
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_DGRAM = 4");
    tl_call(&b.tl, "server 2 - fcntl fd=4 command=F_SETFD value=0 = 0");
    tl_call(&b.tl, "server 2 - execve path=/bin/true = 0");
    tl_exit(&b.tl, "server", 2, 0, NULL);
    judged(&b);
    assert_int_equal(b.m.sockets[0]->closed, 4);
    assert_false(b.m.sockets[0]->closed_by_exit);
    assert_int_equal(b.m.sockets[1]->closed, 5);
    assert_true(b.m.sockets[1]->closed_by_exit);
    assert_int_equal(b.m.processes[0]->exited, 5);
    done(&b);
}

static void the_most_descriptors_open_at_a_time_are_counted(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    for (int i = 0; i < 10; i++) {
        tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
        tl_call(&b.tl, "server 2 - openat path=/etc/hosts = 4");
        tl_call(&b.tl, "server 2 - close fd=4 = 0");
        tl_call(&b.tl, "server 2 - close fd=3 = 0");
    }
    judged(&b);
    assert_int_equal(b.m.processes[0]->peak_fds, 5);
    done(&b);
}

static void absurd_descriptors_of_a_recording_do_no_harm(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 2147483647");
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = -7");
    tl_call(&b.tl, "server 2 - dup fd=-1 = 99999999");
    tl_call(&b.tl, "server 2 - close_range fd=-5 to=2147483647 = 0");
    tl_call(&b.tl, "server 2 - pipe2 fds=x = 0");
    judged(&b);
    assert_null(at(&b, 2, 2147483647));
    done(&b);
}

static void calls_are_named_as_authors_and_learners_name_them(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "server 2 - read fd=3 data=\"x\" len=1 = 1");
    tl_call(&b.tl, "server 2 - read fd=0 data=\"x\" len=1 = 1");
    tl_call(&b.tl, "server 2 - accept4 fd=3 = 4");
    tl_call(&b.tl, "server 2 - recvmsg fd=3 data=\"x\" len=1 = 1");
    judged(&b);
    const struct {
        uint64_t n;
        const char *name;
        bool covers;
    } cases[] = {
        {2, "recv", true},    {3, "recv", false}, {3, "read", true},     {4, "accept", true},
        {4, "accept4", true}, {5, "recv", true},  {5, "recvfrom", true}, {2, "send", false},
        {1, "socket", true},  {1, "bind", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(model_call_named(model_call(&b.m, cases[i].n), cases[i].name),
                         cases[i].covers);
    done(&b);
}

/* splice() needs a pipe on one side: 7 and 8 are one, 9 a file. */
static void a_splice_out_of_a_socket_is_a_recv_and_one_into_it_a_send(void **state)
{
    (void)state;
    struct both b;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "client 2 - socket domain=AF_INET type=SOCK_STREAM = 3");
    tl_call(&b.tl, "client 2 - splice in=3 fd=8 len=1000 = 600");
    tl_call(&b.tl, "client 2 - splice in=7 fd=9 len=600 = 600");
    tl_call(&b.tl, "client 2 - splice in=7 fd=3 len=40 = 40");
    tl_call(&b.tl, "client 2 - splice in=3 fd=8 len=400 = 0");
    judged(&b);
    const struct model_call *taken = model_call(&b.m, 2), *put = model_call(&b.m, 3);
    const struct model_call *given = model_call(&b.m, 4);
    assert_int_equal(taken->io, MODEL_RECV);
    assert_int_equal(taken->fd, 3);
    assert_int_equal(taken->asked, 1000);
    assert_ptr_equal(taken->socket, b.m.sockets[0]);
    assert_int_equal(put->io, MODEL_SEND);
    assert_null(put->socket);
    assert_int_equal(given->io, MODEL_SEND);
    assert_ptr_equal(given->socket, b.m.sockets[0]);
    assert_int_equal(b.m.sockets[0]->received, 600);
    assert_int_equal(b.m.sockets[0]->sent, 40);
    assert_int_equal(b.m.sockets[0]->eof, 5);
    assert_true(model_call_named(taken, "recv") && !model_call_named(taken, "send"));
    assert_true(model_call_named(given, "send") && !model_call_named(given, "recv"));
    assert_false(model_call_named(put, "send") || model_call_named(put, "recv"));
    done(&b);
}

static void calls_are_told_on_one_line(void **state)
{
    (void)state;
    static const struct {
        const char *call, *told;
    } cases[] = {
        {"s 2 a.c:9 socket domain=AF_INET type=SOCK_DGRAM protocol=0 = 3",
         "a.c:9  socket(AF_INET, SOCK_DGRAM) = 3"},
        {"s 2 a.c:9 bind fd=3 addr=0.0.0.0:7000 addrlen=16 = EADDRINUSE",
         "a.c:9  bind(3, 0.0.0.0(7000)) = -1 EADDRINUSE"},
        {"s 2 a.c:41 recvfrom fd=3 data=\"hello\\n\" len=512 addr=127.0.0.1:40001 = 6",
         "a.c:41  recvfrom(3, 512 bytes) = 6 from 127.0.0.1(40001): \"hello\\n\""},
        {"s 2 - connect fd=3 addr=[::1]:80 = 0", "s  connect(3, ::1(80)) = 0"},
        {"s 2 a.c:9 connect fd=3 addr=AF_UNSPEC_1.2.3.4:80 = 0",
         "a.c:9  connect(3, AF_UNSPEC_1.2.3.4(80)) = 0"},
        {"s 2 a.c:9 write fd=4 data=\"a\\x1b[31m\" len=6 = 6",
         "a.c:9  write(4, \"a\\x1b[31m\", 6 bytes) = 6"},
        {"s 2 a.c:9 sendto fd=4 data=\"\" len=-1 = EFAULT",
         "a.c:9  send(4, \"\", 18446744073709551615 bytes) = -1 EFAULT"},
        {"s 2 a.c:9 accept fd=3 = ?", "a.c:9  accept(3) … still waiting"},
        {"s 2 a.c:9 shutdown fd=3 how=SHUT_WR = 0", "a.c:9  shutdown(3, SHUT_WR) = 0"},
        {"s 2 a.c:9 read fd=0 data=\"\" len=8 = 0", "a.c:9  read(0, 8 bytes) = 0 (end of input)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct both b;
        struct strbuf line = STRBUF_INIT;
        tl_begin(&b.tl, NULL);
        tl_call(&b.tl, cases[i].call);
        judged(&b);
        describe_event(&line, &b.m, &b.tl.events[1]);
        assert_string_equal(line.data, cases[i].told);
        strbuf_free(&line);
        done(&b);
    }
}

static void a_waiting_call_is_told_with_its_socket(void **state)
{
    (void)state;
    struct both b;
    struct strbuf line = STRBUF_INIT;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 server.c:20 socket domain=AF_INET type=SOCK_DGRAM = 3");
    tl_call(&b.tl, "server 2 server.c:25 bind fd=3 addr=0.0.0.0:22555 = 0");
    tl_call(&b.tl, "server 2 server.c:31 recvfrom fd=3 len=512 addrlen_in=16 addr=0.0.0.0:0 = ?");
    judged(&b);
    describe_wait(&line, &b.m, &b.tl.events[3]);
    assert_string_equal(line.data, "server.c:31 waits in recvfrom() on fd 3, bound to port 22555");
    strbuf_free(&line);
    done(&b);
}

static void of_several_hosts_it_is_told_on_which(void **state)
{
    (void)state;
    struct both b;
    struct strbuf line = STRBUF_INIT;
    tl_begin(&b.tl, NULL);
    tl_call(&b.tl, "server 2 server.c:31 recvfrom fd=3 len=512 addrlen_in=16 addr=0.0.0.0:0 = ?");
    b.tl.events[1].host = "bob";
    judged(&b);
    describe_wait(&line, &b.m, &b.tl.events[1]);
    assert_string_equal(line.data, "server.c:31 on bob waits in recvfrom() on fd 3");
    strbuf_cut(&line, 0);
    describe_event(&line, &b.m, &b.tl.events[1]);
    assert_string_equal(line.data, "server.c:31 on bob  recvfrom(3, 512 bytes) … still waiting");
    strbuf_free(&line);
    done(&b);
}

static void what_the_wire_did_is_told_with_its_rule(void **state)
{
    (void)state;
    static const struct {
        const char *fate, *rule, *to;
        int64_t arrived;
        const char *told;
    } cases[] = {
        {"delivered", NULL, "bob", 0, "alice to bob: 10.0.0.1(5) > 10.0.0.2(7) SYN seq=0"},
        {"dropped", "drop tcp syn 1", "bob,carol", -1,
         "alice to bob, carol: 10.0.0.1(5) > 10.0.0.2(7) SYN seq=0, dropped on the wire by the "
         "rule `drop tcp syn 1`"},
        {"delayed", "delay 80ms", "bob", 80000400,
         "alice to bob: 10.0.0.1(5) > 10.0.0.2(7) SYN seq=0, delayed on the wire for 80 ms by the "
         "rule `delay 80ms`"},
        {"held", "hold \033[2J", "bob", -1,
         "alice to bob: 10.0.0.1(5) > 10.0.0.2(7) SYN seq=0, held on the wire by the rule `hold "
         "\\x1b[2J`, and never released"},
        {"dropped", NULL, NULL, 0, "10.0.0.1(5) > 10.0.0.2(7) SYN seq=0, dropped"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct strbuf line = STRBUF_INIT;
        struct event ev = {.kind = EVENT_PACKET, .host = "alice"};
        ev.packet = (struct packet_event){.proto = "tcp",
                                          .from = "10.0.0.1:5",
                                          .to = "10.0.0.2:7",
                                          .flags = "S",
                                          .fate = cases[i].fate,
                                          .rule = cases[i].rule,
                                          .hosts_to = cases[i].to,
                                          .arrived_ns = cases[i].arrived};
        describe_event(&line, NULL, &ev);
        assert_string_equal(line.data, cases[i].told);
        strbuf_free(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_socket_keeps_what_the_calls_made_of_it),
        cmocka_unit_test(a_failed_call_changes_nothing),
        cmocka_unit_test(dup_and_fork_share_a_socket_until_the_last_descriptor_goes),
        cmocka_unit_test(a_thread_shares_its_process_and_its_descriptors),
        cmocka_unit_test(a_number_that_is_used_again_is_another_socket),
        cmocka_unit_test(exec_closes_what_is_close_on_exec_and_exit_closes_the_rest),
        cmocka_unit_test(the_most_descriptors_open_at_a_time_are_counted),
        cmocka_unit_test(absurd_descriptors_of_a_recording_do_no_harm),
        cmocka_unit_test(calls_are_named_as_authors_and_learners_name_them),
        cmocka_unit_test(a_splice_out_of_a_socket_is_a_recv_and_one_into_it_a_send),
        cmocka_unit_test(calls_are_told_on_one_line),
        cmocka_unit_test(a_waiting_call_is_told_with_its_socket),
        cmocka_unit_test(of_several_hosts_it_is_told_on_which),
        cmocka_unit_test(what_the_wire_did_is_told_with_its_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
