"""The UDP labs' solutions and programs that are not ours; prints TAP.

    python3 tests/labs/udp_others.py BUILD-FOLDER     from the top of the tree
"""
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

from real import DEADLINE, build, compiled, finish, folder, say, skip

python = sys.executable


def script(name, text):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


# Without sanitizers, which do not like to be traced.
udp_send = compiled("04_udp_send", "udp_send", ())
udp_echo = compiled("05_udp_echo", "udp_echo", ())
temperature_server = compiled("06_udp_temperature", "temperature_server", ())
temperature_client = compiled("06_udp_temperature", "temperature_client", ())

# --- on this machine ---


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=DEADLINE)
    return done.returncode, done.stdout, done.stderr


class PythonServer:
    """Answers the datagrams with the replies, one after the other; None is no answer."""

    def __init__(self, replies):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.settimeout(DEADLINE)
        self.port = str(self.socket.getsockname()[1])
        self.replies, self.seen = replies, []
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        for reply in self.replies:
            data, sender = self.socket.recvfrom(70000)
            self.seen.append(data)
            if reply is not None:
                self.socket.sendto(reply, sender)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.thread.join()
        self.socket.close()


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        return str(s.getsockname()[1])


class Solution:
    """A solution that serves; ready when it has said that it listens."""

    def __init__(self, path):
        self.port = free_port()
        self.process = subprocess.Popen([path, self.port], stdout=subprocess.PIPE)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(DEADLINE)
        self.process.stdout.close()


def sends():
    for reply in (b"good day", b"", bytes(range(1, 256)) * 256 + b"x" * 227):
        with PythonServer([reply]) as server:
            got = run(udp_send, "127.0.0.1", server.port, "h\u00e9llo")
        line = b"127.0.0.1(%s)>>>" % server.port.encode() + reply + b"\n"
        say(got[:2] == (0, line), f"udp_send prints what a Python server answers: {len(reply)} bytes",
            got)
        say(server.seen == ["h\u00e9llo".encode()], "and the server got the message", server.seen)
    with PythonServer([None]) as server:
        began = time.monotonic()
        status, out, err = run(udp_send, "127.0.0.1", server.port, "hello")
        took = time.monotonic() - began
    say(status == 1 and b"no reply" in out + err, "udp_send says that a silent server is silent",
        (status, out, err))
    say(took >= 1.9, "and has waited for two seconds", took)
    port = free_port()
    status, out, err = run(udp_send, "127.0.0.1", port, "hello")
    say(status == 1 and b"refused" in err, "udp_send tells a refusal", (status, out, err))
    with PythonServer([b"on IPv4"]) as server:
        got = run(udp_send, "localhost", server.port, "hello")
    say(got[0] == 0 and b">>>on IPv4" in got[1], "udp_send finds the address of localhost that is served",
        got)
    with Solution(udp_echo) as server:
        got = run(udp_send, "127.0.0.1", server.port, "hello")
        say(got[1] == f"127.0.0.1({server.port})>>>hello\n".encode(), "udp_send and udp_echo", got)


def converts():
    with Solution(temperature_server) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(DEADLINE)
            s.connect(("127.0.0.1", int(server.port)))
            for question, answer in ((b"100", b"212.0"), (b"-40\n", b"-40.0"), (b"37.5", b"99.5"),
                                     (b"", b"error: not a number"), (b"nan", b"error: not a number"),
                                     (b"1\0", b"error: not a number"), (b"0", b"32.0"),
                                     (b"-17.78", b"0.0"), (b"9" * 400, b"error: not a number"),
                                     (b"0" * 65506 + b"1", b"33.8")):
                s.send(question)
                got = s.recv(70000)
                say(got == answer, f"temperature_server answers Python: {question[:20]}", got)
        for name, command in (("nc", ["nc", "-u", "-w1", "127.0.0.1", server.port]),
                              ("socat", ["socat", "-t1", "-", f"UDP:127.0.0.1:{server.port}"])):
            if not shutil.which(name):
                skip(f"temperature_server and {name}", f"there is no {name}")
                continue
            got = subprocess.run(command, input=b"20\n", stdout=subprocess.PIPE,
                                 timeout=DEADLINE).stdout
            say(got == b"68.0", f"temperature_server and {name}", got)
        status, out, err = run(udp_send, "127.0.0.1", server.port, "20")
        say(out.endswith(b">>>68.0\n"), "temperature_server and udp_send", out)
    say(server.status == 0, "temperature_server ends with status 0 on SIGTERM", server.status)


