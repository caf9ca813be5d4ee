/* udp_chat - a thread shows what comes, and the menu only sends. IPv4, by hand. */
#include "lab.h"

#include <pthread.h>

static void *show(void *arg)
{
    int fd = *(int *)arg;
    static char text[65536];
    for (;;) {
        struct sockaddr_in from;
        socklen_t size = sizeof from;
        ssize_t n = recvfrom(fd, text, sizeof text, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            return NULL;
        char name[NET_NAME_SIZE];
        printf("\n[%s] %.*s\n", net_name((struct sockaddr *)&from, name), (int)n, text);
        fflush(stdout);
    }
}

static bool line(char *text, int size)
{
    if (fgets(text, size, stdin) == NULL)
        return false;
    text[strcspn(text, "\n")] = '\0';
    return true;
}

int main(int argc, char *argv[])
{
    uint16_t own_port;
    if (argc != 2 || !net_parse_port(argv[1], &own_port))
        die_usage("udp_chat PORT");
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(own_port)};
    if (fd < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) < 0)
        die_call("bind", argv[1]);
    pthread_t thread;
    pthread_create(&thread, NULL, show, &fd);
    char choice[100], text[5000], address[300], port[100];
    for (;;) {
        printf("1. send\n2. receive\n3. exit\n");
        if (!line(choice, sizeof choice) || strcmp(choice, "3") == 0)
            return 0;
        if (strcmp(choice, "1") != 0)
            continue;
        printf("text?\n");
        if (!line(text, sizeof text))
            return 0;
        printf("address?\n");
        if (!line(address, sizeof address))
            return 0;
        struct sockaddr_in to = {.sin_family = AF_INET};
        if (inet_pton(AF_INET, address, &to.sin_addr) != 1) {
            printf("no address\n");
            continue;
        }
        printf("port?\n");
        uint16_t number;
        if (!line(port, sizeof port))
            return 0;
        if (!net_parse_port(port, &number))
            continue;
        to.sin_port = htons(number);
        if (sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) < 0)
            warn_call("sendto", address);
    }
}
