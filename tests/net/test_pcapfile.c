/*
 * net/pcapfile.c, and our reading of packets held against tshark's: what we record is saved as a
 * pcap, tshark reads it, and every field must be the same.
 */
#include "net/pcapfile.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "../unit/frame_build.h"
#include "base/file.h"
#include "net_help.h"

#define A "10.0.0.1"
#define B "10.0.0.2"

static char folder[] = "/tmp/socklings-pcap-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return file_remove_tree(folder, NULL);
}

static char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/* --- recordings --- */

static void pass(struct timeline *tl, struct packet_flows *flows, struct frame f)
{
    packet_record(tl, flows, f.bytes, f.len, f.len, 1000000007 + (int64_t)tl->count * 1234567, "h");
}

static void tcp(struct timeline *tl, struct packet_flows *flows, bool back, const char *flags,
                uint32_t seq, uint32_t ack, const char *data)
{
    static const unsigned char syn[] = {2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0,
                                        1, 2, 0, 0,    0, 0, 1, 3,  3, 7};
    static const unsigned char plain[] = {1, 1, 8, 10, 0, 0, 1, 3, 0, 0, 1, 2};
    bool begins = strchr(flags, 'S') != NULL;
    pass(tl, flows,
         frame_tcp(back ? B : A, back ? 7000 : 40001, back ? A : B, back ? 40001 : 7000, flags, seq,
                   ack, begins ? syn : plain, begins ? sizeof syn : sizeof plain, data));
}

/* What a healthy loopback never shows: numbers that wrap, losses, ports used again, errors. */
static void record_by_hand(struct timeline *tl)
{
    struct packet_flows *flows = packet_flows_new();
    const uint32_t a = 4294967290U, b = 77;
    tcp(tl, flows, false, "S", a, 0, "");
    tcp(tl, flows, false, "S", a, 0, "");
    tcp(tl, flows, true, "S.", b, a + 1, "");
    tcp(tl, flows, false, ".", a + 1, b + 1, "");
    tcp(tl, flows, false, "P.", a + 1, b + 1, "hello, and around");
    tcp(tl, flows, true, ".", b + 1, a + 18, "");
    tcp(tl, flows, true, "P.", b + 1, a + 18, "answer");
    tcp(tl, flows, true, "P.", b + 1, a + 18, "answer");
    tcp(tl, flows, false, "F.", a + 18, b + 7, "");
    tcp(tl, flows, true, "F.", b + 7, a + 19, "");
    tcp(tl, flows, false, ".", a + 19, b + 8, "");
    tcp(tl, flows, false, "SEW", 5000, 0, "");
    tcp(tl, flows, true, "R.", 0, 5001, "");
    pass(tl, flows, frame_tcp(A, 5, B, 6, "P.", 900, 300, "", 0, "in the middle"));
    pass(tl, flows, frame_tcp(B, 6, A, 5, ".", 300, 913, "", 0, ""));
    pass(tl, flows, frame_tcp("fe80::1", 5, "fe80::2", 6, "S", 900, 0, "", 0, ""));
    pass(tl, flows, frame_udp(A, 1000, B, 2000, "hello", 5));
    pass(tl, flows, frame_udp("fe80::1", 1000, "fe80::2", 2000, "hello", 5));
    pass(tl, flows, frame_icmp(A, B, 8, 0, "\0\7\0\1abc", 7));
    pass(tl, flows, frame_arp(1, A, B));
    pass(tl, flows, frame_arp(2, B, A));
    packet_flows_free(flows);
}

/* --- tshark --- */

