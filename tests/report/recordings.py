#!/usr/bin/env python3
"""Writes the recordings that the pictures of this folder are drawn from.

    tests/report/recordings.py [FOLDER]        (default: recordings/ beside this file)

They are written by hand, call by call and packet by packet, so that every picture shows one thing
and is the same on every machine. The files are kept in the tree; this is how to change them.
"""
import json
import os
import struct
import sys

FLAGS = {"F": 1, "S": 2, "R": 4, "P": 8, ".": 16, "U": 32}


HOSTS = {"alice": "10.0.0.1", "bob": "10.0.0.2", "carol": "10.0.0.3"}
BROADCAST = "255.255.255.255"


def ends(address):
    host, port = address.rsplit(":", 1)
    return bytes(int(part) for part in host.split(".")), int(port)


def macs(source, target):
    """Of hosts: 02:00 and the IPv4 address; broadcast; of the loopback zeros."""
    def mac(ip):
        if ip == bytes([127, 0, 0, 1]):
            return bytes(6)
        return b"\xff" * 6 if ip[3] == 255 else b"\x02\0" + ip
    return mac(target) + mac(source)


def arp(operation, source, target):
    from_ip, to_ip = (bytes(int(part) for part in ip.split(".")) for ip in (source, target))
    ethernet = macs(from_ip, to_ip if operation == 2 else b"\xff" * 4)
    return (ethernet + b"\x08\x06" + struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation)
            + b"\x02\0" + from_ip + from_ip
            + (b"\x02\0" + to_ip if operation == 2 else bytes(6)) + to_ip)


def frame(proto, source, target, payload, flags="", seq=0, ack=0):
    (from_ip, from_port), (to_ip, to_port) = ends(source), ends(target)
    if proto == "tcp":
        bits = sum(FLAGS[letter] for letter in flags)
        inner = struct.pack("!HHIIBBHHH", from_port, to_port, seq, ack, 5 << 4, bits, 65495, 0, 0)
        number = 6
    else:
        inner = struct.pack("!HHHH", from_port, to_port, 8 + len(payload), 0)
        number = 17
    inner += payload
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(inner), 7, 0x4000, 64, number, 0)
    return macs(from_ip, to_ip) + b"\x08\x00" + ip + from_ip + to_ip + inner


def text(data):
    try:
        plain = data.decode()
        if "\0" not in plain:
            return plain
    except UnicodeDecodeError:
        pass
    return {"hex": data.hex()}


