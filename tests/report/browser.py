"""A Chromium driven through its own debugging pipe, with the standard library alone.

Every wait has a deadline; what the page complains of (console, exceptions, its policy, dialogs, requests
that leave the machine) is kept in `complaints`.
"""
import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# What a test waits at most for anything. A machine that is busy with other tests is slow.
DEADLINE = float(os.environ.get("BROWSER_DEADLINE", "120"))


class BrowserError(Exception):
    pass


def find():
    for name in NAMES:
        path = shutil.which(name)
        if path:
            return path
    return None


class Browser:
    def __init__(self, path):
        self.folder = tempfile.mkdtemp(prefix="socklings-browser-")
        to_child, self.write_end = os.pipe()
        self.read_end, from_child = os.pipe()
        # Above 4, so that moving one does not overwrite the other.
        high = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (to_child, from_child)]

        def into_place():
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [path, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
             "--user-data-dir=" + os.path.join(self.folder, "profile"), "about:blank"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, close_fds=False,
            start_new_session=True, preexec_fn=into_place)
        for fd in (to_child, from_child, *high):
            os.close(fd)
        self.number = 0
        self.unread = b""
        self.session = None
        self.complaints = []
        self.loaded = 0
        self.open_page()

    # --- messages, each ends with a NUL ---

    def receive(self, until):
        while b"\0" not in self.unread:
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.read_end], [], [], left)[0]:
                raise BrowserError("the browser did not answer in time")
            piece = os.read(self.read_end, 1 << 20)
            if not piece:
                raise BrowserError("the browser has ended")
            self.unread += piece
        message, self.unread = self.unread.split(b"\0", 1)
        return json.loads(message)

    def note(self, message):
        method, params = message.get("method"), message.get("params", {})
        if method == "Page.loadEventFired":
            self.loaded += 1
        elif method == "Runtime.consoleAPICalled":
            self.complaints.append("console: %s" % json.dumps(params.get("args"))[:300])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append("exception: %s" % json.dumps(params)[:300])
        elif method == "Log.entryAdded":
            self.complaints.append("log: %s" % params["entry"].get("text", "")[:300])
        elif method == "Page.javascriptDialogOpening":
            self.complaints.append("dialog: %s" % params.get("message", "")[:300])
            self.send("Page.handleJavaScriptDialog", accept=True)
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith(("file://", "data:")):
                self.complaints.append("request: %s" % url[:300])

    def send(self, method, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.write_end, data):]
        return self.number

    def ask(self, method, **params):
        number, until = self.send(method, **params), time.monotonic() + DEADLINE
        while True:
            message = self.receive(until)
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError("%s: %s" % (method, message["error"]))
                return message["result"]
            self.note(message)

    # --- a page ---

    def open_page(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(domain + ".enable")
        # Scrolling that takes its time would move rows away from under the pointer.
        self.ask("Emulation.setEmulatedMedia",
                 features=[{"name": "prefers-reduced-motion", "value": "reduce"}])
        self.ask("Page.addScriptToEvaluateOnNewDocument",
                 source="addEventListener('securitypolicyviolation', e => console.error("
                        "'policy: ' + e.violatedDirective + ' ' + e.blockedURI))")

    def size(self, width, height):
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=1, mobile=False)

    def load(self, path):
        self.complaints = []
        before, until = self.loaded, time.monotonic() + DEADLINE
        self.ask("Page.navigate", url="file://" + os.path.abspath(path))
        while self.loaded == before:
            self.note(self.receive(until))
        return self

    def js(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, returnByValue=True,
                          awaitPromise=True)
        if "exceptionDetails" in result:
            raise BrowserError("%s: %s" % (expression, result["exceptionDetails"]))
        return result["result"].get("value")

    def move(self, x, y):
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    def click(self, x, y):
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def wheel(self, x, y, dy, ctrl):
        self.ask("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=dy,
                 modifiers=2 if ctrl else 0)

    def key(self, key):
        codes = {"ArrowDown": 40, "ArrowUp": 38, "Escape": 27, "Tab": 9, "Enter": 13}
        params = {"key": key, "windowsVirtualKeyCode": codes.get(key, ord(key[0].upper()))}
        if len(key) == 1:
            params["text"] = key
        elif key == "Enter":
            params["text"] = "\r"
        self.ask("Input.dispatchKeyEvent", type="keyDown" if "text" in params else "rawKeyDown",
                 **params)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key,
                 windowsVirtualKeyCode=params["windowsVirtualKeyCode"])

    def picture(self, path):
        data = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        with open(path, "wb") as out:
            out.write(base64.b64decode(data))

    def close(self):
        """Ends the browser and all that it started, and removes its folder."""
        try:
            self.session = None
            self.send("Browser.close")
            until = time.monotonic() + 10
            while True:
                self.receive(until)
        except (OSError, BrowserError):
            pass
        # Not waited for yet, so its number is still its own.
        try:
            os.killpg(self.process.pid, 9)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.log.close()
        os.close(self.write_end)
        os.close(self.read_end)
        shutil.rmtree(self.folder, ignore_errors=True)
