/* udp_chat - 2 shows what has come until now, without waiting. */
#include "lab.h"

int main(int argc, char *argv[])
{
    uint16_t own_port, number;
    if (argc != 2 || !net_parse_port(argv[1], &own_port))
        die_usage("udp_chat PORT");
    int fd;
    struct err err;
    if (net_bind_udp(&fd, "0.0.0.0", own_port, &err) != STATUS_OK)
        die("%s", err.text);
    static char text[65536], address[1000], port[1000];
    int choice;
    for (;;) {
        printf("\n[1] send [2] receive [3] exit > ");
        fflush(stdout);
        int got = scanf("%d", &choice);
        if (got == EOF || (got == 1 && choice == 3))
            return 0;
        if (got == 0) {
            scanf("%*s");
        } else if (choice == 1) {
            if (scanf(" %60000[^\n]", text) != 1 || scanf("%999s", address) != 1 ||
                scanf("%999s", port) != 1)
                return 0;
            struct sockaddr_in to = {.sin_family = AF_INET};
            if (inet_pton(AF_INET, address, &to.sin_addr) != 1 || !net_parse_port(port, &number)) {
                printf("bad address\n");
                continue;
            }
            to.sin_port = htons(number);
            sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to);
        } else if (choice == 2) {
            struct sockaddr_in from;
            socklen_t size = sizeof from;
            ssize_t n;
            while ((n = recvfrom(fd, text, sizeof text, MSG_DONTWAIT, (struct sockaddr *)&from,
                                 &size)) >= 0) {
                char name[NET_NAME_SIZE];
                printf("%s: %.*s\n", net_name((struct sockaddr *)&from, name), (int)n, text);
                size = sizeof from;
            }
            printf("no more messages\n");
        }
    }
}
