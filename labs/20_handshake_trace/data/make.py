#!/usr/bin/env python3
"""Writes the capture files of this folder: ./make.py. What is in them stands here, once."""

import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
MSS = b"\x02\x04\x05\xb4"  # 1460


def ethernet(payload, kind=0x0800, pad=True):
    frame = b"\x02\0\0\0\0\x01" + b"\x02\0\0\0\0\x02" + struct.pack(">H", kind) + payload
    return frame + b"\xaa" * (60 - len(frame)) if pad else frame


def address(text):
    return bytes(int(part) for part in text.split("."))


def ipv4(source, target, payload, proto=6, options=b"", total=None, ihl=None, fragment=0x4000):
    words = 5 + len(options) // 4 if ihl is None else ihl
    size = 20 + len(options) + len(payload) if total is None else total
    return struct.pack(">BBHHHBBH", 0x40 | words, 0, size, 7, fragment, 64, proto, 0) \
        + address(source) + address(target) + options + payload


def ipv6(source, target, payload, size=None):
    return struct.pack(">IHBB", 0x60000000, len(payload) if size is None else size, 6, 64) \
        + source + target + payload


def tcp(sport, dport, seq, ack, flags, win, options=b"", data=b"", words=None):
    header = 5 + len(options) // 4 if words is None else words
    return struct.pack(">HHIIBBHHH", sport, dport, seq & 0xffffffff, ack & 0xffffffff,
                       (header & 15) << 4, flags, win, 0, 0) + options + data


class Talk:
    """A conversation of two ends; numbers are relative to the two first ones."""

    def __init__(self, client, cport, server, sport, isn, irs):
        self.ends = ((client, cport, isn), (server, sport, irs))

    def segment(self, who, flags, seq, ack=0, win=64240, options=b"", data=b"", ip_options=b""):
        (here, hport, first), (there, tport, other) = self.ends[who], self.ends[1 - who]
        number = other + ack if flags & ACK else 0
        body = tcp(hport, tport, first + seq, number, flags, win, options, data)
        return ethernet(ipv4(here, there, body, options=ip_options))


