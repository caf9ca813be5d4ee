/* lib/banned.h: each function of the list really does not compile, and nothing else is hurt. */
#include "lib_help.h"

#include <spawn.h>
#include <stdbool.h>

extern char **environ;

static const struct {
    const char *name;
    const char *use; /* a statement; t is a char array, s a text */
} banned[] = {
    {"strcpy", "strcpy(t, s);"},
    {"strcat", "strcat(t, s);"},
    {"stpcpy", "stpcpy(t, s);"},
    {"sprintf", "sprintf(t, \"%s\", s);"},
    {"vsprintf", "va_list a; memset(&a, 0, sizeof a); vsprintf(t, s, a);"},
    {"gets", "gets(t);"},
    {"strncpy", "strncpy(t, s, 3);"},
    {"strncat", "strncat(t, s, 3);"},
    {"strtok", "strtok(t, s);"},
    {"inet_ntoa", "struct in_addr i = {0}; puts(inet_ntoa(i));"},
    {"gethostbyname", "(void)gethostbyname(s);"},
    {"gethostbyaddr", "(void)gethostbyaddr(t, 4, AF_INET);"},
    {"atoi", "(void)atoi(s);"},
    {"atol", "(void)atol(s);"},
    {"atoll", "(void)atoll(s);"},
    {"atof", "(void)atof(s);"},
    {"inet_addr", "(void)inet_addr(s);"},
    {"inet_aton", "struct in_addr i; inet_aton(s, &i);"},
    {"tmpnam", "tmpnam(t);"},
    {"mktemp", "mktemp(t);"},
};
enum { BANNED_COUNT = sizeof banned / sizeof banned[0] };

/* Compiles the text (syntax and meaning, no output); *messages is what the compiler said. */
static bool compiles(const char *source, char *messages, size_t size)
{
    assert_int_equal(access("lib/banned.h", R_OK), 0); /* run from the top of the tree */
    int in[2], out[2];
    assert_int_equal(pipe(in), 0);
    assert_int_equal(pipe(out), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], 0);
    posix_spawn_file_actions_adddup2(&actions, out[1], 2);
    posix_spawn_file_actions_addclose(&actions, in[1]);
    posix_spawn_file_actions_addclose(&actions, out[0]);
    const char *cc = getenv("CC");
    cc = cc != NULL && cc[0] != '\0' ? cc : "cc";
    char *argv[] = {(char *)cc, "-std=c11",      "-Wall", "-Wextra", "-Wpedantic", "-Werror",
                    "-Ilib",    "-fsyntax-only", "-x",    "c",       "-",          NULL};
    pid_t pid;
    assert_int_equal(posix_spawnp(&pid, cc, &actions, NULL, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    assert_int_equal(write(in[1], source, strlen(source)), (ssize_t)strlen(source));
    close(in[1]);
    size_t have = 0;
    ssize_t n;
    while ((n = read(out[0], messages + have, size - 1 - have)) > 0)
        have += (size_t)n;
    messages[have] = '\0';
    close(out[0]);
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void each_function_of_the_list_is_refused_by_its_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < BANNED_COUNT; i++) {
        char source[512], messages[8192], wanted[64];
        snprintf(source, sizeof source,
                 "#include \"lab.h\"\nint main(void)\n{\nchar t[64] = \"\";\n"
                 "const char *s = \"1\";\n(void)t;\n(void)s;\n%s\nreturn 0;\n}\n",
                 banned[i].use);
        if (compiles(source, messages, sizeof messages))
            fail_msg("%s compiles", banned[i].name);
        snprintf(wanted, sizeof wanted, "%s()", banned[i].name);
        if (strstr(messages, wanted) == NULL || strstr(messages, "unavailable") == NULL)
            fail_msg("%s is refused, but for another reason:\n%s", banned[i].name, messages);
    }
}

/* Without the list the same statements are right: it is the list that refuses them. */
static void without_the_list_they_would_compile(void **state)
{
    (void)state;
    char source[4096] = "#define _GNU_SOURCE\n#include <arpa/inet.h>\n#include <netdb.h>\n"
                        "#include <stdarg.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
                        "#include <string.h>\n#include <unistd.h>\nchar *gets(char *);\n"
                        "int main(void)\n{\nchar t[64] = \"\";\nconst char *s = \"1\";\n";
    char messages[8192];
    for (size_t i = 0; i < BANNED_COUNT; i++) {
        size_t used = strlen(source);
        snprintf(source + used, sizeof source - used, "{ %s }\n", banned[i].use);
    }
    size_t used = strlen(source);
    snprintf(source + used, sizeof source - used, "return 0;\n}\n");
    if (!compiles(source, messages, sizeof messages))
        fail_msg("%s", messages);
}

static void taking_the_address_counts_as_using(void **state)
{
    (void)state;
    char messages[8192];
    assert_false(compiles("#include \"lab.h\"\nint (*f)(const char *);\n"
                          "int main(void)\n{\nf = atoi;\nreturn f(\"1\");\n}\n",
                          messages, sizeof messages));
    assert_non_null(strstr(messages, "atoi()"));
}

static void system_headers_may_stand_before_and_after(void **state)
{
    (void)state;
    char messages[8192];
    const char *source = "#include <stdio.h>\n#include <string.h>\n#include \"banned.h\"\n"
                         "#include <stdlib.h>\n#include <string.h>\n#include <netdb.h>\n"
                         "#include <wchar.h>\n#include <ctype.h>\n#include <sys/wait.h>\n"
                         "#include <sys/un.h>\n#include <pthread.h>\n#include \"lab.h\"\n"
                         "int main(void)\n{\nchar t[8];\nsnprintf(t, sizeof t, \"%d\", 1);\n"
                         "return (int)strtol(t, NULL, 10) - 1;\n}\n";
    if (!compiles(source, messages, sizeof messages))
        fail_msg("%s", messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_function_of_the_list_is_refused_by_its_name),
        cmocka_unit_test(without_the_list_they_would_compile),
        cmocka_unit_test(taking_the_address_counts_as_using),
        cmocka_unit_test(system_headers_may_stand_before_and_after),
    };
    return cmocka_run_group_tests(tests, lib_backstop, NULL);
}
