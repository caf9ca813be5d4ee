/* net/pcapfile_late: libpcap, loaded when a file of packets is written or read (base/late.h). */
#include <pcap/pcap.h>

#include "base/late.h"
#include "net/pcapfile.h"

static struct late library = LATE_LIBRARY(SOCKLINGS_LIBPCAP);

int pcapfile_ready(struct error *err)
{
    return late_load(&library, err);
}

LATE(library, pcap_t *, pcap_open_dead_with_tstamp_precision, (int link, int most, u_int precision),
     (link, most, precision))
LATE(library, pcap_dumper_t *, pcap_dump_fopen, (pcap_t * p, FILE *file), (p, file))
LATE(library, pcap_t *, pcap_fopen_offline_with_tstamp_precision,
     (FILE * file, u_int precision, char *why), (file, precision, why))
LATE(library, int, pcap_next_ex, (pcap_t * p, struct pcap_pkthdr **header, const u_char **frame),
     (p, header, frame))
LATE(library, int, pcap_datalink, (pcap_t * p), (p))
LATE(library, const char *, pcap_datalink_val_to_description_or_dlt, (int link), (link))
LATE(library, char *, pcap_geterr, (pcap_t * p), (p))
LATE(library, int, pcap_dump_flush, (pcap_dumper_t * dumper), (dumper))
LATE_VOID(library, pcap_dump, (u_char * user, const struct pcap_pkthdr *header, const u_char *data),
          (user, header, data))
LATE_VOID(library, pcap_dump_close, (pcap_dumper_t * dumper), (dumper))
LATE_VOID(library, pcap_close, (pcap_t * p), (p))
