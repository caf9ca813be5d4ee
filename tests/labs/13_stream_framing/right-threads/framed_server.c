/* A thread for each client; the payload comes from malloc(), after the length has been looked at.
 */
#include "lab.h"

#include <pthread.h>

static void *serve(void *argument)
{
    int fd = *(int *)argument;
    free(argument);
    unsigned char header[4];
    while (io_read_exactly(fd, header, 4, NULL, IO_FOREVER, NULL) == STATUS_OK) {
        uint32_t size = (uint32_t)header[0] << 24 | (uint32_t)header[1] << 16 |
                        (uint32_t)header[2] << 8 | header[3];
        if (size > 1048576)
            break;
        unsigned char *whole = malloc(4 + (size_t)size);
        if (whole == NULL)
            break;
        memcpy(whole, header, 4);
        bool good = io_read_exactly(fd, whole + 4, size, NULL, IO_FOREVER, NULL) == STATUS_OK;
        for (uint32_t i = 4; good && i < 4 + size; i++)
            if (whole[i] >= 'a' && whole[i] <= 'z')
                whole[i] ^= 0x20;
        good = good && io_write_all(fd, whole, 4 + size, IO_FOREVER, NULL) == STATUS_OK;
        free(whole);
        if (!good)
            break;
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    uint16_t port;
    struct err err;
    int listener;

    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("framed_server PORT");
    setvbuf(stdout, NULL, _IONBF, 0);
    sig_exit_on_stop();
    if (net_listen(&listener, NULL, port, SOMAXCONN, &err) != STATUS_OK)
        die("%s", err.text);
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(listener, name));
    for (;;) {
        int *fd = malloc(sizeof *fd);
        pthread_t thread;
        if (fd == NULL || net_accept(listener, fd, NULL, IO_FOREVER, &err) != STATUS_OK)
            die("accept");
        if (pthread_create(&thread, NULL, serve, fd) != 0)
            die("pthread_create");
        pthread_detach(thread);
    }
}