def asks():
    with PythonServer([None, None, b"68.0"]) as server:
        status, out, err = run(temperature_client, "127.0.0.1", server.port, "20")
    say((status, out) == (0, b"68.0\n"), "temperature_client asks a Python server three times",
        (status, out, err))
    say(server.seen == [b"20"] * 3, "and the question is the same each time", server.seen)
    with PythonServer([None] * 3) as server:
        began = time.monotonic()
        status, out, err = run(temperature_client, "127.0.0.1", server.port, "20")
        took = time.monotonic() - began
    say(status == 1 and out == b"" and err != b"", "temperature_client gives up clearly",
        (status, out, err))
    say(took <= 8, "within eight seconds", took)
    for reply in (b"error: not a number", b"", b"twenty", b"68.0\0", b"0x44", b"nan", b"6-8.0",
                  b"-" * 65507):
        with PythonServer([reply]) as server:
            status, out, err = run(temperature_client, "127.0.0.1", server.port, "20")
        say(status == 1 and out == b"",
            f"temperature_client takes no other answer for a number: {reply[:20]}", (status, out))


# --- between hosts: bob serves, alice asks ---


def lan(title, wanted, server, client, *rules):
    """What both print together must come to hold `wanted`."""
    command = [os.path.join(build, "socklings"), "trace", "--json", os.path.join(folder, "recording"), "--hosts",
               "bob,alice"]
    for rule in rules:
        command += ["--wire", rule]
    command += ["--peer", "alice: " + " ".join(client), "--", *server]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    out, end = b"", time.monotonic() + DEADLINE
    while wanted not in out and time.monotonic() < end:
        if not select.select([process.stdout], [], [], end - time.monotonic())[0]:
            break
        piece = os.read(process.stdout.fileno(), 65536)
        if not piece:
            break
        out += piece
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=DEADLINE)
    say(wanted in out, title, out)


def hosts():
    doctor = run(os.path.join(build, "socklings"), "doctor")[1]
    if b"private network (namespaces)\n" not in doctor.replace(b"\r", b""):
        skip("between hosts", "user namespaces")
        return
    replies = script("replies.py", """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("", 7000))
while True:
    data, sender = s.recvfrom(70000)
    s.sendto(b"%d" % len(data), sender)
""")
    asks = script("asks.py", """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(20)
for question in sys.argv[3:]:
    s.sendto(question.encode(), (sys.argv[1], int(sys.argv[2])))
    print(s.recvfrom(70000), flush=True)
""")
    server = [python, replies]
    lan("udp_send and a Python server on another host", b"10.0.0.1(7000)>>>5\n", server,
        [udp_send, "bob", "7000", "hello"])
    lan("udp_send: 4000 bytes, in pieces on the wire", b"10.0.0.1(7000)>>>4000\n", server,
        [udp_send, "bob", "7000", "x" * 4000])
    lan("udp_send: one of the pieces is lost, and so is the message", b"no reply", server,
        [udp_send, "bob", "7000", "x" * 4000], "drop ip to bob 2")
    lan("udp_echo and a Python client on another host", b"(b'hello', ('10.0.0.1', 7000))",
        [udp_echo, "7000"], [python, asks, "bob", "7000", "hello"])
    lan("temperature_server and a Python client on another host",
        b"(b'68.0', ('10.0.0.1', 7000))\n(b'error: not a number', ('10.0.0.1', 7000))",
        [temperature_server, "7000"], [python, asks, "bob", "7000", "20", "warm"])
    lan("temperature_client: a Python server that is hard to hear", b"2\n", server,
        [temperature_client, "bob", "7000", "20"], "drop udp 1-2")
    lan("temperature_client: a damaged answer is no answer", b"68.0\n", [temperature_server, "7000"],
        [temperature_client, "bob", "7000", "20"], "corrupt udp from bob 1")
    if not shutil.which("socat"):
        skip("socat on other hosts", "there is no socat")
        return
    lan("udp_send and socat on another host", b"10.0.0.1(7000)>>>HELLO",
        ["socat", "UDP-RECVFROM:7000,fork", "EXEC:tr a-z A-Z"], [udp_send, "bob", "7000", "hello"])
    lan("temperature_server and socat on another host", b"68.0", [temperature_server, "7000"],
        ["sh", script("ask.sh", "echo 20 | socat -t2 - UDP:bob:7000\n")])


try:
    sends()
    converts()
    asks()
    hosts()
finally:
    finish()
