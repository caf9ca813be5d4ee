"""http_hello and the programs that it is for: curl, Chromium, nc and socat; prints TAP.

    python3 tests/labs/browsers.py BUILD-FOLDER     from the top of the tree
"""
import http.client
import os
import random
import re
import shutil
import socket
import struct
import sys
import threading

from real import (DEADLINE, Program, Server, compiled, finish, folder, free_port, have, part, receive_all,
                  same, say, settles, skip, talk)

sys.path.insert(0, os.path.join("tests", "report"))
import browser  # noqa: E402

SEED = 12
ANSWERS = [b"HTTP/1.1 " + number for number in (b"200", b"400", b"404", b"405", b"431")]


def fetch(port, request):
    """What Python's own reader of answers makes of the answer: status, headers, body."""
    with socket.create_connection(("127.0.0.1", port), DEADLINE) as s:
        s.sendall(request)
        answer = http.client.HTTPResponse(s)
        answer.begin()
        return answer.status, answer.headers, answer.read()


def parts(answer):
    """First line, headers, body of an answer that came as plain bytes."""
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    return first, {k.lower(): v.strip() for k, _, v in (x.partition(b":") for x in lines)}, body


def with_python(server, page):
    status, headers, body = fetch(server.port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    same((status, headers["Content-Length"], headers["Connection"], body),
         (200, str(len(page)), "close", page), "Python's reader of answers finds a page")
    title = "Python posts 1 MiB, reads that this is refused, and then an end that is no reset"
    with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as s:
        try:
            s.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n")
            s.sendall(bytes(1 << 20))
            same(parts(receive_all(s))[0], b"HTTP/1.1 405 Method Not Allowed", title)
        except ConnectionError as error:
            say(False, title, str(error))


# --- curl ---


def curl(port, title, wanted, *options, path="/", before=("-o", os.devnull)):
    """wanted: curl's exit status and what it writes out. It finds a body that is too short or too long by
    itself, and a connection that is reset."""
    if not have("curl", title):
        return
    command = ["curl", "-q", "--noproxy", "*", "-sS", "-m", str(DEADLINE), *before, "-w",
               "%{http_code}", *options, f"http://127.0.0.1:{port}{path}"]
    same(talk(command, b""), wanted, title)


def with_curl(server, page):
    port = server.port
    curl(port, "curl gets the page, whole", (0, page + b"200"), before=())
    curl(port, "curl asks for HEAD and gets the length of the page, but no page", (0, b"200"), "-I")
    if have("curl", "the header that HEAD brings is that of GET"):
        ask = ["curl", "-q", "--noproxy", "*", "-sS", "-m", str(DEADLINE), "-i",
               f"http://127.0.0.1:{port}/"]
        head = talk(ask + ["-I"], b"")[1]
        whole = talk(ask, b"")[1]
        same(whole, head + page, "the header that HEAD brings is that of GET")
    curl(port, "curl asks for another page: 404, and curl -f fails", (22, b"404"), "-f", path="/other")
    curl(port, "curl as of 1996, with HTTP/1.0", (0, page + b"200"), "--http1.0", before=())
    curl(port, "curl with a header of 3 KB gets the page", (0, b"200"), "-H", "X-Long: " + "a" * 3000)
    status = "a header of 150 KB is refused, and curl gets to read why"
    huge = os.path.join(folder, "huge-header")
    with open(huge, "w", encoding="ascii") as out:
        out.write("".join("X-%d: %s\n" % (i, "a" * 1000) for i in range(150)))
    if have("curl", status):
        got = talk(["curl", "-q", "--noproxy", "*", "-sS", "-m", str(DEADLINE), "-o", os.devnull, "-w",
                    "%{http_code}", "-H", "@" + huge, f"http://127.0.0.1:{port}/"], b"")
        say(got[0] == 0 and got[1] in (b"400", b"413", b"414", b"431"), status, got)
    upload = os.path.join(folder, "upload")
    with open(upload, "wb") as out:
        out.write(bytes(8 << 20))
    curl(port, "curl posts 8 MiB at once: refused, and it gets to read that", (0, b"405"), "-H",
         "Expect:", "--data-binary", "@" + upload)
    curl(port, "curl asks before it posts 8 MiB: refused", (0, b"405"), "-H",
         "Expect: 100-continue", "--data-binary", "@" + upload)
    curl(port, "curl -T, a PUT of 8 MiB: refused", (0, b"405"), "-T", upload)
    curl(port, "curl fetches the page from three places at once", (0, b"200" * 3), "-Z", "-o",
         os.devnull, f"http://127.0.0.1:{port}/?1", "-o", os.devnull, f"http://127.0.0.1:{port}/?2")
    if have("curl", "curl finds it by name, whatever address comes first"):
        got = talk(["curl", "-q", "--noproxy", "*", "-sS", "-m", str(DEADLINE),
                    f"http://localhost:{port}/"], b"")
        same(got, (0, page), "curl finds it by name, whatever address comes first")


# --- nc and socat ---


def with_terminals(server, page):
    port = str(server.port)
    ways = (("nc", "nc -N, which ends its half", ["nc", "-N", "-w", str(DEADLINE), "127.0.0.1", port]),
            ("socat", "socat", ["socat", f"-t{DEADLINE}", "-", f"TCP:127.0.0.1:{port}"]))
    if shutil.which("nc") and b"-N" not in talk(["sh", "-c", "nc -h 2>&1"], b"")[1]:
        skip("nc -N, which ends its half", "this nc has no -N")
        ways = ways[1:]
    for tool, title, command in ways:
        for name, request in (("the lines as they should be", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
                              ("lines that end in a lone newline", b"GET / HTTP/1.0\n\n")):
            sentence = f"{title}: {name}"
            if not have(tool, sentence):
                continue
            status, answer = talk(command, request)
            first, headers, body = parts(answer)
            same((status, first, headers.get(b"content-length"), body),
                 (0, b"HTTP/1.1 200 OK", str(len(page)).encode(), page), sentence)
        sentence = f"{title}: what is no request gets 400"
        if have(tool, sentence):
            same(parts(talk(command, b"hello\r\n\r\n")[1])[0][:12], b"HTTP/1.1 400", sentence)


# --- Chromium ---


class Relay:
    """Stands between a browser and the server, and sees what both say. Two requests have their fate:

    /?half     only its first half goes to the server until /?whole has been answered
    /?behind   before it, a connection is opened that says nothing, and is looked at after the answer
    """

    def __init__(self, port):
        self.port = port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "http://127.0.0.1:%d" % self.listener.getsockname()[1]
        self.whole_answered = threading.Event()
        self.order = []
        self.silent_was_open = None
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        with client:
            client.settimeout(DEADLINE)
            request = b""
            while b"\r\n\r\n" not in request:
                piece = client.recv(65536)
                if not piece:
                    return  # a connection that the browser has opened in advance
                request += piece
            target = request.split(b" ")[1].decode()
            silent = self.dial() if target == "/?behind" else None
            with self.dial() as server:
                if target == "/?half":
                    server.sendall(request[:20])
                    self.whole_answered.wait(DEADLINE)
                    request = request[20:]
                server.sendall(request)
                answer = receive_all(server)
                self.order.append(target)
                if target == "/?whole":
                    self.whole_answered.set()
            if silent:
                self.silent_was_open = still_open(silent)
                silent.close()
            client.sendall(answer)

    def dial(self):
        return socket.create_connection(("127.0.0.1", self.port), DEADLINE)

    def close(self):
        self.listener.close()


def still_open(s):
    """Whether the other side has neither said anything nor gone."""
    s.setblocking(False)
    try:
        s.recv(1)
        return False
    except BlockingIOError:
        return True


class Visitor(browser.Browser):
    """A browser that goes to servers, and keeps what the network has told it."""

    def __init__(self, path):
        self.answers = {}
        super().__init__(path)

    def note(self, message):
        if message.get("method") == "Network.responseReceived":
            response = message["params"]["response"]
            self.answers[response["url"]] = response["status"]
        super().note(message)

    def visit(self, url):
        before = self.loaded
        until = browser.time.monotonic() + browser.DEADLINE
        failed = self.ask("Page.navigate", url=url).get("errorText")
        while not failed and self.loaded == before:
            self.note(self.receive(until))
        return failed or self.js("document.body.innerText").strip()

    def fetch_all(self, *paths, options="{}"):
        """Status and length of each, all asked for at the same time."""
        return self.js("Promise.all(%r.map(u => fetch(u, %s).then(r => r.text().then("
                       "t => r.status + ' ' + t.length))))" % (list(paths), options))


def in_chromium(server, page):
    path = browser.find()
    if not path:
        skip("Chromium shows the page", "there is no chromium")
        return
    url = f"http://127.0.0.1:{server.port}/"
    words = re.sub(r"<[^>]*>", "", re.search(r"<h1>.*?</h1>", page.decode()).group(0))
    good = "200 %d" % len(page)
    relay = Relay(server.port)
    visitor = Visitor(path)
    try:
        text = visitor.visit(url)
        say(text.startswith(words), "Chromium shows the page", text)
        same((visitor.js("document.contentType"), visitor.js("document.characterSet")),
             ("text/html", "UTF-8"), "it takes it for a page, and its letters for UTF-8")
        icon = server.printed(rb"GET /favicon.ico HTTP/1.1")
        say(icon is not None, "it asks for the icon of the page by itself", server.text)
        text = visitor.visit(url + "other")
        say(visitor.answers.get(url + "other") == 404 and text != "",
            "it shows the text that comes with a 404", (visitor.answers, text))
        same(visitor.fetch_all("/", options="{method: 'POST', body: 'x'.repeat(4 << 20)}")[0][:3],
             "405", "a page that posts 4 MiB gets to read that it is refused")
        visitor.visit(url)
        same(visitor.fetch_all(*("/?%d" % i for i in range(30))), [good] * 30,
             "thirty requests of one page, as many at a time as the browser likes")
        visitor.visit(relay.address)
        same(visitor.fetch_all("/?half", "/?whole"), [good] * 2,
             "two connections at once: each request gets its page")
        same([name for name in relay.order if name in ("/?half", "/?whole")], ["/?whole", "/?half"],
             "and the one that has come only in part holds nobody up")
        visitor.visit(relay.address + "/?behind")
        same(relay.silent_was_open, True,
             "a connection that says nothing, in front of the browser's, does not hold up the page")
    finally:
        visitor.close()
        relay.close()


# --- clients that break off ---


def break_off(server):
    """After each byte of a request, and of what comes back."""
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    for sent, received in [(n, 0) for n in range(len(request) + 1)] + [(len(request), n) for n in (1, 100, 300)]:
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as s:
            s.sendall(request[:sent])
            if received:
                s.recv(received)
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    same(fetch(server.port, request)[0], 200, "resets at every moment, and the next client has its page")
    same(settles(server.descriptors, lambda n: n == 4), 4, "and no descriptor is left of them")


# --- strangers ---


def strangers(server):
    """Requests of what requests are made of, in any order. Each has an answer, or an end without a word."""
    dice = random.Random(SEED)
    words = [b"GET", b"HEAD", b"POST", b" ", b"/", b"/?", b"..", b"HTTP/1.1", b"HTTP/1.", b"HTTP/9.9", b"\r\n",
             b"\r\n\r\n", b"\n", b"\r", b"\0", b"\xff\xfe", b"%s%n", b"\x1b]0;owned\x07", b"A" * 5000,
             b"Content-Length: -1", b"Host:", b":"]
    strange = []
    for _ in range(300):
        request = b"".join(dice.choice(words) for _ in range(dice.randrange(1, 12)))
        with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as s:
            s.sendall(request)
            s.shutdown(socket.SHUT_WR)
            answer = receive_all(s)
        if answer and parts(answer)[0][:12] not in ANSWERS:
            strange.append((request, answer))
    say(not strange, f"300 strange requests get an answer or an end (seed {SEED})", strange[:3])
    say(b"\x1b" not in server.text["out"], "and none of them controls the terminal of the log")


# --- more than it has descriptors for ---


def crowd():
    """Thirty clients, and descriptors for fewer. Who finds no room waits in the kernel's queue."""
    port = free_port()
    server = Program("sh", "-c", 'ulimit -n 20 && exec "$@"', "sh", compiled("12_http_hello", "http_hello"),
                     str(port))
    server.printed(rb"listening on .*\n")
    clients = [socket.create_connection(("127.0.0.1", port), DEADLINE) for _ in range(30)]
    clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    with server.news:
        server.news.wait_for(lambda: b"Too many open files" in server.text["err"], DEADLINE)
    for client in clients[:-1]:
        client.close()
    with clients[-1]:
        say(receive_all(clients[-1]).startswith(b"HTTP/1.1 200 OK\r\n"),
            "a client that comes when all descriptors are in use is served when others have gone",
            server.text)
    status = server.terminate()
    same((status, server.text["err"].count(b"Too many open files")), (0, 1),
         "and the server has asked for one too many once, not as often as it could")


def main():
    try:
        part("crowd", crowd)
        with Server("12_http_hello", "http_hello") as server:
            with socket.create_connection(("127.0.0.1", server.port), DEADLINE) as s:
                s.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                page = parts(receive_all(s))[2]
            part("Python", with_python, server, page)
            part("resets", break_off, server)
            part("strangers", strangers, server)
            part("curl", with_curl, server, page)
            part("nc and socat", with_terminals, server, page)
            part("Chromium", in_chromium, server, page)
    finally:
        finish()


main()
