/* chat_room - says nothing that it need not say: no welcome, no notices; one name a line. */
#include "lab.h"

static struct {
    struct sockaddr_in address;
    char name[200];
} members[10];
static int count;

static int find(const struct sockaddr_in *from)
{
    for (int i = 0; i < count; i++)
        if (members[i].address.sin_addr.s_addr == from->sin_addr.s_addr &&
            members[i].address.sin_port == from->sin_port)
            return i;
    return -1;
}

int main(int argc, char *argv[])
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("chat_room PORT");
    sig_exit_on_stop();
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    printf("listening on 0.0.0.0(%s)\n", argv[1]);
    fflush(stdout);
    for (;;) {
        static char text[66000], out[70000];
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text - 1, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            die_call("recvfrom", NULL);
        text[n] = '\0';
        int who = find(&from), length = 0;
        if (strncmp(text, "/join ", 6) == 0) {
            if (who < 0 && count < 10) {
                who = count++;
                members[who].address = from;
            }
            if (who >= 0)
                snprintf(members[who].name, sizeof members[who].name, "%s", text + 6);
        } else if (who >= 0 && strcmp(text, "/leave") == 0) {
            members[who] = members[--count];
        } else if (who >= 0 && strcmp(text, "/who") == 0) {
            for (int i = 0; i < count; i++)
                length +=
                    snprintf(out + length, sizeof out - (size_t)length, "%s\n", members[i].name);
            sendto(fd, out, (size_t)length, 0, (struct sockaddr *)&from, size);
        } else if (who >= 0) {
            length = snprintf(out, sizeof out, "%s: ", members[who].name);
            memcpy(out + length, text, (size_t)n);
            size_t all = (size_t)length + (size_t)n;
            for (int i = 0; i < count; i++) /* what is too long is cut */
                if (i != who)
                    sendto(fd, out, all < 65507 ? all : 65507, 0,
                           (struct sockaddr *)&members[i].address, sizeof members[i].address);
        }
    }
}
