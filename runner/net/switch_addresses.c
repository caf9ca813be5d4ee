/*
 * net/switch_addresses - where frames go: what the switch has learned, and what it does not hand
 * on; see switch_parts.h.
 */
#include <string.h>

#include "net/switch_parts.h"

static const struct switch_address *find_address(const struct net_switch *sw, const uint8_t *mac,
                                                 unsigned segment)
{
    for (unsigned i = 0; i < sw->naddresses; i++)
        if (memcmp(sw->addresses[i].mac, mac, 6) == 0 &&
            sw->ports[sw->addresses[i].port].segment == segment)
            return &sw->addresses[i];
    return NULL;
}

/* Addresses are not forgotten with time (802.1D: after 5 minutes): no scene lasts that long. */
void switch_learn(struct net_switch *sw, const uint8_t *mac, unsigned port)
{
    const struct switch_address *known = find_address(sw, mac, sw->ports[port].segment);
    unsigned place;
    if (known != NULL)
        place = (unsigned)(known - sw->addresses);
    else if (sw->naddresses < SWITCH_ADDRESSES)
        place = sw->naddresses++;
    else
        place = sw->next_address++ % SWITCH_ADDRESSES;
    memcpy(sw->addresses[place].mac, mac, 6);
    sw->addresses[place].port = (uint8_t)port;
}

switch_ports switch_way(const struct net_switch *sw, unsigned port, const uint8_t *mac)
{
    switch_ports ports = 0;
    unsigned segment = sw->ports[port].segment;
    const struct switch_address *known = (mac[0] & 1) == 0 ? find_address(sw, mac, segment) : NULL;
    for (unsigned i = 0; i < sw->nports; i++)
        if (i != port && sw->ports[i].segment == segment && (known == NULL || known->port == i))
            ports |= UINT64_C(1) << i;
    return ports;
}

switch_ports switch_wide_enough(const struct net_switch *sw, switch_ports ports, size_t len)
{
    for (unsigned i = 0; i < sw->nports; i++)
        if (len > sw->ports[i].longest)
            ports &= ~(UINT64_C(1) << i);
    return ports;
}

bool switch_is_foul(const struct net_switch *sw, unsigned port, const uint8_t *frame, size_t len)
{
    static const uint8_t nothing[6], reserved[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};
    return len < SWITCH_HEADER || len > sw->ports[port].longest || (frame[6] & 1) != 0 ||
           memcmp(frame + 6, nothing, 6) == 0 ||
           (memcmp(frame, reserved, 5) == 0 && frame[5] < 0x10);
}

bool switch_is_for_sender(const struct net_switch *sw, unsigned port, const uint8_t *mac)
{
    const struct switch_address *known = find_address(sw, mac, sw->ports[port].segment);
    return (mac[0] & 1) == 0 && known != NULL && known->port == port;
}