class Recording:
    def __init__(self, lab=None, step=None, variables=(), programs=None):
        self.events = []
        self.programs = programs or {}
        self.listener = "localhost"  # where states of "*:7890" are
        self.now = 0
        self.sequence = {}
        scene = {"version": 1, "seed": 4711, "tier": "A", "variant": "plain", "stdio": "pty",
                 "vars": [{"name": name, "value": value} for name, value in variables]}
        if lab:
            scene.update(lab=lab, step=step, check=0)
        self.add("scene", **scene)

    def add(self, kind, after=60, **fields):
        self.now += after * 1000 if self.events else 0
        event = {"n": len(self.events), "t": self.now, "kind": kind}
        event.update(fields)
        self.events.append(event)
        return event

    # --- several hosts: which program is where, and what the wire does ---

    def where(self, program):
        return self.programs.get(program, "localhost")

    def wire(self, event, source, target, arrived=0, rule=None, to=None):
        if not self.programs:
            return
        by_ip = {ip: host for host, ip in HOSTS.items()}
        event["host"] = by_ip[source.rsplit(":", 1)[0]]
        event["hosts_to"] = to or by_ip[target.rsplit(":", 1)[0]]
        if rule:
            event["rule"] = rule
        if event["fate"] == "dropped":
            arrived = -1
        if arrived:
            event["arrived_ns"] = arrived * 1000 if arrived > 0 else -1

    def arp(self, asks, answers, to, after=5):
        for operation, source, target, info, hosts in (
                (1, HOSTS[asks], HOSTS[answers], "who-has %s" % HOSTS[answers], to),
                (2, HOSTS[answers], HOSTS[asks], "%s is-at 02:00:%s" % (
                    HOSTS[answers], ":".join("%02x" % int(p) for p in HOSTS[answers].split("."))),
                 asks)):
            raw = arp(operation, source, target)
            event = self.add("packet", after=after, proto="arp", to=target, seq=0, ack=0, len=0,
                             fate="delivered", info=info)
            event["from"] = source
            self.wire(event, source, target, to=hosts)
            event.update(frame={"hex": raw.hex()}, frame_len=len(raw))

    def call(self, program, where, name, result=0, args=None, blocked=20, after=60, errno=None,
             pid=2, **fields):
        file, line = where.split(":") if where else (None, None)
        event = self.add("call", after=after, host=self.where(program), program=program, pid=pid, call=name,
                         args=args or {}, result=result, errno=errno, blocked_ns=blocked * 1000)
        if file:
            event.update(file=file, line=int(line))
        event.update(fields)
        return event

    def tcp(self, source, target, flags, data=b"", fate="delivered", after=5, info=None, again=False,
            **wire):
        key, back = (source, target), (target, source)
        seq = self.sequence.setdefault(key, 0)
        if again:
            seq -= len(data) + ("S" in flags)
        ack = self.sequence.get(back, 0) if "." in flags else 0
        if not again:
            self.sequence[key] = seq + len(data) + ("S" in flags) + ("F" in flags)
        event = self.add("packet", after=after, host="localhost", proto="tcp", to=target,
                         flags=flags, seq=seq, ack=ack, len=len(data), fate=fate,
                         abs_seq=1000 + seq, abs_ack=5000 + ack, window=65495)
        event["from"] = source
        if "S" in flags:
            event["options"] = "mss 65495,sackOK,TS,nop,ws 7"
        if info:
            event["info"] = info
        self.wire(event, source, target, **wire)
        raw = frame("tcp", source, target, data, flags, 1000 + seq, 5000 + ack)
        event.update(frame={"hex": raw.hex()}, frame_len=len(raw))

    def udp(self, source, target, data, after=5, fate="delivered", **wire):
        event = self.add("packet", after=after, host="localhost", proto="udp", to=target, seq=0,
                         ack=0, len=len(data), fate=fate)
        event["from"] = source
        self.wire(event, source, target, **wire)
        raw = frame("udp", source, target, data)
        event.update(frame={"hex": raw.hex()}, frame_len=len(raw))

    def state(self, local, remote, to, after=1, was=None):
        host = {ip: host for host, ip in HOSTS.items()}.get(local.rsplit(":", 1)[0], self.listener)
        event = self.add("state", after=after, host=host, proto="tcp", local=local, to=to, rqueue=0,
                         wqueue=0)
        if remote:
            event["remote"] = remote
        if was:
            event["from"] = was

    def output(self, program, data, stream="tty"):
        self.add("output", after=20, host=self.where(program), program=program, stream=stream,
                 bytes=text(data))

    def script(self, verb, actor, words, program=None, status="ok", **fields):
        event = self.add("script", after=10, host="localhost", index=0, verb=verb, actor=actor,
                         status=status, text=words, **fields)
        if program:
            event["program"] = program

    def save(self, path):
        with open(path, "w", encoding="utf-8") as out:
            for event in self.events:
                out.write(json.dumps(event, separators=(",", ":"), ensure_ascii=False) + "\n")


def address(end):
    ip, port = end.rsplit(":", 1)
    return {"addr": end, "family": {"value": 2, "text": "AF_INET"}, "ip": ip, "port": int(port),
            "addrlen": 16}


STREAM = {"domain": {"value": 2, "text": "AF_INET"}, "type": {"value": 1, "text": "SOCK_STREAM"},
          "protocol": 0}