def record(frame, at, order="<", length=None):
    size = len(frame) if length is None else length
    return struct.pack(order + "IIII", 1700000000 + at // 1000, at % 1000 * 1000, size, size) + frame


def write(name, frames, order="<", magic=0xa1b2c3d4, link=1, tail=b"", step=10):
    with open(os.path.join(HERE, name), "wb") as out:
        out.write(struct.pack(order + "IHHiIII", magic, 2, 4, 0, 0, 262144, link))
        for i, frame in enumerate(frames):
            out.write(record(frame, i * step, order))
        out.write(tail)


def noise():
    """What passes on any wire, and is no segment of port 7890."""
    arp = ethernet(b"\0\x01\x08\0\x06\x04\0\x01" + b"\x02\0\0\0\0\x02" + address("10.0.0.2")
                   + b"\0" * 6 + address("10.0.0.1"), kind=0x0806)
    udp = ethernet(ipv4("10.0.0.2", "10.0.0.1", struct.pack(">HHHH", 40001, 7890, 12, 0) + b"ping",
                        proto=17))
    web = Talk("10.0.0.2", 40002, "10.0.0.9", 80, 1, 1).segment(0, SYN, 0)
    # The second half of a packet: where a TCP header would stand, there is data.
    half = ethernet(ipv4("10.0.0.2", "10.0.0.1", tcp(40009, 7890, 0, 0, SYN, 1), fragment=0x0002))
    return [arp, udp, web, half]


def handshake(t, win=65160):
    return [t.segment(0, SYN, 0, options=MSS + b"\x04\x02\x01\x03\x03\x07\x01\x01"[:8]),
            t.segment(1, SYN | ACK, 0, 1, win=win, options=MSS),
            t.segment(0, ACK, 1, 1, win=502)]


def conversation(t):
    return handshake(t) + [
        t.segment(0, PSH | ACK, 1, 1, win=502, data=b"hello"),
        t.segment(1, ACK, 1, 6, win=509),
        t.segment(1, PSH | ACK, 1, 6, win=509, data=b"you said hello"),
        t.segment(0, ACK, 6, 15, win=502),
        t.segment(0, FIN | ACK, 6, 15, win=502),
        t.segment(1, FIN | ACK, 15, 7, win=509),
        t.segment(0, ACK, 7, 16, win=502)]


def lies():
    """Frames whose lengths are not true. Each would be a segment from port 6666 to 7890."""
    good = tcp(6666, 7890, 1, 1, SYN, 1)
    a, b = "10.0.0.6", "10.0.0.1"

    def options(raw):
        return ethernet(ipv4(a, b, tcp(6666, 7890, 1, 1, RST, 1, options=raw)))

    return [
        b"", b"\0" * 13, ethernet(b"", pad=False), ethernet(b"\x45", pad=False),
        ethernet(ipv4(a, b, good, ihl=4)),                    # a header shorter than a header
        ethernet(ipv4(a, b, good, ihl=15), pad=False),        # longer than the frame
        ethernet(ipv4(a, b, good, total=19)),                 # a packet shorter than its header
        ethernet(ipv4(a, b, good, total=24)),                 # no room for a TCP header
        ethernet(ipv4(a, b, good[:12]), pad=False),           # a TCP header cut in two
        ethernet(ipv4(a, b, tcp(6666, 7890, 1, 1, SYN, 1, words=4))),
        ethernet(ipv4(a, b, tcp(6666, 7890, 1, 1, SYN, 1, words=15)), pad=False),
        ethernet(ipv4(a, b, good)[:30], pad=False),
        ethernet(b"\x65" + ipv4(a, b, good)[1:]),             # version 6 under the type of 4
        ethernet(ipv6(b"\xfe" * 16, b"\xfd" * 16, good)[:39], kind=0x86dd, pad=False),
        ethernet(ipv6(b"\xfe" * 16, b"\xfd" * 16, b"", size=20), kind=0x86dd, pad=False),
        options(b"\x02\x00\x05\xb4"),                         # options that never end
        options(b"\x02\x01\x05\xb4"), options(b"\x01\x01\x01\x02"), options(b"\x03\xff\x07\x00"),
        options(b"\x01\x01\x02\x04"),                         # an MSS that is not all there
        options(b"\x00\x04\x05\xb4"),                         # … and one behind the end of the list
    ]


def main():
    t = Talk("10.0.0.2", 40001, "10.0.0.1", 7890, 1000000, 77000000)
    first = noise()
    talk = conversation(t)
    write("handshake.pcap", first[:2] + talk[:2] + first[2:] + talk[2:])
    write("other-order.pcap", conversation(Talk("192.168.7.20", 51234, "192.168.7.1", 7890, 5, 9)),
          order=">", magic=0xa1b23c4d)
    write("nanoseconds.pcap", handshake(Talk("172.16.0.3", 33333, "172.16.0.1", 7890, 8, 4)),
          magic=0xa1b23c4d)
    write("other-order-micro.pcap",
          handshake(Talk("172.16.0.4", 44444, "172.16.0.1", 7890, 8, 4)), order=">")
    # Both numbers run over 2^32 on the way.
    write("wrapped.pcap", conversation(Talk("10.0.0.3", 40003, "10.0.0.1", 7890, 0xfffffffe,
                                            0xfffffffa)))
    write("options.pcap", [
        t.segment(0, SYN, 0, win=1024, options=b"\x01\x01\x04\x02" + b"\x02\x04\x02\x18"),
        t.segment(1, SYN | ACK, 0, 1, win=2048, ip_options=b"\x01\x01\x01\x00",
                  options=b"\x03\x03\x07\x01\x02\x04\x23\x00"),
        t.segment(0, ACK, 1, 1, win=512, options=b"\x01\x01\x08\x0a" + b"\x02\x04\x05\xb4" * 2)])
    lost = handshake(t)
    write("lost-syn.pcap", [lost[0], lost[0]] + lost[1:], step=1000)
    write("lost-answer.pcap", [lost[0], lost[1], lost[0], lost[1], lost[2]], step=1000)
    write("refused.pcap", [t.segment(0, SYN, 0, options=MSS),
                           ethernet(ipv4("10.0.0.1", "10.0.0.2",
                                         tcp(7890, 40001, 0, 1000001, RST | ACK, 0)))])
    write("reset.pcap", handshake(t) + [t.segment(0, PSH | ACK, 1, 1, data=b"hello"),
                                        t.segment(1, RST, 1, win=0)])
    # One end stays open for a while: four segments, with data between the two FINs.
    write("half-close.pcap", handshake(t) + [
        t.segment(0, FIN | ACK, 1, 1, win=502), t.segment(1, ACK, 1, 2, win=509),
        t.segment(1, PSH | ACK, 1, 2, win=509, data=b"more"), t.segment(0, ACK, 2, 5, win=502),
        t.segment(1, FIN | ACK, 5, 2, win=509), t.segment(0, ACK, 2, 6, win=502)])
    u = Talk("10.0.0.4", 40001, "10.0.0.1", 7890, 31, 41)
    mixed = [s for pair in zip(conversation(t), conversation(u)) for s in pair]
    write("two.pcap", mixed)
    # The same two ends, with new numbers: another connection.
    write("again.pcap", conversation(t) + conversation(
        Talk("10.0.0.2", 40001, "10.0.0.1", 7890, 555, 666)))
    write("lying.pcap", lies() + handshake(t))
    # The capture kept 60 bytes of each frame; the segment was longer.
    write("cut-frames.pcap", [ethernet(ipv4("10.0.0.2", "10.0.0.1", tcp(
        40001, 7890, 9, 9, PSH | ACK, 502, data=b"x" * 1000)))[:60]])
    whole = record(handshake(t)[2], 0)
    write("cut-file.pcap", handshake(t)[:2], tail=whole[:-20])
    write("cut-record.pcap", handshake(t)[:2], tail=whole[:7])
    write("huge.pcap", handshake(t)[:2], tail=record(b"\xff" * 64, 0, length=0xffffffff))
    write("raw-ip.pcap", [], link=101)
    write("empty.pcap", [])
    with open(os.path.join(HERE, "short.pcap"), "wb") as out:
        out.write(b"\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0")


if __name__ == "__main__":
    main()
