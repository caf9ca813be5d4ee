/* chat_room - answers everything, has two of one name, and says who is there when somebody comes.
 */
#include "lab.h"

enum { MOST = 500 };
static struct {
    char peer[NET_NAME_SIZE];
    struct sockaddr_storage address;
    socklen_t size;
    char name[1000];
} members[MOST];
static int count, fd;

static void say(int to, const char *text, size_t size)
{
    if (sendto(fd, text, size, 0, (struct sockaddr *)&members[to].address, members[to].size) < 0)
        warn_call("sendto", members[to].peer);
}

static void list(int to)
{
    static char out[MOST * 1003];
    size_t used = 0;
    for (int i = 0; i < count && used < 60000; i++)
        used += (size_t)snprintf(out + used, sizeof out - used, "%s; ", members[i].name);
    say(to, out, used);
}

int main(int argc, char *argv[])
{
    uint16_t port;
    struct err err;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("chat_room PORT");
    sig_exit_on_stop();
    if (net_bind_udp(&fd, NULL, port, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(fd, name));
    fflush(stdout);
    for (;;) {
        static char text[65536], out[70000];
        struct sockaddr_storage from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            continue;
        text[n] = '\0';
        net_name((struct sockaddr *)&from, name);
        int who = 0;
        while (who < count && strcmp(members[who].peer, name) != 0)
            who++;
        bool known = who < count;
        if (strncmp(text, "/join ", 6) == 0 && (known || count < MOST)) {
            if (!known) {
                memcpy(members[who].peer, name, sizeof name);
                members[who].address = from;
                members[who].size = size;
                count++;
            }
            snprintf(members[who].name, sizeof members[who].name, "%.900s", text + 6);
            for (int i = 0; i < count; i++)
                say(i, "somebody has come or is renamed", 31);
            list(who);
        } else if (!known) {
            sendto(fd, "who are you?", 12, 0, (struct sockaddr *)&from, size);
        } else if (strcmp(text, "/leave") == 0) {
            say(who, "bye", 3);
            memmove(&members[who], &members[who + 1],
                    (size_t)(count - who - 1) * sizeof members[0]);
            count--;
        } else if (strcmp(text, "/who") == 0) {
            list(who);
        } else {
            int used = snprintf(out, sizeof out, "%s: ", members[who].name);
            memcpy(out + used, text, (size_t)n);
            for (int i = 0; i < count; i++)
                if (i != who)
                    say(i, out, (size_t)used + (size_t)n);
            say(who, "(heard)", 7);
        }
    }
}