enum field {
    F_TIME,
    F_FRAME_LEN,
    F_FRAME_KEPT,
    F_IP4_FROM,
    F_IP4_TO,
    F_IP6_FROM,
    F_IP6_TO,
    F_IP_PROTO,
    F_IP6_PROTO,
    F_TCP_FROM,
    F_TCP_TO,
    F_TCP_FLAGS,
    F_TCP_SEQ,
    F_TCP_ACK,
    F_TCP_LEN,
    F_TCP_SEQ_RAW,
    F_TCP_ACK_RAW,
    F_TCP_WINDOW,
    F_TCP_MSS,
    F_TCP_SCALE,
    F_TCP_SACK_OK,
    F_TCP_TS,
    F_TCP_AGAIN,
    F_UDP_FROM,
    F_UDP_TO,
    F_UDP_LEN,
    F_ICMP_TYPE,
    F_ARP_FROM,
    F_ARP_TO,
    FIELDS
};

static const char *const field_names[FIELDS] = {
    [F_TIME] = "frame.time_epoch",
    [F_FRAME_LEN] = "frame.len",
    [F_FRAME_KEPT] = "frame.cap_len",
    [F_IP4_FROM] = "ip.src",
    [F_IP4_TO] = "ip.dst",
    [F_IP6_FROM] = "ipv6.src",
    [F_IP6_TO] = "ipv6.dst",
    [F_IP_PROTO] = "ip.proto",
    [F_IP6_PROTO] = "ipv6.nxt",
    [F_TCP_FROM] = "tcp.srcport",
    [F_TCP_TO] = "tcp.dstport",
    [F_TCP_FLAGS] = "tcp.flags",
    [F_TCP_SEQ] = "tcp.seq",
    [F_TCP_ACK] = "tcp.ack",
    [F_TCP_LEN] = "tcp.len",
    [F_TCP_SEQ_RAW] = "tcp.seq_raw",
    [F_TCP_ACK_RAW] = "tcp.ack_raw",
    [F_TCP_WINDOW] = "tcp.window_size_value",
    [F_TCP_MSS] = "tcp.options.mss_val",
    [F_TCP_SCALE] = "tcp.options.wscale.shift",
    [F_TCP_SACK_OK] = "tcp.options.sack_perm",
    [F_TCP_TS] = "tcp.options.timestamp.tsval",
    [F_TCP_AGAIN] = "tcp.analysis.retransmission",
    [F_UDP_FROM] = "udp.srcport",
    [F_UDP_TO] = "udp.dstport",
    [F_UDP_LEN] = "udp.length",
    [F_ICMP_TYPE] = "icmp.type",
    [F_ARP_FROM] = "arp.src.proto_ipv4",
    [F_ARP_TO] = "arp.dst.proto_ipv4",
};

static bool have_tshark(void)
{
    return system("command -v tshark >/dev/null 2>&1") == 0;
}

static FILE *start_tshark(const char *path)
{
    struct strbuf command = STRBUF_INIT;
    strbuf_printf(&command,
                  "tshark -n -r '%s' -o tcp.relative_sequence_numbers:TRUE"
                  " -o tcp.analyze_sequence_numbers:TRUE -T fields -E separator=, -E occurrence=f",
                  path);
    for (int i = 0; i < FIELDS; i++)
        strbuf_printf(&command, " -e %s", field_names[i]);
    strbuf_puts(&command, " 2>/dev/null");
    FILE *tshark = popen(command.data, "r");
    strbuf_free(&command);
    assert_non_null(tshark);
    return tshark;
}

static void split(char *line, char *fields[FIELDS])
{
    line[strcspn(line, "\n")] = '\0';
    for (int i = 0; i < FIELDS; i++) {
        assert_non_null(line);
        fields[i] = line;
        line = strchr(line, ',');
        if (line != NULL)
            *line++ = '\0';
    }
}

static long long number(const char *text)
{
    char *end;
    long long value = strtoll(text, &end, 0);
    assert_true(end != text && *end == '\0');
    return value;
}

static int64_t nanoseconds(const char *text)
{
    long long seconds = 0, fraction = 0;
    assert_int_equal(sscanf(text, "%lld.%9lld", &seconds, &fraction), 2);
    assert_int_equal(strlen(strchr(text, '.') + 1), 9);
    return (int64_t)(seconds * 1000000000 + fraction);
}