DGRAM = {"domain": {"value": 2, "text": "AF_INET"}, "type": {"value": 2, "text": "SOCK_DGRAM"},
         "protocol": 0}
CLIENT, SERVER = "127.0.0.1:40001", "127.0.0.1:7890"


def data(content, length=None):
    return {"data": {"bytes": text(content)}, "len": length or len(content),
            "flags": {"value": 0, "text": "0"}}


def open_server(r):
    r.call("server", "tcp_server.c:41", "socket", 3, STREAM, via="socket")
    r.call("server", "tcp_server.c:47", "setsockopt", 0,
           {"fd": 3, "level": {"value": 1, "text": "SOL_SOCKET"},
            "option": {"value": 2, "text": "SO_REUSEADDR"}, "value": 1, "len": 4}, via="setsockopt")
    r.call("server", "tcp_server.c:57", "bind", 0, {"fd": 3, **address("0.0.0.0:7890")}, via="bind")
    r.call("server", "tcp_server.c:59", "listen", 0, {"fd": 3, "backlog": 16}, via="listen")
    r.state("*:7890", None, "LISTEN")
    r.output("server", b"listening on 0.0.0.0(7890)\n")


def handshake(r):
    r.tcp(CLIENT, SERVER, "S", after=40)
    r.state(CLIENT, SERVER, "SYN_SENT")
    r.state(SERVER, CLIENT, "SYN_RECV", was="LISTEN")
    r.tcp(SERVER, CLIENT, "S.")
    r.state(CLIENT, SERVER, "ESTABLISHED", was="SYN_SENT")
    r.tcp(CLIENT, SERVER, ".")
    r.state(SERVER, CLIENT, "ESTABLISHED", was="SYN_RECV")


def tcp_echo(server_sees_end=True):
    r = Recording("10_tcp_server", "echo", [("port", "7890")])
    open_server(r)
    r.call("server", "tcp_server.c:73", "accept", 4,
           {"fd": 3, "addrlen_in": 16, **address(CLIENT)}, blocked=500, via="accept")
    r.call("client", "tcp_client.c:27", "socket", 3, STREAM, pid=3, after=200, via="socket")
    r.call("client", "tcp_client.c:32", "connect", 0, {"fd": 3, **address(SERVER)}, blocked=90,
           pid=3, via="connect")
    handshake(r)
    r.call("client", "tcp_client.c:98", "sendto", 6, {"fd": 3, **data(b"hello\n"), "addrlen": 0},
           pid=3, after=200, via="send")
    r.tcp(CLIENT, SERVER, "P.", b"hello\n")
    r.tcp(SERVER, CLIENT, ".")
    r.call("client", "tcp_client.c:66", "recvfrom", 6, {"fd": 3, **data(b"hello\n", 4096)}, pid=3,
           blocked=300, via="recv")
    r.call("server", "tcp_server.c:111", "recvfrom", 6, {"fd": 4, **data(b"hello\n", 4096)},
           via="recv")
    r.call("server", "tcp_server.c:95", "sendto", 6, {"fd": 4, **data(b"hello\n"), "addrlen": 0},
           via="send")
    r.tcp(SERVER, CLIENT, "P.", b"hello\n")
    r.tcp(CLIENT, SERVER, ".")
    waits = r.call("server", "tcp_server.c:111", "recvfrom", 0, {"fd": 4, **data(b"", 4096)},
                   blocked=900, via="recv")
    r.output("client", b"hello\n")
    r.call("client", "tcp_client.c:193", "close", 0, {"fd": 3}, pid=3, after=400, via="close")
    r.tcp(CLIENT, SERVER, "F.")
    r.state(CLIENT, SERVER, "FIN_WAIT1", was="ESTABLISHED")
    r.state(SERVER, CLIENT, "CLOSE_WAIT", was="ESTABLISHED")
    r.tcp(SERVER, CLIENT, ".")
    r.state(CLIENT, SERVER, "FIN_WAIT2", was="FIN_WAIT1")
    r.add("exit", host="localhost", program="client", pid=3, status=0, main=True)
    if server_sees_end:
        waits["blocked_ns"] = r.now + 20000 - waits["t"]
        r.call("server", "tcp_server.c:118", "close", 0, {"fd": 4}, via="close")
        r.tcp(SERVER, CLIENT, "F.")
        r.state(SERVER, CLIENT, "LAST_ACK", was="CLOSE_WAIT")
        r.tcp(CLIENT, SERVER, ".")
        r.state(CLIENT, SERVER, "TIME_WAIT", was="FIN_WAIT2")
        r.state(SERVER, CLIENT, "CLOSED", was="LAST_ACK")
        last = r.call("server", "tcp_server.c:73", "accept", None, {"fd": 3, "addrlen_in": 16},
                      blocked=100, via="accept")
        r.add("end", why="complete", waits=[last["n"]])
    return r, waits


