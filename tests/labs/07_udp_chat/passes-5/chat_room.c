/*
 * chat_room - a room in which several people talk. A datagram is a command ("/join NAME", "/who",
 * "/leave") or a text, which goes to all others as "NAME: text".
 */
#include "lab.h"

enum {
    DATAGRAM_MAX = 65507, /* bytes that fit into one datagram over IPv4 */
    NAME_MAX_BYTES = 64,  /* bytes, not letters: in UTF-8 a letter has one to four */
    MEMBERS_MAX = 64,
};

struct member {
    struct sockaddr_storage address;
    socklen_t size;
    char peer[NET_NAME_SIZE]; /* the address as "ADDR(PORT)": this tells who it is */
    char name[NAME_MAX_BYTES + 1];
};

struct room {
    int fd;
    struct member members[MEMBERS_MAX];
    size_t count;
    bool news; /* a call has failed: a datagram may have come back */
};

/* A datagram that has come: from.name is empty. */
struct message {
    struct member from;
    char text[DATAGRAM_MAX + 1]; /* and a zero byte behind it, for the commands */
    size_t size;
};

/* [member] */
/* There is no connection: the address that a datagram came from is all that tells who sent it. */
static struct member *find_member(struct room *room, const char *peer)
{
    for (size_t i = 0; i < room->count; i++)
        if (strcmp(room->members[i].peer, peer) == 0)
            return &room->members[i];
    return NULL;
}

static struct member *find_name(struct room *room, const char *name)
{
    for (size_t i = 0; i < room->count; i++)
        if (strcmp(room->members[i].name, name) == 0)
            return &room->members[i];
    return NULL;
}
/* [/member] */

/* [tell] */
/* What cannot be sent to one member is no trouble of the others. The second try is for a failure
 * that was not this datagram's: the kernel tells here, once, that an earlier one came back. */
static void tell(struct room *room, const struct member *to, const char *text, size_t size)
{
    for (int attempt = 1; attempt <= 2; attempt++) {
        const struct sockaddr *address = (const struct sockaddr *)&to->address;
        if (sendto(room->fd, text, size, 0, address, to->size) >= 0)
            return;
        room->news = true;
    }
    warn_call("sendto", to->peer);
}

static void tell_text(struct room *room, const struct member *to, const char *text)
{
    tell(room, to, text, strlen(text));
}

/* To everybody but one, who may be NULL. */
static void tell_others(struct room *room, const struct member *but, const char *text, size_t size)
{
    for (size_t i = 0; i < room->count; i++)
        if (&room->members[i] != but)
            tell(room, &room->members[i], text, size);
}
/* [/tell] */

/* A line of the room's own, to everybody: "room: ann has joined". */
static void announce(struct room *room, const char *name, const char *what)
{
    char line[2 * NAME_MAX_BYTES + 64];
    int size = snprintf(line, sizeof line, "room: %s %s", name, what);
    tell_others(room, NULL, line, (size_t)size);
    printf("%s %s\n", name, what);
}

/* [remove] */
static void remove_member(struct room *room, struct member *gone, const char *how)
{
    char name[sizeof gone->name];
    memcpy(name, gone->name, sizeof name);
    *gone = room->members[--room->count]; /* the last one takes the empty place */
    announce(room, name, how);
}
/* [/remove] */

/* [utf8] */
/* How many bytes the first letter of text has. 0: these bytes are not UTF-8 (RFC 3629, section 4).
 * The zero byte at the end stops it, because it is no continuation byte. */
static size_t utf8_letter(const char *text)
{
    const unsigned char *b = (const unsigned char *)text;
    if (b[0] < 0x80)
        return 1;
    if (b[0] < 0xC2 || b[0] > 0xF4)
        return 0;
    size_t size = b[0] < 0xE0 ? 2 : b[0] < 0xF0 ? 3 : 4;
    for (size_t i = 1; i < size; i++)
        if ((b[i] & 0xC0) != 0x80)
            return 0;
    /* Too long for what it says, one half of a UTF-16 pair, or beyond the last letter there is. */
    bool wrong = (b[0] == 0xE0 && b[1] < 0xA0) || (b[0] == 0xED && b[1] > 0x9F) ||
                 (b[0] == 0xF0 && b[1] < 0x90) || (b[0] == 0xF4 && b[1] > 0x8F);
    return wrong ? 0 : size;
}

/* A name that cannot be mistaken for anything else: UTF-8, without control characters, and
 * without the colon that stands between a name and its text. "room" is the room itself. */
static bool is_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > NAME_MAX_BYTES || strcmp(name, "room") == 0)
        return false;
    for (size_t letter; *name != '\0'; name += letter) {
        letter = utf8_letter(name);
        bool control = (unsigned char)*name < ' ' || *name == 0x7F;
        if (letter == 0 || control || *name == ':')
            return false;
    }
    return true;
}
/* [/utf8] */

