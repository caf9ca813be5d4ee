/*
 * handshake_trace - prints the TCP segments from and to a port, a line each, as they pass on an
 * interface or as they lie in a capture file.
 *
 * Nothing in a frame is believed before it has been checked: each length must fit into the bytes
 * that are really there.
 */
#include "lab.h"

#include <linux/if_ether.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netpacket/packet.h>

#define USAGE "handshake_trace IFACE PORT | handshake_trace -r FILE PORT"

enum {
    FRAME_MAX = 262144, /* the longest that capture programs write */
    CONNECTIONS = 64,   /* remembered at a time; the one that was quiet longest makes room */
    ADDRESS_MAX = INET6_ADDRSTRLEN,
};

/* Bytes that are there, and how many. */
struct view {
    const uint8_t *bytes;
    size_t size;
};

/* [numbers] */
/* Numbers on the wire have their high byte first, on every machine. */
static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t get32(const uint8_t *bytes)
{
    return (uint32_t)get16(bytes) << 16 | get16(bytes + 2);
}
/* [/numbers] */

/* --- the headers --- */

struct packet {
    char from[ADDRESS_MAX], to[ADDRESS_MAX];
    struct view payload; /* of the IP packet: what is really there of it */
    size_t length;       /* what the header says that there was of it */
};

enum { FIN = 0x01, SYN = 0x02, RST = 0x04, PSH = 0x08, ACK = 0x10, URG = 0x20 };

struct segment {
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    unsigned flags;
    uint16_t window;
    uint16_t mss;  /* 0: the option is not there */
    size_t length; /* of the data */
};

/* [ipv4] */
/* False: this is no whole header, or the packet has no start of a segment in it. */
static bool read_ipv4(struct view frame, struct packet *packet)
{
    const uint8_t *ip = frame.bytes;
    if (frame.size < 20 || ip[0] >> 4 != 4)
        return false;
    size_t header = (size_t)(ip[0] & 0x0f) * 4; /* counted in words of four bytes */
    size_t total = get16(ip + 2);
    if (header < 20 || header > frame.size || total < header)
        return false;
    bool later_fragment = (get16(ip + 6) & 0x1fff) != 0;
    if (ip[9] != IPPROTO_TCP || later_fragment)
        return false;
    inet_ntop(AF_INET, ip + 12, packet->from, sizeof packet->from);
    inet_ntop(AF_INET, ip + 16, packet->to, sizeof packet->to);
    /* The frame may be longer than the packet, since Ethernet fills short ones up to 60 bytes, and
     * shorter, when the capture has cut it. */
    size_t end = total < frame.size ? total : frame.size;
    packet->payload = (struct view){ip + header, end - header};
    packet->length = total - header;
    return true;
}
/* [/ipv4] */

/* The same of IPv6, when TCP follows at once: extension headers are not looked into. */
static bool read_ipv6(struct view frame, struct packet *packet)
{
    const uint8_t *ip = frame.bytes;
    if (frame.size < 40 || ip[0] >> 4 != 6 || ip[6] != IPPROTO_TCP)
        return false;
    inet_ntop(AF_INET6, ip + 8, packet->from, sizeof packet->from);
    inet_ntop(AF_INET6, ip + 24, packet->to, sizeof packet->to);
    packet->length = get16(ip + 4);
    size_t there = frame.size - 40;
    packet->payload = (struct view){ip + 40, there < packet->length ? there : packet->length};
    return true;
}

/* [options] */
/* The value of the MSS option, or 0. Each option but two says how long it is; that it fits has to
 * be checked, or a length of 0 would keep us here for ever. */
static uint16_t find_mss(const uint8_t *options, size_t size)
{
    size_t at = 0;

    while (at < size && options[at] != 0) { /* 0: the end of the list */
        if (options[at] == 1) {             /* one byte that only fills up */
            at++;
            continue;
        }
        if (size - at < 2 || options[at + 1] < 2 || options[at + 1] > size - at)
            return 0;
        if (options[at] == 2 && options[at + 1] == 4)
            return get16(options + at + 2);
        at += options[at + 1];
    }
    return 0;
}
/* [/options] */

/* [tcp] */
static bool read_tcp(const struct packet *packet, struct segment *segment)
{
    const uint8_t *tcp = packet->payload.bytes;
    if (packet->payload.size < 20)
        return false;
    size_t header = (size_t)(tcp[12] >> 4) * 4;
    if (header < 20 || header > packet->payload.size)
        return false;
    *segment = (struct segment){
        .from_port = get16(tcp),
        .to_port = get16(tcp + 2),
        .seq = get32(tcp + 4),
        .ack = get32(tcp + 8),
        .flags = tcp[13],
        .window = get16(tcp + 14),
        .mss = find_mss(tcp + 20, header - 20),
        .length = packet->length - header,
    };
    return true;
}
/* [/tcp] */

/* --- connections --- */

