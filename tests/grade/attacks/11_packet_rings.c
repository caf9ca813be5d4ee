// Kernel memory: rings of packet sockets, in a lab that may have these.
// lab: 20_handshake_trace
// expect: outcome=fail|limit limit=memory
#include <linux/if_packet.h>
int main(void)
{
    int version = TPACKET_V2;
    for (int i = 0; i < 8; i++) {
        struct tpacket_req ring = {.tp_block_size = 1 << 20,
                                   .tp_block_nr = 256,
                                   .tp_frame_size = 2048};
        ring.tp_frame_nr = ring.tp_block_nr * (ring.tp_block_size / ring.tp_frame_size);
        int fd = socket(AF_PACKET, SOCK_RAW, 0);
        if (fd < 0)
            return 1;
        setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version);
        if (setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring) != 0)
            return 1;
    }
    for (int i = 0; i < 10; i++)
        usleep(50000);
    breach("two gigabytes of rings");
}