def eof_ignored():
    r, waits = tcp_echo(False)
    waits["blocked_ns"] = r.now + 20000 - waits["t"]
    for _ in range(1000):
        r.call("server", "tcp_server.c:95", "sendto", 0, {"fd": 4, **data(b"", None), "addrlen": 0},
               via="send", after=30)
        r.call("server", "tcp_server.c:111", "recvfrom", 0, {"fd": 4, **data(b"", 4096)},
               via="recv", after=30)
    r.add("end", why="limit", limit="calls",
          text="server made 2,000 calls in a row and got nowhere", waits=[])
    return r


def forgotten_htons():
    r = Recording("09_tcp_client", "connect", [("port", "7890"), ("ann.port", "7890"),
                                               ("ann.addr", "127.0.0.1")])
    r.script("listen", "ann", "ann listens on 127.0.0.1:7890")
    r.state("*:7890", None, "LISTEN")
    r.script("start", "client", "tcp_client 127.0.0.1 7890 was started", program="client")
    r.call("client", "tcp_client.c:27", "socket", 3, STREAM, pid=2, via="socket")
    r.call("client", "tcp_client.c:32", "connect", -1, {"fd": 3, **address("127.0.0.1:53790")},
           blocked=90, pid=2, via="connect", errno="ECONNREFUSED")
    r.tcp(CLIENT, "127.0.0.1:53790", "S", after=40)
    r.state(CLIENT, "127.0.0.1:53790", "SYN_SENT")
    r.tcp("127.0.0.1:53790", CLIENT, "R.")
    r.state(CLIENT, "127.0.0.1:53790", "CLOSED", was="SYN_SENT")
    r.output("client", b"connect: Connection refused\n")
    r.add("exit", after=90, host="localhost", program="client", pid=2, status=1, main=True)
    r.script("accept", "ann", "ann got no connection", status="failed", failure="exit",
             because="The client connects to the port it was told.")
    r.add("end", why="failed", waits=[])
    return r


