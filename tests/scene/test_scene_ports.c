/* Ports that a program leaves to the kernel: the same for the same seed, and never in its way. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "scene_help.h"
#include "trace/ports.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51
#endif

enum { SEED = 4711 }; /* that of help_play */

static bool kernel_takes_ranges(void)
{
    uint32_t range = 0;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    bool takes = setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof range) == 0;
    close(fd);
    return takes;
}

/* Starts the program so, waits for its end, and gives what it printed; the caller frees it. */
static char *play(const char *args)
{
    struct played p;
    char *check = mem_format("{'scene': [{'start': 'prog', 'args': [%s]},"
                             " {'wait': 'prog', 'for': 'exit'}]}",
                             args);
    struct scene_case scene = {.binary = help_compile("ports.c", NULL),
                               .source = "ports.c",
                               .limits = "{'wall_ms': 60000}",
                               .check = check};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0, "%s", p.err.text);
    HELP_HOLDS(&p, p.passed, "the scene did not pass");
    char *output = mem_string(help_output(&p, "prog"));
    HELP_HOLDS(&p, strstr(output, "\n0 failed\n") != NULL || strcmp(output, "0 failed\n") == 0,
               "it printed\n%s", output);
    free(check);
    played_free(&p);
    return output;
}

static void the_same_seed_gives_the_same_ports_in_every_way(void **state)
{
    (void)state;
    if (!kernel_takes_ranges())
        skip();
    char *first = play("'ways'"), *second = play("'ways'");
    assert_string_equal(first, second);
    /* In the order of the calls; the second datagram of a socket is none. */
    char *wanted = mem_format(
        "connect %u\nbind to 0 %u\nlisten %u\nIPv6 %u\nsendto %u\nthe same again %u\nsendmsg %u\n"
        "connect of UDP %u\n0 failed\n",
        ports_choice(SEED, 0, 0), ports_choice(SEED, 0, 1), ports_choice(SEED, 0, 2),
        ports_choice(SEED, 0, 3), ports_choice(SEED, 0, 4), ports_choice(SEED, 0, 4),
        ports_choice(SEED, 0, 5), ports_choice(SEED, 0, 6));
    assert_string_equal(first, wanted);
    free(first);
    free(second);
    free(wanted);
}

static void a_port_that_is_taken_is_not_forced_upon_anybody(void **state)
{
    (void)state;
    char *args = mem_string("'taken'");
    for (unsigned n = 0; n < 7; n++) {
        char *longer = mem_format("%s, '%u'", args, ports_choice(SEED, 0, n));
        free(args);
        args = longer;
    }
    free(play(args));
    free(args);
}

static void a_call_that_is_made_again_is_told_once(void **state)
{
    (void)state;
    struct played p;
    char *check = mem_format("{'scene': [{'start': 'prog', 'args': ['taken', '%u']},"
                             " {'wait': 'prog', 'for': 'exit'}]}",
                             ports_choice(SEED, 0, 0));
    struct scene_case scene = {.binary = help_compile("ports.c", NULL),
                               .source = "ports.c",
                               .check = check};
    help_play(&scene, &p);
    HELP_HOLDS(&p, p.rc == 0 && p.passed, "the scene did not pass");
    HELP_HOLDS(&p, help_count(&p, "connect") == 2, "%u connects", help_count(&p, "connect"));
    const struct event *connect = help_call(&p, "connect", 0);
    HELP_HOLDS(&p, call_succeeded(&connect->call), "it failed");
    free(check);
    played_free(&p);
}

static void three_hundred_connects_at_once_from_twenty_threads_all_have_a_port(void **state)
{
    (void)state;
    free(play("'at-once'"));
}

static void two_thousand_connections_are_more_than_there_are_ports_of_ours(void **state)
{
    (void)state;
    assert_int_equal(ports_choice(SEED, 0, 2000), 0);
    free(play("'row'"));
}

static void a_range_that_the_program_has_set_is_its_own(void **state)
{
    (void)state;
    if (!kernel_takes_ranges())
        skip();
    char *output = play("'own-range'");
    assert_string_equal(output, "in its range\nrange 0\n0 failed\n");
    free(output);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        scene_test(the_same_seed_gives_the_same_ports_in_every_way),
        scene_test(a_port_that_is_taken_is_not_forced_upon_anybody),
        scene_test(a_call_that_is_made_again_is_told_once),
        scene_test(three_hundred_connects_at_once_from_twenty_threads_all_have_a_port),
        scene_test(two_thousand_connections_are_more_than_there_are_ports_of_ours),
        scene_test(a_range_that_the_program_has_set_is_its_own),
    };
    return cmocka_run_group_tests_name("scene_ports", tests, help_group_setup, help_group_teardown);
}
