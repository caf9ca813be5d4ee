#!/usr/bin/env python3
"""Programs that attack the grader, graded as a class.

Each file of this folder is one student's. Its first lines say what has to come of it:

    // expect: outcome=limit|fail limit=processes step=socket diagnosis=no-reuseaddr sees=bind( not=SIGKILL
    // lab: 10_tcp_server            (05_udp_echo when it is not said)
    // source: tcp_server.c          (the lab's first; its other files are the solution's)
    // raw                           (attack.h is not put in front)
    // open: why                     (known to get through; tried only when it is asked for by name)

An attack that gets through a wall prints BREACH and ends with status 42, so it does not pass. What
everybody's attack has to leave alone is looked at when all have been graded: secrets, processes,
files, mounts, ports.

    run.py [NAME...]        only those whose name holds one of these
"""

import concurrent.futures
import json
import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import harness  # noqa: E402

SEED = "4711"
BUSY = os.getloadavg()[0] > 2 * len(os.sched_getaffinity(0))


def read(name):
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        return f.read()


def put_in(text, part, what):
    """For the line //@part."""
    return re.sub(rf"^//@{part}\n", lambda _: what, text, flags=re.M)


class Attack:
    def __init__(self, file):
        self.name = file[:-2]
        self.text = read(file)
        fields = dict(re.findall(r"^// (expect|lab|source): (.*)$", self.text, re.M))
        self.expect = dict(word.split("=") for word in fields["expect"].split())
        self.lab = fields.get("lab", "05_udp_echo")
        with open(os.path.join(harness.LABS, self.lab, "lab.json"), encoding="utf-8") as f:
            self.sources = [p["source"] for p in json.load(f)["programs"]]
        self.source = fields.get("source", self.sources[0])
        opened = re.search(r"^// open: (.*)$", self.text, re.M)
        self.open = opened.group(1) if opened else None
        self.raw = re.search(r"^// raw$", self.text, re.M) is not None

    def solution(self, source):
        with open(os.path.join(harness.LABS, self.lab, "solution", source), encoding="utf-8") as f:
            return f.read()

    def compose(self, words):
        text = self.text if self.raw else read("attack.h") + self.text
        for part in ("bug", "download"):
            text = put_in(text, part, read(part + ".h"))
        honest = re.sub(r"^int main\(", "static int honest_main(", self.solution(self.source),
                        flags=re.M)
        text = put_in(text, "solution",
                      '#pragma GCC diagnostic ignored "-Wreturn-type"\n' + honest)
        for word, value in words.items():
            text = text.replace(f"@{word}@", value)
        data = text.encode()
        for word, value in (("ESC", b"\033"), ("BEL", b"\a"), ("INVALID", b"\xff\xfe")):
            data = data.replace(b"@%s@" % word.encode(), value)
        return data

    def hand_in(self, folder, words):
        folder = os.path.join(folder, self.name, self.lab)
        os.makedirs(folder)
        for source in self.sources:
            data = self.compose(words) if source == self.source else self.solution(source).encode()
            with open(os.path.join(folder, source), "wb") as f:
                f.write(data)

    def judge(self, verdict):
        """What is wrong with this verdict, or ''."""
        step = harness.first_failed(verdict)
        got = {"outcome": verdict.get("outcome"), "limit": verdict.get("limit"),
               "step": step.get("id"), "diagnosis": step.get("diagnosis", {}).get("id")}
        text = json.dumps(verdict)
        if "BREACH" in text:
            at = text.index("BREACH")
            return "it got through: " + text[at:at + 200]
        if self.expect.get("sees", "") not in "\n".join(step.get("evidence", [])):
            return f"{self.expect['sees']} is not among what was seen: {step.get('evidence')}"
        if "not" in self.expect and self.expect["not"] in "\n".join(step.get("evidence", [])):
            return f"{self.expect['not']} is among what was seen: {step.get('evidence')}"
        for key, wanted in self.expect.items():
            if key in ("sees", "not"):
                continue
            # A limit is named only where there was one.
            if key == "limit" and got["outcome"] != "limit":
                continue
            # Before it has used up what it may, a busy machine has used up its time.
            if key == "limit" and got[key] == "wall" and BUSY:
                continue
            if got[key] not in wanted.split("|"):
                shown = {k: v for k, v in step.items() if k in ("id", "message", "details", "evidence")}
                return (f"{key} is {got[key]}, not {wanted}: {got} {verdict.get('error', '')}\n"
                        + json.dumps(shown, ensure_ascii=False)[:1500])
        return ""


def put(path, text, mode):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    os.chmod(path, mode)


def place_secrets(keeper):
    """Canaries, each with a word of its own, and where attacks find them."""
    for kind in ("ROOT", "PUBLIC", "HIDDEN", "STUDENT"):
        os.makedirs(keeper.path("secrets"), exist_ok=True)
    token = f"int CANARY_%s_{keeper.secret};\n"
    put(keeper.path("secrets", "root.h"), token % "ROOT", 0o600)
    put(keeper.path("secrets", "public.h"), token % "PUBLIC", 0o644)
    canary = "CANARY_HIDDEN_" + keeper.secret
    scene = [{"start": "server", "args": ["${port}"]}, {"wait": "server", "for": "blocked"},
             {"udp": "ann"}, {"send": "ann", "to": "127.0.0.1:${port}", "data": canary},
             {"expect": "ann", "data": canary, "why": canary}]
    step = {"id": "private", "title": canary, "goal": canary, "lesson": "bytes-not-text",
            "points": 5,
            "checks": [{"title": canary, "vars": {"port": "port"}, "scene": scene}]}
    put(keeper.path("hidden", "05_udp_echo", "lab.json"),
        json.dumps({"version": 1, "id": "05_udp_echo", "steps": [step]}), 0o644)
    other = keeper.path("class", "00_victim", "05_udp_echo", "udp_echo.c")
    put(other, "/* An honest student's. */\nint main(void)\n{\n    return 0;\n}\n"
        + token % "STUDENT", 0o644)
    return {"ROOT_SECRET": keeper.path("secrets", "root.h"),
            "PUBLIC_SECRET": keeper.path("secrets", "public.h"),
            "HIDDEN_SECRET": keeper.path("hidden", "05_udp_echo", "lab.json"),
            "OTHER_STUDENT": other, "LABS": harness.LABS, "MARK": "attack-" + keeper.secret}


