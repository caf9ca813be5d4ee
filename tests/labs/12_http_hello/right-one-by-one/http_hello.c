/* One client after the other, each with a deadline: as simple as it can be, and right. */
#include "lab.h"

#include <strings.h>

static const char *status_of(char *line)
{
    char method[16], target[1024], version[16], rest;
    if (sscanf(line, "%15s %1023s %15s %c", method, target, version, &rest) != 3 ||
        strncmp(version, "HTTP/", 5) != 0)
        return "400 What";
    if (strcmp(method, "GET") != 0)
        return "405 No";
    return strcmp(target, "/") == 0 ? "200 Fine" : "404 Nowhere";
}

static void serve(int fd)
{
    static char text[20000];
    char reply[300], waste[4096];
    size_t used = 0, got = 0;
    struct err err;
    int64_t deadline = io_deadline(4000);
    const char *status = NULL;
    while (status == NULL) {
        if (used == sizeof text - 1) {
            status = "413 Too much";
            break;
        }
        if (io_read_some(fd, text + used, sizeof text - 1 - used, &got, deadline, &err) !=
            STATUS_OK)
            return;
        used += got;
        text[used] = '\0';
        if (strstr(text, "\r\n\r\n") != NULL) {
            *strchr(text, '\r') = '\0';
            fprintf(stderr, "%s\n", text);
            status = status_of(text);
        }
    }
    snprintf(reply, sizeof reply,
             "HTTP/1.0 %s\r\ncontent-length:5\r\nconnection: CLOSE\r\nServer: x\r\n\r\nhello",
             status);
    if (io_write_all(fd, reply, strlen(reply), deadline, &err) != STATUS_OK)
        return;
    shutdown(fd, SHUT_WR);
    deadline = io_deadline(1000);
    while (io_read_some(fd, waste, sizeof waste, &got, deadline, &err) == STATUS_OK) {
    }
}

int main(int argc, char **argv)
{
    uint16_t port;
    int listener, fd;
    struct err err;
    struct sockaddr_storage peer;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("http_hello PORT");
    sig_exit_on_stop();
    if (net_listen(&listener, "0.0.0.0", port, 20, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on 0.0.0.0(%u)\n", port);
    fflush(stdout);
    while (net_accept(listener, &fd, &peer, IO_FOREVER, &err) == STATUS_OK) {
        serve(fd);
        close(fd);
    }
    die("%s", err.text);
}
