/* Up to step 3: one client is taken, and left alone. */
#include "lab.h"

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("tcp_server PORT");
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0)
        die_call("socket", NULL);
    char name[NET_NAME_SIZE];
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0)
        die_call("bind", net_name((struct sockaddr *)&here, name));
    if (listen(listener, 5) < 0)
        die_call("listen", NULL);
    printf("listening on %s\n", net_name((struct sockaddr *)&here, name));
    fflush(stdout);
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int client = accept(listener, (struct sockaddr *)&peer, &size);
    if (client < 0)
        die_call("accept", NULL);
    printf("%s connected\n", net_name((struct sockaddr *)&peer, name));
    fflush(stdout);
    return 0;
}