struct end {
    char address[ADDRESS_MAX];
    uint16_t port;
    bool seen;
    uint32_t first;   /* the first sequence number: numbers are printed relative to it */
    bool syn;         /* first was a SYN's */
    bool fin;         /* it has said that it will send no more … */
    uint32_t fin_seq; /* … behind this number … */
    bool fin_taken;   /* … and the other end has acknowledged that */
};

struct connection {
    struct end ends[2]; /* [0] is the one that was seen first */
    bool established, closed;
    uint64_t last; /* when it was seen; 0: this place is free */
};

static struct connection connections[CONNECTIONS];
static uint64_t segments;

static bool is_end(const struct end *end, const char *address, uint16_t port)
{
    return end->port == port && strcmp(end->address, address) == 0;
}

static void set_end(struct end *end, const char *address, uint16_t port)
{
    *end = (struct end){.port = port};
    snprintf(end->address, sizeof end->address, "%s", address);
}

/* The connection of a segment; *sender becomes the end that sent it. */
static struct connection *find_connection(const struct packet *packet, const struct segment *s,
                                          unsigned *sender)
{
    struct connection *oldest = &connections[0];

    for (struct connection *c = connections; c < connections + CONNECTIONS; c++) {
        for (unsigned i = 0; i < 2 && c->last > 0; i++) {
            if (is_end(&c->ends[i], packet->from, s->from_port) &&
                is_end(&c->ends[1 - i], packet->to, s->to_port)) {
                *sender = i;
                return c;
            }
        }
        if (c->last < oldest->last)
            oldest = c;
    }
    *oldest = (struct connection){.established = false};
    set_end(&oldest->ends[0], packet->from, s->from_port);
    set_end(&oldest->ends[1], packet->to, s->to_port);
    *sender = 0;
    return oldest;
}

/* [relative] */
/* A SYN with another number than before opens a new connection between the same two ends. A SYN
 * with the same number is the old one again: its answer, or the SYN itself, was lost. */
static void learn_numbers(struct connection *c, unsigned sender, const struct segment *s)
{
    struct end *from = &c->ends[sender], *to = &c->ends[1 - sender];
    bool opens = (s->flags & (SYN | ACK)) == SYN;

    if (opens && from->seen && from->first != s->seq) {
        from->seen = to->seen = from->fin = to->fin = from->fin_taken = to->fin_taken = false;
        c->established = c->closed = false;
    }
    if (!from->seen) {
        from->first = s->seq;
        from->syn = (s->flags & SYN) != 0;
        from->seen = true;
    }
    /* We came late, and the other end has not been heard yet. */
    if (!to->seen && (s->flags & ACK) != 0 && (s->flags & SYN) == 0) {
        to->first = s->ack;
        to->syn = false;
        to->seen = true;
    }
}
/* [/relative] */

/* [marks] */
/* Prints what has become of the connection by this segment. */
static void mark(struct connection *c, unsigned sender, const struct segment *s)
{
    struct end *from = &c->ends[sender], *to = &c->ends[1 - sender];
    bool acks = (s->flags & ACK) != 0;

    if (c->closed)
        return;
    /* Each end has named its first number, and each has heard the other's. */
    if (!c->established && acks && (s->flags & (SYN | RST)) == 0 && from->syn && to->syn &&
        s->ack - to->first >= 1 && s->ack - to->first <= INT32_MAX) {
        c->established = true;
        printf("--- established\n");
    }
    if ((s->flags & FIN) != 0) {
        from->fin = true;
        from->fin_seq = s->seq + (uint32_t)s->length;
    }
    /* Numbers wrap around: "behind" is a difference that is not negative. */
    if (acks && to->fin && (int32_t)(s->ack - to->fin_seq) > 0)
        to->fin_taken = true;
    if ((s->flags & RST) != 0 || (from->fin_taken && to->fin_taken)) {
        c->closed = true;
        printf("--- closed\n");
    }
}
/* [/marks] */

/* [flags] */
/* "SYN-ACK": the names of the flags that are set, in this order. */
static void print_flags(unsigned flags)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {{SYN, "SYN"}, {FIN, "FIN"}, {RST, "RST"},
                 {PSH, "PSH"}, {URG, "URG"}, {ACK, "ACK"}};
    const char *between = "";

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((flags & names[i].flag) == 0)
            continue;
        printf("%s%s", between, names[i].name);
        between = "-";
    }
}
/* [/flags] */

/* [line] */
static void show_segment(const struct packet *packet, const struct segment *s)
{
    unsigned sender;
    struct connection *c = find_connection(packet, s, &sender);
    c->last = ++segments;
    learn_numbers(c, sender, s);

    printf("%s(%u) > %s(%u) ", packet->from, s->from_port, packet->to, s->to_port);
    print_flags(s->flags);
    printf(" seq=%" PRIu32, s->seq - c->ends[sender].first);
    if ((s->flags & ACK) != 0)
        printf(" ack=%" PRIu32, s->ack - c->ends[1 - sender].first);
    printf(" win=%u", s->window);
    if (s->mss > 0)
        printf(" mss=%u", s->mss);
    if (s->length > 0)
        printf(" len=%zu", s->length);
    printf("\n");
    mark(c, sender, s);
}
/* [/line] */

