/*
 * http_hello - a web server with one page. It answers each connection once, and closes it.
 *
 *  - Several browsers at once: one loop waits for all of them, so a silent one keeps nobody
 * waiting.
 *  - A request is read to its blank line, however many pieces it comes in.
 *  - After the answer the rest of what the browser sends is read and thrown away: whoever closes
 *    with bytes unread sends a reset, and the reset may overtake the answer.
 */
#include "lab.h"

#include <ctype.h>

enum {
    CLIENTS = 256,     /* at a time; whoever comes then waits in the kernel's queue */
    HEAD_MOST = 16384, /* bytes of a request, up to its blank line */
    PATIENCE = 5000,   /* milliseconds in which a request must have come */
    GOODBYE = 2000,    /* milliseconds in which a client must have closed after its answer */
};

struct client {
    int fd;
    int64_t deadline; /* io.h */
    bool answered;    /* what comes now is thrown away */
    size_t used;
    char head[HEAD_MOST];
};

static struct client *clients[CLIENTS];
static size_t nclients;
static size_t most = CLIENTS; /* fewer, if this process may not have so many descriptors */

/* [page] */
static const char page[] = "<!DOCTYPE html>\n"
                           "<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<title>Hello</title></head>\n"
                           "<body><h1>Hello from your own server</h1>\n"
                           "<p>This page came over a TCP connection, behind a few lines of "
                           "text.</p></body></html>\n";
/* [/page] */

/* [reply] */
/* The whole answer in one piece: a short answer in two send() calls may wait for an
 * acknowledgement in between. */
static void reply(struct client *client, const char *status, const char *more, const char *body,
                  bool with_body)
{
    char text[1024];
    int length = snprintf(text, sizeof text,
                          "HTTP/1.1 %s\r\n"
                          "Content-Type: text/html; charset=utf-8\r\n"
                          "Content-Length: %zu\r\n"
                          "%s"
                          "Connection: close\r\n"
                          "\r\n"
                          "%s",
                          status, strlen(body), more, with_body ? body : "");
    struct err err;
    if (io_write_all(client->fd, text, (size_t)length, io_deadline(GOODBYE), &err) != STATUS_OK)
        warn("%s", err.text);
    /* [goodbye] */
    /* Our end of the stream. The other half stays open until the client has closed too. */
    shutdown(client->fd, SHUT_WR);
    client->answered = true;
    client->deadline = io_deadline(GOODBYE);
    /* [/goodbye] */
}
/* [/reply] */

/* [request-line] */
/* "GET /path HTTP/1.1" in its three words. False: it is no such line. */
static bool split(char *line, char **method, char **target)
{
    char *first = strchr(line, ' ');
    char *second = first != NULL ? strchr(first + 1, ' ') : NULL;
    if (second == NULL || first == line || second == first + 1)
        return false;
    *first = *second = '\0';
    *method = line;
    *target = first + 1;
    const char *version = second + 1;
    return strncmp(version, "HTTP/1.", 7) == 0 && isdigit((unsigned char)version[7]) &&
           version[8] == '\0' && (*target)[0] == '/';
}
/* [/request-line] */

/* Bytes of strangers go into the log: what is no printable ASCII is shown as '?'. */
static void print_request(const char *line)
{
    for (const char *at = line; *at != '\0'; at++)
        putchar(isprint((unsigned char)*at) ? *at : '?');
    putchar('\n');
}

/* [answer] */
/* `line` is the first line of the request, without its end. */
static void answer(struct client *client, char *line)
{
    char *method, *target;
    print_request(line);
    if (!split(line, &method, &target)) {
        reply(client, "400 Bad Request", "", "<h1>This is no request</h1>\n", true);
        return;
    }
    bool head = strcmp(method, "HEAD") == 0;
    if (!head && strcmp(method, "GET") != 0)
        reply(client, "405 Method Not Allowed", "Allow: GET, HEAD\r\n",
              "<h1>GET is all I can do</h1>\n", true);
    else if (strcmp(target, "/") != 0 && strncmp(target, "/?", 2) != 0)
        reply(client, "404 Not Found", "", "<h1>There is no such page</h1>\n", !head);
    else
        reply(client, "200 OK", "", page, !head);
}
/* [/answer] */