def udp_echo():
    r = Recording("05_udp_echo", "echo", [("port", "22555"), ("ann.port", "53274"),
                                          ("ann.addr", "127.0.0.1")])
    ann, server = "127.0.0.1:53274", "127.0.0.1:22555"
    r.script("start", "server", "udp_echo 22555 was started", program="server")
    r.call("server", "udp_echo.c:34", "socket", 3, DGRAM, via="socket")
    r.call("server", "udp_echo.c:47", "bind", 0, {"fd": 3, **address("0.0.0.0:22555")}, via="bind")
    r.output("server", b"listening on 0.0.0.0(22555)\n")
    r.call("server", "udp_echo.c:65", "recvfrom", 5, {"fd": 3, "addrlen_in": 128,
           **data(b"hello", 65507), **address(ann)}, blocked=150, via="recvfrom")
    r.script("send", "ann", 'ann sent "hello" to 127.0.0.1:22555')
    r.udp(ann, server, b"hello")
    r.call("server", "udp_echo.c:78", "sendto", 5, {"fd": 3, **data(b"hello"), **address(ann)},
           via="sendto", after=180)
    r.udp(server, ann, b"hello")
    r.script("expect", "ann", 'ann received "hello"')
    last = r.call("server", "udp_echo.c:65", "recvfrom", None,
                  {"fd": 3, "len": 65507, "addrlen_in": 128}, blocked=300, via="recvfrom")
    r.udp(ann, "127.0.0.1:22556", b"too high")
    gone = r.add("packet", after=5, host="localhost", proto="icmp", to="127.0.0.1", seq=0, ack=0,
                 len=36, fate="delivered", info="port unreachable (udp to 127.0.0.1:22556)")
    gone["from"] = "127.0.0.1"
    quoted = frame("udp", ann, "127.0.0.1:22556", b"too high")[14:]
    icmp = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 8, 0, 64, 1, 0) + bytes([127, 0, 0, 1]) * 2
    raw = bytes(12) + b"\x08\x00" + ip + icmp
    gone.update(frame={"hex": raw.hex()}, frame_len=len(raw))
    r.add("end", why="complete", waits=[last["n"]])
    return r


def lossy():
    r = Recording("16_lossy_wire", "retransmission", [("port", "7890")])
    open_server(r)
    r.call("server", "tcp_server.c:73", "accept", 4, {"fd": 3, "addrlen_in": 16, **address(CLIENT)},
           blocked=1005000, via="accept")
    r.call("client", "tcp_client.c:32", "socket", 3, STREAM, pid=3, via="socket")
    r.call("client", "tcp_client.c:32", "connect", 0, {"fd": 3, **address(SERVER)}, blocked=1003000,
           pid=3, via="connect")
    r.tcp(CLIENT, SERVER, "S", fate="dropped", after=40)
    r.state(CLIENT, SERVER, "SYN_SENT")
    r.tcp(CLIENT, SERVER, "S", after=1002000, again=True, info="retransmission")
    r.state(SERVER, CLIENT, "SYN_RECV", was="LISTEN")
    r.tcp(SERVER, CLIENT, "S.")
    r.state(CLIENT, SERVER, "ESTABLISHED", was="SYN_SENT")
    r.tcp(CLIENT, SERVER, ".", fate="delayed", after=300)
    r.state(SERVER, CLIENT, "ESTABLISHED", was="SYN_RECV")
    for i in range(40):
        line = b"line %03d\n" % i
        r.call("client", "tcp_client.c:98", "sendto", 9, {"fd": 3, **data(line), "addrlen": 0},
               pid=3, after=3000, via="send")
        r.tcp(CLIENT, SERVER, "P.", line, fate="dropped" if i == 20 else "delivered")
        if i == 20:
            r.tcp(CLIENT, SERVER, "P.", line, after=206000, again=True, info="retransmission")
        r.tcp(SERVER, CLIENT, ".")
        r.call("server", "tcp_server.c:111", "recvfrom", 9, {"fd": 4, **data(line, 4096)},
               via="recv")
    r.udp("127.0.0.1:5000", "127.0.0.1:7890", b"held", fate="held")
    r.add("end", why="complete", waits=[])
    return r


