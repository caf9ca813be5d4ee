/* net/transitions: see transitions.h. */
#include "net/transitions.h"

#include <netinet/tcp.h>
#include <string.h>

static bool has(const struct packet_event *packet, char flag)
{
    return strchr(packet->flags, flag) != NULL;
}

/* Whether the segment acknowledges everything before `number`. */
static bool acknowledges(const struct packet_event *packet, uint32_t number)
{
    return has(packet, '.') && (int32_t)(packet->abs_ack - number) >= 0;
}

static void send_segment(struct transition_end *end, const struct packet_event *packet)
{
    bool syn = has(packet, 'S'), fin = has(packet, 'F');
    if (syn) {
        end->syn_sent = true;
        end->fin_sent = false;
        end->after_syn = packet->abs_seq + 1;
    }
    if (fin) {
        end->fin_sent = true;
        end->after_fin = packet->abs_seq + packet->len + syn + 1;
    }
    if (syn && has(packet, '.')) {
        if (end->state != TCP_ESTABLISHED) /* else it only sends it again */
            end->state = TCP_SYN_RECV;
    } else if (syn) {
        end->state = TCP_SYN_SENT;
    }
    if (fin && (end->state == TCP_ESTABLISHED || end->state == TCP_SYN_RECV))
        end->state = TCP_FIN_WAIT1;
    else if (fin && end->state == TCP_CLOSE_WAIT)
        end->state = TCP_LAST_ACK;
}

static void receive_acknowledgement(struct transition_end *end, const struct packet_event *packet)
{
    bool of_fin = end->fin_sent && acknowledges(packet, end->after_fin);
    if (end->state == TCP_SYN_RECV && acknowledges(packet, end->after_syn))
        end->state = TCP_ESTABLISHED;
    else if (end->state == TCP_FIN_WAIT1 && of_fin)
        end->state = TCP_FIN_WAIT2;
    else if (end->state == TCP_LAST_ACK && of_fin)
        end->state = TRANSITION_GONE;
    else if (end->state == TCP_CLOSING && of_fin)
        end->state = TCP_TIME_WAIT;
}

static void receive_segment(struct transition_end *end, const struct packet_event *packet)
{
    if (has(packet, 'S')) {
        if (end->state == TCP_SYN_SENT && has(packet, '.'))
            end->state = TCP_ESTABLISHED;
        else if (end->state == TCP_SYN_SENT)
            end->state = TCP_SYN_RECV; /* both have called at once */
        return;
    }
    bool waits = end->state == TCP_FIN_WAIT1;
    receive_acknowledgement(end, packet);
    if (!has(packet, 'F'))
        return;
    if (end->state == TCP_ESTABLISHED)
        end->state = TCP_CLOSE_WAIT;
    else if (end->state == TCP_FIN_WAIT2) /* at once from FIN_WAIT1, when it is acknowledged too */
        end->state = TCP_TIME_WAIT;
    else if (waits)
        end->state = TCP_CLOSING;
}

int transition_step(struct transition_end *end, const struct packet_event *packet, bool sent)
{
    if (packet->flags == NULL)
        return end->state;
    if (has(packet, 'R'))
        end->state = TRANSITION_GONE;
    else if (sent)
        send_segment(end, packet);
    else
        receive_segment(end, packet);
    return end->state;
}