static void expect_end(const char *ours, const char *ip, const char *port)
{
    char text[128];
    bool v6 = strchr(ip, ':') != NULL;
    if (port[0] == '\0')
        snprintf(text, sizeof text, "%s", ip);
    else
        snprintf(text, sizeof text, v6 ? "[%s]:%s" : "%s:%s", ip, port);
    assert_string_equal(ours, text);
}

static bool has_option(const struct packet_event *packet, const char *option)
{
    return packet->options != NULL && strstr(packet->options, option) != NULL;
}

static void expect_option(const struct packet_event *packet, const char *format, const char *value)
{
    char text[64];
    if (value[0] == '\0')
        return;
    snprintf(text, sizeof text, "%s%s", format, value);
    assert_true(has_option(packet, text));
}

static void compare_tcp(const struct packet_event *packet, char *const fields[FIELDS])
{
    struct strbuf flags = STRBUF_INIT;
    packet_flags((uint8_t)number(fields[F_TCP_FLAGS]), &flags);
    assert_string_equal(packet->flags, flags.data);
    strbuf_free(&flags);
    assert_int_equal(packet->seq, number(fields[F_TCP_SEQ]));
    if (strchr(packet->flags, '.') != NULL)
        assert_int_equal(packet->ack, number(fields[F_TCP_ACK]));
    assert_int_equal(packet->len, number(fields[F_TCP_LEN]));
    assert_int_equal(packet->abs_seq, number(fields[F_TCP_SEQ_RAW]));
    assert_int_equal(packet->abs_ack, number(fields[F_TCP_ACK_RAW]));
    assert_int_equal(packet->window, number(fields[F_TCP_WINDOW]));
    expect_option(packet, "mss ", fields[F_TCP_MSS]);
    expect_option(packet, "ws ", fields[F_TCP_SCALE]);
    assert_int_equal(has_option(packet, "mss"), fields[F_TCP_MSS][0] != '\0');
    assert_int_equal(has_option(packet, "ws"), fields[F_TCP_SCALE][0] != '\0');
    assert_int_equal(has_option(packet, "sackOK"), fields[F_TCP_SACK_OK][0] != '\0');
    assert_int_equal(has_option(packet, "TS"), fields[F_TCP_TS][0] != '\0');
    bool again = packet->info != NULL && strcmp(packet->info, "retransmission") == 0;
    assert_int_equal(again, fields[F_TCP_AGAIN][0] != '\0');
}

static void compare(const struct event *ev, char *const fields[FIELDS])
{
    const struct packet_event *packet = &ev->packet;
    bool v4 = fields[F_IP4_FROM][0] != '\0', v6 = fields[F_IP6_FROM][0] != '\0' && !v4;
    int protocol = v4   ? (int)number(fields[F_IP_PROTO])
                   : v6 ? (int)number(fields[F_IP6_PROTO])
                        : -1;
    const char *from = v4 ? fields[F_IP4_FROM] : v6 ? fields[F_IP6_FROM] : fields[F_ARP_FROM];
    const char *to = v4 ? fields[F_IP4_TO] : v6 ? fields[F_IP6_TO] : fields[F_ARP_TO];
    bool is_tcp = protocol == IPPROTO_TCP, is_udp = protocol == IPPROTO_UDP;
    assert_int_equal(ev->t, nanoseconds(fields[F_TIME]));
    assert_int_equal(packet->frame_len, number(fields[F_FRAME_LEN]));
    assert_int_equal(packet->frame.len, number(fields[F_FRAME_KEPT]));
    expect_end(packet->from, from, is_tcp ? fields[F_TCP_FROM] : is_udp ? fields[F_UDP_FROM] : "");
    expect_end(packet->to, to, is_tcp ? fields[F_TCP_TO] : is_udp ? fields[F_UDP_TO] : "");
    assert_string_equal(packet->proto, is_tcp                       ? "tcp"
                                       : is_udp                     ? "udp"
                                       : protocol == IPPROTO_ICMP   ? "icmp"
                                       : protocol == IPPROTO_ICMPV6 ? "icmp6"
                                                                    : "arp");
    if (is_tcp)
        compare_tcp(packet, fields);
    if (is_udp)
        assert_int_equal(packet->len + 8, number(fields[F_UDP_LEN]));
    if (protocol == IPPROTO_ICMP)
        assert_non_null(packet->info);
}

