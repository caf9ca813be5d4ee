/* net/pcapfile: see pcapfile.h. libpcap knows the formats. */
#include "net/pcapfile.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "timeline/packet.h"

static void dump_packet(pcap_dumper_t *dumper, const struct event *ev)
{
    const struct packet_event *packet = &ev->packet;
    struct pcap_pkthdr header = {
        .ts = {.tv_sec = ev->t / CLOCK_S, .tv_usec = ev->t % CLOCK_S}, /* nanoseconds, really */
        .caplen = (bpf_u_int32)packet->frame.len,
        .len = packet->frame_len,
    };
    if (header.len < header.caplen)
        header.len = header.caplen;
    pcap_dump((u_char *)dumper, &header, (const u_char *)packet->frame.data);
}

/* The file's bytes; the caller frees *data. */
static int dump_all(const struct timeline *tl, char **data, size_t *len, struct error *err)
{
    pcap_t *pcap =
        pcap_open_dead_with_tstamp_precision(DLT_EN10MB, PACKET_KEPT, PCAP_TSTAMP_PRECISION_NANO);
    FILE *memory = open_memstream(data, len);
    pcap_dumper_t *dumper = NULL;
    if (pcap != NULL && memory != NULL)
        dumper = pcap_dump_fopen(pcap, memory);
    if (dumper == NULL) {
        error_set(err, "cannot write packets: %s", pcap != NULL ? pcap_geterr(pcap) : "no memory");
        if (memory != NULL)
            fclose(memory);
        if (pcap != NULL)
            pcap_close(pcap);
        return -1;
    }
    for (size_t i = 0; i < tl->count; i++)
        if (tl->events[i].kind == EVENT_PACKET && tl->events[i].packet.frame.data != NULL)
            dump_packet(dumper, &tl->events[i]);
    int rc = pcap_dump_flush(dumper);
    pcap_dump_close(dumper); /* and with it `memory` */
    pcap_close(pcap);
    return rc == 0 ? 0 : error_set(err, "cannot write packets: no memory");
}

int pcapfile_write(const struct timeline *tl, const char *path, struct error *err)
{
    char *data = NULL;
    size_t len = 0;
    int rc = pcapfile_ready(err);
    if (rc == 0)
        rc = dump_all(tl, &data, &len, err);
    if (rc == 0)
        rc = file_write(path, data, len, 0644, 0, err);
    free(data);
    return rc;
}

static int read_all(pcap_t *pcap, struct timeline *tl, const char *path, int64_t origin,
                    struct error *err)
{
    if (pcap_datalink(pcap) != DLT_EN10MB)
        return error_set(err, "%s: these are no Ethernet frames, but %s", path,
                         pcap_datalink_val_to_description_or_dlt(pcap_datalink(pcap)));
    struct packet_flows *flows = packet_flows_new();
    struct pcap_pkthdr *header;
    const u_char *frame;
    int rc;
    while ((rc = pcap_next_ex(pcap, &header, &frame)) == 1) {
        int64_t t = (int64_t)header->ts.tv_sec * CLOCK_S + header->ts.tv_usec;
        if (origin < 0)
            origin = t;
        packet_record(tl, flows, frame, header->caplen, header->len, t > origin ? t - origin : 0,
                      NULL);
    }
    packet_flows_free(flows);
    return rc == PCAP_ERROR_BREAK ? 0 : error_set(err, "%s: %s", path, pcap_geterr(pcap));
}

int pcapfile_read(struct timeline *tl, const char *path, int64_t origin, struct error *err)
{
    char why[PCAP_ERRBUF_SIZE] = "";
    if (pcapfile_ready(err) != 0)
        return -1;
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return error_errno(err, "cannot open %s", path);
    pcap_t *pcap = pcap_fopen_offline_with_tstamp_precision(file, PCAP_TSTAMP_PRECISION_NANO, why);
    if (pcap == NULL) {
        fclose(file);
        return error_set(err, "%s: %s", path, why);
    }
    int rc = read_all(pcap, tl, path, origin, err);
    pcap_close(pcap); /* and with it the file */
    return rc;
}