/* [frame] */
/* One Ethernet frame: 6 bytes for whom, 6 bytes from whom, 2 bytes of what kind. */
static void read_frame(struct view frame, uint16_t port)
{
    struct packet packet;
    struct segment segment;

    if (frame.size < 14)
        return;
    struct view rest = {frame.bytes + 14, frame.size - 14};
    bool ip = false;
    if (get16(frame.bytes + 12) == ETH_P_IP)
        ip = read_ipv4(rest, &packet);
    else if (get16(frame.bytes + 12) == ETH_P_IPV6)
        ip = read_ipv6(rest, &packet);
    if (!ip || !read_tcp(&packet, &segment))
        return;
    if (segment.from_port == port || segment.to_port == port)
        show_segment(&packet, &segment);
}
/* [/frame] */

/* --- a capture file --- */

/* [pcap] */
/* The file's own numbers are in the byte order of the machine that wrote it. */
static uint32_t file32(const uint8_t *bytes, bool little)
{
    uint32_t value = get32(bytes);
    return little ? value >> 24 | (value >> 8 & 0xff00) | (value << 8 & 0xff0000) | value << 24
                  : value;
}

/* Tells by the first four bytes what wrote it: they are one of two numbers, with the time in
 * microseconds or in nanoseconds, in one of two byte orders. */
static bool read_order(const uint8_t *header, bool *little)
{
    uint32_t big = file32(header, false), swapped = file32(header, true);

    *little = swapped == 0xa1b2c3d4 || swapped == 0xa1b23c4d;
    return *little || big == 0xa1b2c3d4 || big == 0xa1b23c4d;
}
/* [/pcap] */

/* [records] */
static void read_file(const char *name, uint16_t port)
{
    static uint8_t frame[FRAME_MAX];
    uint8_t header[24], record[16];
    bool little;
    FILE *file = fopen(name, "rbe");

    if (file == NULL)
        die_call("open", name);
    if (fread(header, sizeof header, 1, file) < 1 || !read_order(header, &little))
        die("%s: this is no capture file (pcap)", name);
    if ((file32(header + 20, little) & 0xffff) != 1)
        die("%s: its frames are not Ethernet frames", name);
    for (;;) {
        size_t got = fread(record, 1, sizeof record, file);
        if (got == 0 && !ferror(file))
            break;
        uint32_t length = got < sizeof record ? 0 : file32(record + 8, little);
        if (length > sizeof frame)
            die("%s: a frame of %" PRIu32 " bytes cannot be", name, length);
        if (got < sizeof record || fread(frame, 1, length, file) < length)
            die("%s: the file is cut off", name);
        read_frame((struct view){frame, length}, port);
    }
    fclose(file);
}
/* [/records] */

/* --- an interface --- */

/* [live] */
/* A socket that gets every frame of one interface, headers and all. Only for root and for programs
 * with CAP_NET_RAW: it sees what is meant for others. */
static int open_interface(const char *name)
{
    struct sockaddr_ll where = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
    where.sll_ifindex = (int)if_nametoindex(name);
    if (where.sll_ifindex == 0)
        die_call("if_nametoindex", name);
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0); /* 0: nothing before the bind() */
    if (fd < 0)
        die_call("socket AF_PACKET", name);
    if (bind(fd, (const struct sockaddr *)&where, sizeof where) < 0)
        die_call("bind", name);
    return fd;
}

static void watch_interface(const char *name, uint16_t port)
{
    static uint8_t frame[FRAME_MAX];
    int fd = open_interface(name);

    for (;;) {
        struct sockaddr_ll from;
        socklen_t size = sizeof from;
        ssize_t got = recvfrom(fd, frame, sizeof frame, 0, (struct sockaddr *)&from, &size);
        if (got < 0)
            die_call("recvfrom", name);
        /* What loops back is seen twice: on its way out, and on its way in. */
        if (from.sll_hatype == ARPHRD_LOOPBACK && from.sll_pkttype == PACKET_OUTGOING)
            continue;
        read_frame((struct view){frame, (size_t)got}, port);
    }
}
/* [/live] */

int main(int argc, char **argv)
{
    uint16_t port;
    bool from_file = argc == 4 && strcmp(argv[1], "-r") == 0;

    if ((argc != 3 && !from_file) || !net_parse_port(argv[argc - 1], &port))
        die_usage(USAGE);
    /* A line shall be seen when it is printed, even if stdout is a file or a pipe. */
    setvbuf(stdout, NULL, _IOLBF, 0);
    sig_exit_on_stop();
    if (from_file)
        read_file(argv[2], port);
    else
        watch_interface(argv[1], port);
    return 0;
}