def hosts_lost_syn():
    """The wire loses the first SYN: alice's kernel sends it again after a second."""
    r = Recording("20_handshake_trace", "lost", [("port", "7890")],
                  {"server": "bob", "client": "alice"})
    r.listener = "bob"
    client, server = "10.0.0.1:40001", "10.0.0.2:7890"
    open_server(r)
    r.call("server", "tcp_server.c:73", "accept", 4, {"fd": 3, "addrlen_in": 16, **address(client)},
           blocked=1010000, via="accept")
    r.call("client", "tcp_client.c:27", "socket", 3, STREAM, pid=3, after=200, via="socket")
    r.call("client", "tcp_client.c:32", "connect", 0, {"fd": 3, **address(server)}, blocked=1005000,
           pid=3, via="connect")
    r.arp("alice", "bob", "bob,carol", after=20)
    r.tcp(client, server, "S", fate="dropped", rule="drop tcp syn 1", to="bob")
    r.state(client, server, "SYN_SENT")
    r.tcp(client, server, "S", after=1003000, again=True, info="retransmission")
    r.state(server, client, "SYN_RECV", was="LISTEN")
    r.tcp(server, client, "S.", after=40)
    r.state(client, server, "ESTABLISHED", was="SYN_SENT")
    r.tcp(client, server, ".", after=40)
    r.state(server, client, "ESTABLISHED", was="SYN_RECV")
    r.call("client", "tcp_client.c:98", "sendto", 6, {"fd": 3, **data(b"hello\n"), "addrlen": 0},
           pid=3, after=8000, via="send")
    r.tcp(client, server, "P.", b"hello\n", after=30)
    r.tcp(server, client, ".", fate="delayed", arrived=20000, rule="delay 20ms from bob to alice 2")
    r.call("server", "tcp_server.c:111", "recvfrom", 6, {"fd": 4, **data(b"hello\n", 4096)},
           via="recv")
    r.call("server", "tcp_server.c:95", "sendto", 6, {"fd": 4, **data(b"hello\n"), "addrlen": 0},
           via="send")
    r.tcp(server, client, "P.", b"hello\n", after=30, fate="duplicated", rule="duplicate tcp data 2")
    r.tcp(client, server, ".", after=30)
    r.call("client", "tcp_client.c:66", "recvfrom", 6, {"fd": 3, **data(b"hello\n", 4096)}, pid=3,
           via="recv")
    r.call("client", "tcp_client.c:193", "close", 0, {"fd": 3}, pid=3, after=40000, via="close")
    r.tcp(client, server, "F.", after=30)
    r.state(client, server, "FIN_WAIT1", was="ESTABLISHED")
    r.state(server, client, "CLOSE_WAIT", was="ESTABLISHED")
    r.tcp(server, client, ".", after=30)
    r.state(client, server, "FIN_WAIT2", was="FIN_WAIT1")
    r.add("exit", host="alice", program="client", pid=3, status=0, main=True)
    r.add("end", why="complete", waits=[])
    return r


def hosts_who():
    """Who is there? A broadcast, and those who answer; one answer is lost."""
    r = Recording("08_udp_broadcast", "who", [("port", "7000")],
                  {"asker": "alice", "bob": "bob", "carol": "carol"})
    asker, group = "10.0.0.1:40001", BROADCAST + ":7000"
    for program, host, pid in (("bob", "bob", 2), ("carol", "carol", 3)):
        r.call(program, "answer.c:20", "socket", 3, DGRAM, pid=pid, via="socket")
        r.call(program, "answer.c:26", "bind", 0, {"fd": 3, **address("0.0.0.0:7000")}, pid=pid,
               via="bind")
        r.call(program, "answer.c:31", "recvfrom", 4, {"fd": 3, "addrlen_in": 16,
               **data(b"WHO?", 512), **address(asker)}, pid=pid,
               blocked=420 if program == "bob" else 250, via="recvfrom")
    r.call("asker", "ask.c:18", "socket", 3, DGRAM, pid=4, via="socket")
    r.call("asker", "ask.c:24", "setsockopt", 0,
           {"fd": 3, "level": {"value": 1, "text": "SOL_SOCKET"},
            "option": {"value": 6, "text": "SO_BROADCAST"}, "value": 1, "len": 4}, pid=4,
           via="setsockopt")
    r.call("asker", "ask.c:30", "sendto", 4, {"fd": 3, **data(b"WHO?"), **address(group)}, pid=4,
           via="sendto")
    r.udp(asker, group, b"WHO?", to="bob,carol", after=30)
    r.call("asker", "ask.c:36", "recvfrom", 3, {"fd": 3, "addrlen_in": 16, **data(b"bob", 512),
           **address("10.0.0.2:7000")}, pid=4, blocked=360, after=20, via="recvfrom")
    for program, ip, pid in (("bob", "10.0.0.2", 2), ("carol", "10.0.0.3", 3)):
        lost = program == "carol"
        answer = program.encode()
        r.call(program, "answer.c:40", "sendto", len(answer), {"fd": 3, **data(answer),
               **address(asker)}, pid=pid, after=300, via="sendto")
        r.arp(program, "alice", "alice,carol" if program == "bob" else "alice,bob", after=20)
        r.udp(ip + ":7000", asker, answer, fate="dropped" if lost else "delivered",
              rule="drop udp from carol" if lost else None, to="alice")
    r.call("asker", "ask.c:36", "recvfrom", None, {"fd": 3, "len": 512, "addrlen_in": 16}, pid=4,
           after=100, blocked=2000000, via="recvfrom")
    r.add("end", why="stall", text="ask.c:36 waits in recvfrom() on fd 3", after=200000,
          waits=[len(r.events) - 1])
    return r