def grade(keeper, attacks, tap):
    """All of them in one class, two at a time. Verdicts by name."""
    out = keeper.path("out")
    labs = sorted({"--lab=" + a.lab for a in attacks})
    args = [word for lab in labs for word in ("--lab", lab[6:])]
    status, stdout, stderr = keeper.run("grade", keeper.path("class"), *args, "--out", out,
                                        "--jobs", "2", "--hidden", keeper.path("hidden"),
                                        "--seed", SEED, seconds=600)
    tap.say(status == 0, "a class of attackers is graded, and grade ends with status 0",
            f"status {status}\n" + stderr.decode("utf-8", "replace")[-3000:])
    if status == 2 or not os.path.exists(os.path.join(out, "journal.jsonl")):
        tap.finish()
    entries, _ = harness.journal_entries(out)
    return {student: entry["verdict"] for (student, _, _), entry in entries.items()}, stdout + stderr


def check(keeper, attacks):
    """The same without `grade`: each is checked as at home."""
    def one(attack):
        folder = keeper.path("class", attack.name, attack.lab)
        return keeper.run("check", attack.lab, "--src", folder, "--seed", SEED, "--json",
                          seconds=120)

    verdicts, said = {}, b""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for attack, (status, out, err) in zip(attacks, pool.map(one, attacks)):
            said += out + err
            try:
                verdicts[attack.name] = json.loads(out)
            except ValueError:
                verdicts[attack.name] = {"outcome": f"none, status {status}", "steps": [],
                                         "error": (out + err)[-800:].decode("utf-8", "replace")}
    return verdicts, said


def look_for_secrets(keeper, tap, said):
    token = keeper.secret.encode()
    words = [b"CANARY_%s_%s" % (kind, token) for kind in (b"ROOT", b"PUBLIC", b"STUDENT")]
    out = keeper.path("out")
    taken_in = os.path.join(out, "submissions")
    found, ugly = [], []
    texts = [("what was printed", said)]
    for path in harness.files_below(out, (taken_in,)):
        with open(path, "rb") as f:
            texts.append((path[len(keeper.dir):], f.read()))
    for name, data in texts:
        found += [f"{word.decode()} in {name}" for word in words if word in data]
        for_students = name.startswith(("/out/students/", "/out/gradescope/"))
        if for_students and b"CANARY_HIDDEN_" in data:
            found.append(f"the hidden step in {name}")
        why = harness.unfit(data)
        if why is not None:
            ugly.append(f"{name}: {why}")
    tap.say(not found, "no secret of the host, of another student or of a hidden step comes out",
            "\n".join(found))
    tap.say(not ugly, "what was written and printed is UTF-8 without control characters",
            "\n".join(ugly))


def look_around(keeper, tap, host):
    tap.say(not host.visits, "nobody has come to the sockets of the host", host.visits)
    left = keeper.left_processes()
    tap.say(not left, "no process is left", "\n".join(left))
    left = keeper.left_files("attack-" + keeper.secret)
    tap.say(not left, "no file is left in a temporary folder", "\n".join(left))
    left = keeper.left_mounts()
    tap.say(not left, "no mount is left", "\n".join(left))


def main():
    tap = harness.Tap()
    keeper = harness.Keeper("attacks")
    try:
        if keeper.tier() != "A":
            harness.skip_all("private namespaces are refused here")
        words = place_secrets(keeper)
        host = harness.Host(keeper)
        words.update(HOST_PORT=str(host.port), HOST_ADDRESS=harness.address_of_host(),
                     HOST_ABSTRACT=host.abstract_name, HOST_SOCKET=host.file_name)
        attacks = [Attack(f) for f in sorted(os.listdir(HERE)) if re.match(r"\d.*\.c$", f)]
        if len(sys.argv) > 1:
            attacks = [a for a in attacks if any(part in a.name for part in sys.argv[1:])]
        else:
            for attack in attacks:
                if attack.open:
                    tap.skip(attack.name.replace("_", " "), attack.open)
            attacks = [a for a in attacks if not a.open]
        for attack in attacks:
            attack.hand_in(keeper.path("class"), words)
        if os.environ.get("ATTACKS_CHECK"):
            verdicts, said = check(keeper, attacks)
        else:
            verdicts, said = grade(keeper, attacks, tap)
        for attack in attacks:
            why = attack.judge(verdicts[attack.name]) if attack.name in verdicts else "no verdict"
            tap.say(not why, attack.name.replace("_", " "), why)
        look_for_secrets(keeper, tap, said)
        look_around(keeper, tap, host)
    finally:
        if not os.environ.get("KEEP"):
            keeper.clean_up()
    tap.finish()


main()