/* [blank-line] */
/* Where the first line ends, if all the lines up to the blank one are there; else NULL. A line ends
 * with CR LF; a lone LF is taken as well (RFC 9112, section 2.2). */
static char *complete(struct client *client)
{
    char *head = client->head;
    head[client->used] = '\0';
    for (char *at = head; (at = strchr(at, '\n')) != NULL; at++)
        if (at[1] == '\n' || (at[1] == '\r' && at[2] == '\n'))
            return strchr(head, '\n');
    return NULL;
}
/* [/blank-line] */

/* [receive] */
/* Takes what has come. False: this client is done. */
static bool receive(struct client *client)
{
    size_t room = sizeof client->head - 1 - client->used;
    ssize_t got = recv(client->fd, client->head + client->used, room, MSG_DONTWAIT);
    if (got < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK;
    if (got == 0)
        return false; /* it has closed: after its answer, or without a whole request */
    if (client->answered)
        return true; /* used stays: the next bytes fall on the same place */
    client->used += (size_t)got;

    char *end = complete(client);
    if (end != NULL) {
        end[end > client->head && end[-1] == '\r' ? -1 : 0] = '\0';
        answer(client, client->head);
        client->used = 0;
    } else if (memchr(client->head, '\0', client->used) != NULL) {
        reply(client, "400 Bad Request", "", "<h1>A zero byte is no text</h1>\n", true);
        client->used = 0;
    } else if (client->used == sizeof client->head - 1) {
        reply(client, "431 Request Header Fields Too Large", "",
              "<h1>That is more than I read</h1>\n", true);
        client->used = 0;
    }
    return true;
}
/* [/receive] */

static void let_go(size_t index)
{
    close(clients[index]->fd);
    free(clients[index]);
    clients[index] = clients[--nclients];
}

static void take_clients(int listener)
{
    while (nclients < most) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ECONNABORTED)
                return;
            warn_call("accept", NULL);
            /* No descriptor is left, and somebody still waits. To ask again at once, and again,
             * would be to run at full speed for nothing: not before a client has gone. */
            if (nclients > 0)
                most = nclients;
            return;
        }
        struct client *client = malloc(sizeof *client);
        if (client == NULL || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
            warn("no room for another client");
            free(client);
            close(fd);
            return;
        }
        client->fd = fd;
        client->deadline = io_deadline(PATIENCE);
        client->answered = false;
        client->used = 0;
        clients[nclients++] = client;
    }
}

/* [serve] */
/* One round: waits until somebody has something for us, or somebody's time is over. */
static void serve(int listener)
{
    static struct pollfd watched[CLIENTS + 1];
    int64_t next = IO_FOREVER, now = io_deadline(0);

    for (size_t i = nclients; i > 0; i--)
        if (clients[i - 1]->deadline <= now)
            let_go(i - 1);
    for (size_t i = 0; i < nclients; i++) {
        watched[i] = (struct pollfd){.fd = clients[i]->fd, .events = POLLIN};
        if (clients[i]->deadline < next)
            next = clients[i]->deadline;
    }
    watched[nclients] = (struct pollfd){.fd = listener, .events = nclients < most ? POLLIN : 0};

    size_t count = nclients;
    int ready = poll(watched, count + 1, next == IO_FOREVER ? -1 : (int)(next - now));
    if (ready < 0 && errno != EINTR)
        die_call("poll", NULL);
    /* From the last to the first, because letting one go moves the last into its place. */
    for (size_t i = count; ready > 0 && i > 0; i--)
        if (watched[i - 1].revents != 0 && !receive(clients[i - 1]))
            let_go(i - 1);
    if (ready > 0 && watched[count].revents != 0)
        take_clients(listener);
}
/* [/serve] */

int main(int argc, char **argv)
{
    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("http_hello PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();

    int listener;
    struct err err;
    char name[NET_NAME_SIZE];
    if (net_listen(&listener, NULL, port, SOMAXCONN, &err) != STATUS_OK)
        die("%s", err.text);
    printf("listening on %s\n", net_local_name(listener, name));
    for (;;)
        serve(listener);
}