def hosts_late():
    """A late answer, one that is held, one that never comes; two programs on one host."""
    r = Recording("06_udp_temperature", "late", [("port", "7000")],
                  {"client": "alice", "thermometer": "bob", "logger": "bob"})
    client, server, log = "10.0.0.1:40001", "10.0.0.2:7000", "10.0.0.2:7001"
    r.call("thermometer", "temperature.c:40", "socket", 3, DGRAM, pid=2, via="socket")
    r.call("thermometer", "temperature.c:44", "bind", 0, {"fd": 3, **address("0.0.0.0:7000")},
           pid=2, via="bind")
    r.call("logger", "log.c:12", "bind", 0, {"fd": 3, **address("0.0.0.0:7001")}, pid=3, via="bind")
    r.call("client", "ask.c:18", "socket", 3, DGRAM, pid=4, via="socket")
    for attempt in range(2):
        r.call("client", "ask.c:30", "sendto", 5, {"fd": 3, **data(b"read?"), **address(server)},
               pid=4, via="sendto")
        r.udp(client, server, b"read?", after=20)
        r.call("client", "ask.c:33", "poll", 0 if attempt == 0 else 1,
               {"fds": "[{fd 3, POLLIN}]", "timeout": 50}, pid=4, after=10,
               blocked=50000 if attempt == 0 else 30100, via="poll")
        r.call("thermometer", "temperature.c:52", "recvfrom", 5, {"fd": 3, "addrlen_in": 16,
               **data(b"read?", 512), **address(client)}, pid=2, after=20, via="recvfrom")
        r.call("thermometer", "temperature.c:60", "sendto", 4, {"fd": 3, **data(b"21.5"),
               **address(client)}, pid=2, via="sendto")
        r.udp(server, client, b"21.5", after=20, fate="delayed", arrived=80000,
              rule="delay 80ms from bob to alice")
        r.now += 49900 * 1000 if attempt == 0 else 0
    r.call("client", "ask.c:36", "recvfrom", 4, {"fd": 3, "addrlen_in": 16, **data(b"21.5", 512),
           **address(server)}, pid=4, after=30000, via="recvfrom")
    r.call("client", "ask.c:44", "sendto", 8, {"fd": 3, **data(b"got 21.5"), **address(log)}, pid=4,
           via="sendto")
    r.udp(client, log, b"got 21.5", after=20, fate="held", arrived=1200000, rule="hold udp port 7001 1")
    r.call("client", "ask.c:45", "sendto", 4, {"fd": 3, **data(b"done"), **address(log)}, pid=4,
           via="sendto")
    r.udp(client, log, b"done", after=20, fate="held", arrived=-1, rule="hold udp port 7001")
    r.call("client", "ask.c:47", "sendto", 6, {"fd": 3, **data(b"nobody"),
           **address("10.0.0.2:7002")}, pid=4, via="sendto")
    r.udp(client, "10.0.0.2:7002", b"nobody", after=20)
    gone = r.add("packet", after=15, host="bob", proto="icmp", to="10.0.0.1", seq=0, ack=0, len=34,
                 fate="delivered", info="port unreachable (udp to 10.0.0.2:7002)", hosts_to="alice")
    gone["from"] = "10.0.0.2"
    quoted = frame("udp", client, "10.0.0.2:7002", b"nobody")[14:]
    icmp = struct.pack("!BBHI", 3, 3, 0, 0) + quoted
    two, one = bytes([10, 0, 0, 2]), bytes([10, 0, 0, 1])
    raw = (macs(two, one) + b"\x08\x00"
           + struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 8, 0, 64, 1, 0) + two + one + icmp)
    gone.update(frame={"hex": raw.hex()}, frame_len=len(raw))
    r.call("logger", "log.c:20", "recvfrom", 8, {"fd": 3, "addrlen_in": 16, **data(b"got 21.5", 512),
           **address(client)}, pid=3, after=1250000, via="recvfrom")
    r.add("end", why="complete", waits=[], packets_missed=3, packets_left_out=12000, shortened=7)
    return r


