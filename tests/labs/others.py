"""The solutions and programs that are not ours, over the loopback; prints TAP.

    python3 tests/labs/others.py BUILD-FOLDER     from the top of the tree
"""
import shutil
import socket
import subprocess
import threading

from real import DEADLINE, compiled, finish, say, skip


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A solution that serves; ready when it has said that it listens."""

    def __init__(self, path, kind):
        self.port = free_port(kind)
        self.process = subprocess.Popen([path, str(self.port)], stdout=subprocess.PIPE)
        self.line = self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.status = self.process.wait(DEADLINE)
        self.process.stdout.close()


def output(command, text):
    done = subprocess.run(command, input=text, stdout=subprocess.PIPE, timeout=DEADLINE)
    return done.stdout


def with_tool(name, title, command, text, wanted):
    if not shutil.which(name):
        skip(title, f"there is no {name}")
        return
    got = output(command, text)
    say(got == wanted, title, got)


def udp_echo():
    path = compiled("05_udp_echo", "udp_echo")
    with Server(path, socket.SOCK_DGRAM) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(DEADLINE)
            s.connect(("127.0.0.1", server.port))
            for data in (b"hello", b"", b"a\0b\xff\n", bytes(range(256)) * 250):
                s.send(data)
                got = s.recv(70000)
                say(got == data, f"udp_echo and Python: {len(data)} bytes", got[:40])
        with_tool("nc", "udp_echo and nc", ["nc", "-u", "-w1", "127.0.0.1", str(server.port)],
                  b"hello", b"hello")
        with_tool("socat", "udp_echo and socat",
                  ["socat", "-t1", "-", f"UDP:127.0.0.1:{server.port}"], b"hello", b"hello")
    say(server.status == 0, "udp_echo ends with status 0 on SIGTERM", server.status)


def tcp_server():
    path = compiled("10_tcp_server", "tcp_server")
    data = bytes(range(256)) * 400
    with Server(path, socket.SOCK_STREAM) as server:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as s:
            sender = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR)))
            sender.start()
            got = b"".join(iter(lambda: s.recv(65536), b""))
            sender.join()
            say(got == data, "tcp_server and Python: 100 KiB, both ways at once", len(got))
        with_tool("nc", "tcp_server and nc", ["nc", "-N", "127.0.0.1", str(server.port)], b"hello\n",
                  b"hello\n")
        with_tool("socat", "tcp_server and socat",
                  ["socat", f"-t{DEADLINE}", "-", f"TCP:127.0.0.1:{server.port}"], b"a\0b\n", b"a\0b\n")
    say(server.status == 0, "tcp_server ends with status 0 on SIGTERM", server.status)


def tcp_client():
    path = compiled("09_tcp_client", "tcp_client")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(DEADLINE)
        seen = []

        def serve():
            s, _ = listener.accept()
            with s:
                s.settimeout(DEADLINE)
                s.sendall(b"welcome\n")
                seen.append(b"".join(iter(lambda: s.recv(65536), b"")))
                s.sendall(b"goodbye\n")

        server = threading.Thread(target=serve)
        server.start()
        got = output([path, "127.0.0.1", str(listener.getsockname()[1])], b"one\ntwo\nexit\nthree\n")
        server.join()
    say(got == b"welcome\ngoodbye\n", "tcp_client prints all that a Python server sends", got)
    say(seen == [b"one\ntwo\n"], "tcp_client sends its lines up to exit", seen)
    if not shutil.which("socat"):
        skip("tcp_client and socat", "there is no socat")
        return
    port = free_port(socket.SOCK_STREAM)
    peer = subprocess.Popen(["socat", "-d", "-d", f"TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr",
                             "EXEC:cat"], stderr=subprocess.PIPE)
    while b"listening on" not in (line := peer.stderr.readline()) and line:
        pass
    got = output([path, "127.0.0.1", str(port)], b"hello\n")
    peer.stderr.close()
    peer.wait(DEADLINE)
    say(got == b"hello\n", "tcp_client and socat", got)


try:
    udp_echo()
    tcp_server()
    tcp_client()
finally:
    finish()