static void compare_with_tshark(const struct timeline *tl, const char *path)
{
    FILE *tshark = start_tshark(path);
    char line[4096], *fields[FIELDS];
    size_t compared = 0, packets = 0;
    for (size_t i = 0; i < tl->count; i++) {
        if (tl->events[i].kind != EVENT_PACKET)
            continue;
        packets++;
        if (fgets(line, sizeof line, tshark) == NULL)
            break;
        split(line, fields);
        compare(&tl->events[i], fields);
        compared++;
    }
    assert_null(fgets(line, sizeof line, tshark));
    assert_int_equal(pclose(tshark), 0);
    assert_int_equal(compared, packets);
    assert_true(compared > 0);
}

static void need_tshark(void)
{
    if (have_tshark())
        return;
    printf("SKIPPED FOR: tshark is not installed\n");
    skip();
}

/* --- tests --- */

static void losses_and_reuse_are_read_as_tshark_reads_them(void **state)
{
    (void)state;
    need_tshark();
    struct error err = {""};
    struct timeline tl;
    timeline_init(&tl);
    record_by_hand(&tl);
    assert_int_equal(pcapfile_write(&tl, path_of("hand.pcap"), &err), 0);
    compare_with_tshark(&tl, path_of("hand.pcap"));
    timeline_free(&tl);
}