/* [join] */
static void join(struct room *room, const struct member *from, const char *name)
{
    if (!is_name(name)) {
        tell_text(room, from, "room: a name is 1 to 64 bytes of UTF-8, without colons");
        return;
    }
    struct member *known = find_member(room, from->peer);
    struct member *holder = find_name(room, name);
    if (holder != NULL && holder != known) {
        tell_text(room, from, "room: somebody else has this name; try another");
        return;
    }
    if (known == NULL && room->count == MEMBERS_MAX) {
        tell_text(room, from, "room: full");
        return;
    }

    char what[NAME_MAX_BYTES + 32] = "has joined";
    if (known == NULL) {
        known = &room->members[room->count++];
        *known = *from;
    } else {
        snprintf(what, sizeof what, "was %s before", known->name);
    }
    snprintf(known->name, sizeof known->name, "%s", name);
    announce(room, known->name, what);
}
/* [/join] */

static void who(struct room *room, const struct member *asker)
{
    char list[MEMBERS_MAX * (NAME_MAX_BYTES + 2)];
    size_t used = 0;
    for (size_t i = 0; i < room->count; i++) {
        const char *separator = i == 0 ? "" : ", ";
        used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", separator,
                                 room->members[i].name);
    }
    tell(room, asker, list, used);
}

/* [fan-out] */
/* The text goes on as "NAME: text", which is longer: it may no longer fit into one datagram. */
static void pass_on(struct room *room, const struct member *from, const char *text, size_t size)
{
    static char line[NAME_MAX_BYTES + 2 + DATAGRAM_MAX];
    size_t name_size = strlen(from->name);
    if (name_size + 2 + size > DATAGRAM_MAX) {
        tell_text(room, from, "room: too long, nobody got it");
        return;
    }
    memcpy(line, from->name, name_size);
    memcpy(line + name_size, ": ", 2);
    memcpy(line + name_size + 2, text, size); /* size bytes: a zero among them is one of them */
    tell_others(room, from, line, name_size + 2 + size);
}
/* [/fan-out] */

/* [handle] */
/* A command may end in a newline: people type them into nc. */
static bool is_command(const struct message *message, const char *command)
{
    size_t size = strlen(command);
    bool newline = message->size == size + 1 && message->text[size] == '\n';
    return (message->size == size || newline) && memcmp(message->text, command, size) == 0;
}

static void handle(struct room *room, struct message *message)
{
    const char join_command[] = "/join ";
    size_t prefix = sizeof join_command - 1;
    struct member *member = find_member(room, message->from.peer);

    if (message->size >= prefix && memcmp(message->text, join_command, prefix) == 0) {
        if (message->text[message->size - 1] == '\n')
            message->size--;
        message->text[message->size] = '\0';
        bool whole = strlen(message->text) == message->size;
        join(room, &message->from, whole ? message->text + prefix : "");
    } else if (member == NULL) {
        if (!is_command(message, "/leave"))
            tell_text(room, &message->from, "room: say /join NAME first");
    } else if (is_command(message, "/who")) {
        who(room, member);
    } else {
        pass_on(room, member, message->text, message->size);
    }
}
/* [/handle] */

/* [gone] */
/* A program that dies says no good-bye. But the next datagram to its port comes back: "port
 * unreachable" (ICMP). The kernel keeps such news for us, with the address it is about, because we
 * have set IP_RECVERR. recvmsg() with MSG_ERRQUEUE reads them and never waits. */
static void forget_gone(struct room *room)
{
    struct sockaddr_storage address;
    struct msghdr news = {.msg_name = &address, .msg_namelen = sizeof address};

    room->news = false;
    while (recvmsg(room->fd, &news, MSG_ERRQUEUE) >= 0) {
        char peer[NET_NAME_SIZE];
        struct member *gone = find_member(room, net_name((struct sockaddr *)&address, peer));
        if (gone != NULL)
            remove_member(room, gone, "has gone");
        news.msg_namelen = sizeof address;
    }
}
/* [/gone] */

/* Waits for a datagram. False: none has come, but news that one of ours came back. */
static bool receive(struct room *room, struct message *message)
{
    struct member *from = &message->from;
    from->size = sizeof from->address;
    ssize_t n = recvfrom(room->fd, message->text, DATAGRAM_MAX, 0,
                         (struct sockaddr *)&from->address, &from->size);
    if (n < 0) {
        if (errno != ECONNREFUSED && errno != EHOSTUNREACH && errno != ENETUNREACH)
            die_call("recvfrom", NULL);
        room->news = true;
        return false;
    }
    net_name((const struct sockaddr *)&from->address, from->peer);
    message->size = (size_t)n;
    return true;
}

int main(int argc, char *argv[])
{
    static struct room room;
    static struct message message;

    uint16_t port;
    if (argc != 2 || !net_parse_port(argv[1], &port))
        die_usage("chat_room PORT");
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();

    struct err err;
    if (net_bind_udp(&room.fd, NULL, port, &err) != STATUS_OK)
        die("%s", err.text);
    /* [recverr] */
    /* Without it the room works as well, and keeps those who have gone in its list. The second
     * option is for members with IPv6 addresses; a socket of IPv4 alone does not have it. */
    int on = 1;
    if (setsockopt(room.fd, IPPROTO_IP, IP_RECVERR, &on, sizeof on) < 0)
        warn_call("setsockopt", "IP_RECVERR");
    setsockopt(room.fd, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    /* [/recverr] */
    char name[NET_NAME_SIZE];
    printf("listening on %s\n", net_local_name(room.fd, name));

    /* [loop] */
    for (;;) {
        if (receive(&room, &message))
            handle(&room, &message);
        if (room.news)
            forget_gone(&room);
    }
    /* [/loop] */
}