def hostile():
    """Nobody has to be friendly: names, outputs and data that try to break out of the picture."""
    evil = '</script><script>alert(1)</script>"><img src=x onerror=alert(2)>'
    r = Recording(evil, "]]>&lt;\u202e", [("port", "7890")])
    name = "a<b>&'\"\u001b[31m\u202eevil"
    r.call(name, '</title>"&.c:7', "socket", 3, STREAM, via="socket")
    r.call(name, '</title>"&.c:8', "bind", 0, {"fd": 3, **address("0.0.0.0:7890")}, via="bind")
    r.call(name, '</title>"&.c:9', "listen", 0, {"fd": 3, "backlog": 1}, via=evil)
    r.output(name, evil.encode() + b"\x1b]0;owned\x07\x1b[2J\xff\xfe\x00\r\n")
    r.output(name, "\u202edlrow olleh\u200b <!-- -->\n".encode())
    r.tcp(CLIENT, SERVER, "S")
    r.tcp(SERVER, CLIENT, "S.", info="-->" + evil)
    r.tcp(CLIENT, SERVER, "P.", b"<svg onload=alert(3)>]]>\x00\x01")
    r.state(SERVER, CLIENT, "<b>" + "X" * 40)
    r.script("expect", evil, evil + " \u001b[2J", status="failed", failure="mismatch")
    r.call(name, '</title>"&.c:20', "sendto", -1, {"fd": 4, **data(evil.encode()), "addrlen": 0},
           errno="EPIPE", via="send")
    r.call(name, '</title>"&.c:20', "recvfrom", 12, {"fd": 4, **data("日本語テキスト".encode(), 4096)},
           via="recv")
    r.add("exit", host="localhost", program=name, pid=2, status=-1, signal="SIGSEGV", main=True,
          leftover=evil)
    r.add("end", why="crash", text=evil, waits=[])
    return r


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(
        os.path.dirname(os.path.abspath(__file__)), "recordings")
    os.makedirs(folder, exist_ok=True)
    recordings = {"tcp_echo": tcp_echo()[0], "htons": forgotten_htons(), "udp_echo": udp_echo(),
                  "hosts_lost_syn": hosts_lost_syn(), "hosts_who": hosts_who(),
                  "hosts_late": hosts_late(), "lossy": lossy(), "eof_ignored": eof_ignored(), "hostile": hostile()}
    for name, recording in recordings.items():
        recording.save(os.path.join(folder, name + ".jsonl"))


if __name__ == "__main__":
    main()
