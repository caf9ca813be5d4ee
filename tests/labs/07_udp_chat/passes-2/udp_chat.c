/* udp_chat - it sends, and knows nothing of receiving. */
#include "lab.h"

int main(int argc, char *argv[])
{
    uint16_t own_port;
    if (argc != 2 || !net_parse_port(argv[1], &own_port))
        die_usage("udp_chat PORT");
    int fd;
    struct err err;
    if (net_bind_udp(&fd, NULL, own_port, &err) != STATUS_OK)
        die("%s", err.text);
    char lines[4][1000] = {"", "", "", ""};
    static const char *const questions[] = {"1 send  2 receive  3 exit: ", "text: ", "address: ",
                                            "port: "};
    for (;;) {
        for (int i = 0; i < 4; i++) {
            printf("%s", questions[i]);
            fflush(stdout);
            if (fgets(lines[i], sizeof lines[i], stdin) == NULL || strcmp(lines[0], "3\n") == 0)
                return 0;
            lines[i][strcspn(lines[i], "\n")] = '\0';
            if (strcmp(lines[0], "1") != 0)
                break;
        }
        struct addrinfo wanted = {.ai_family = AF_INET6, .ai_flags = AI_V4MAPPED}, *list;
        if (strcmp(lines[0], "1") != 0 || getaddrinfo(lines[2], lines[3], &wanted, &list) != 0)
            continue;
        sendto(fd, lines[1], strlen(lines[1]), 0, list->ai_addr, list->ai_addrlen);
        freeaddrinfo(list);
    }
}