/* Handshake, data both ways, teardown; then a refused connection and an unreachable port. */
static void exchange(struct recording *r, const char *ip, uint16_t port)
{
    struct sockaddr_storage addr;
    socklen_t len;
    char bytes[64];
    int listener = net_listen(ip, port, &addr, &len);
    int client = net_connect(&addr, len);
    int server = accept(listener, NULL, NULL);
    assert_int_equal(send(client, "hello\n", 6, 0), 6);
    assert_int_equal(recv(server, bytes, sizeof bytes, 0), 6);
    assert_int_equal(send(server, "HELLO\n", 6, 0), 6);
    assert_int_equal(recv(client, bytes, sizeof bytes, 0), 6);
    assert_int_equal(shutdown(client, SHUT_WR), 0);
    assert_int_equal(recv(server, bytes, sizeof bytes, 0), 0);
    close(server);
    assert_int_equal(recv(client, bytes, sizeof bytes, 0), 0);
    close(client);
    close(listener);
    int refused = socket(addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(refused, (struct sockaddr *)&addr, len), -1);
    close(refused);
    int udp = socket(addr.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    assert_int_equal(sendto(udp, "hi", 2, 0, (struct sockaddr *)&addr, len), 2);
    close(udp);
    net_look(r);
}

static void a_real_connection_is_read_as_tshark_reads_it(void **state)
{
    (void)state;
    net_needed();
    need_tshark();
    struct recording r;
    struct error err = {""};
    net_begin(&r);
    exchange(&r, "127.0.0.1", 7100);
    exchange(&r, "::1", 7101);
    net_wait_packets(&r, 2 * (3 + 2 + 2 + 3 + 2 + 2));
    timeline_sort(&r.tl);
    assert_int_equal(pcapfile_write(&r.tl, path_of("real.pcap"), &err), 0);
    compare_with_tshark(&r.tl, path_of("real.pcap"));
    net_end(&r);
}

static void what_is_written_is_read_back(void **state)
{
    (void)state;
    struct error err = {""};
    struct timeline tl, back;
    timeline_init(&tl);
    timeline_init(&back);
    timeline_append(&tl, EVENT_SCENE, 0);
    record_by_hand(&tl);
    timeline_append(&tl, EVENT_PACKET, INT64_MAX / 2); /* one whose frame was not kept */
    assert_int_equal(pcapfile_write(&tl, path_of("back.pcap"), &err), 0);
    assert_int_equal(pcapfile_read(&back, path_of("back.pcap"), 0, &err), 0);
    assert_int_equal(back.count, tl.count - 2);
    for (size_t i = 0; i < back.count; i++) {
        const struct event *a = &tl.events[i + 1], *b = &back.events[i];
        assert_int_equal(a->t, b->t);
        assert_string_equal(a->packet.from, b->packet.from);
        assert_int_equal(a->packet.seq, b->packet.seq);
        assert_int_equal(a->packet.frame.len, b->packet.frame.len);
        assert_memory_equal(a->packet.frame.data, b->packet.frame.data, a->packet.frame.len);
    }
    timeline_free(&back);
    assert_int_equal(pcapfile_read(&back, path_of("back.pcap"), -1, &err), 0);
    assert_int_equal(back.events[0].t, 0);
    timeline_free(&back);
    timeline_free(&tl);
}

static void a_recording_without_packets_gives_an_empty_file(void **state)
{
    (void)state;
    struct error err = {""};
    struct timeline tl;
    timeline_init(&tl);
    assert_int_equal(pcapfile_write(&tl, path_of("empty.pcap"), &err), 0);
    assert_int_equal(pcapfile_read(&tl, path_of("empty.pcap"), 0, &err), 0);
    assert_int_equal(tl.count, 0);
    timeline_free(&tl);
}

static void a_file_that_cannot_be_written_leaves_nothing(void **state)
{
    (void)state;
    struct error err = {""};
    struct timeline tl;
    struct file_list before, after;
    timeline_init(&tl);
    record_by_hand(&tl);
    assert_int_equal(file_list(folder, &before, &err), 0);
    assert_int_equal(pcapfile_write(&tl, path_of("no/such/folder.pcap"), &err), -1);
    assert_non_null(strstr(err.text, "no/such/folder.pcap"));
    assert_int_equal(file_list(folder, &after, &err), 0);
    assert_int_equal(before.count, after.count);
    file_list_free(&before);
    file_list_free(&after);
    timeline_free(&tl);
}

static void what_is_no_pcap_is_said(void **state)
{
    (void)state;
    struct error err = {""};
    struct timeline tl;
    timeline_init(&tl);
    assert_int_equal(pcapfile_read(&tl, path_of("none.pcap"), 0, &err), -1);
    assert_non_null(strstr(err.text, "No such file"));
    assert_int_equal(
        file_write(path_of("text.pcap"), "hello, world, hello, world\n", 27, 0644, 0, &err), 0);
    assert_int_equal(pcapfile_read(&tl, path_of("text.pcap"), 0, &err), -1);
    assert_non_null(strstr(err.text, "text.pcap: unknown file format"));
    record_by_hand(&tl);
    assert_int_equal(pcapfile_write(&tl, path_of("cut.pcap"), &err), 0);
    timeline_free(&tl);
    assert_int_equal(truncate(path_of("cut.pcap"), 24 + 16 + 74 + 16 + 5), 0);
    assert_int_equal(pcapfile_read(&tl, path_of("cut.pcap"), 0, &err), -1);
    assert_non_null(strstr(err.text, "cut.pcap: truncated"));
    assert_int_equal(tl.count, 1); /* what came before the fault is there */
    timeline_free(&tl);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_is_read_back),
        cmocka_unit_test(a_recording_without_packets_gives_an_empty_file),
        cmocka_unit_test(a_file_that_cannot_be_written_leaves_nothing),
        cmocka_unit_test(what_is_no_pcap_is_said),
        cmocka_unit_test(losses_and_reuse_are_read_as_tshark_reads_them),
        cmocka_unit_test(a_real_connection_is_read_as_tshark_reads_it),
    };
    net_enter();
    return cmocka_run_group_tests_name("pcapfile", tests, make_folder, remove_folder);
}
