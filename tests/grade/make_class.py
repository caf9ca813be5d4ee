#!/usr/bin/env python3
"""A class that has handed in, and what should come of each.

    make_class.py OUTDIR [--seed N] [--students N]

Right answers in several styles, seeded mistakes, half-done starters, empty and binary files, late
ones and second attempts, names that nobody should have and archives that nobody should open; as
folders, zips and tars, and as Moodle, Canvas, Gradescope and GitHub Classroom export them. The same
seed makes the same class, bytes and times. What is expected is printed as JSON and kept in
OUTDIR/expected.json:

    {"arguments": ["plain", "moodle.zip", …], "labs": ["05_udp_echo", …],
     "results": [{"student": …, "lab": …, "attempt": 1, "kind": "right", "outcome": ["pass"]}, …],
     "refusals": [{"origin": "plain: truncated.zip", "student": "truncated"}, …]}
"""

import argparse
import io
import json
import os
import random
import re
import sys
import tarfile
import unicodedata
import zipfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LABS = os.path.join(ROOT, "labs")
USED = ["05_udp_echo", "05_udp_echo", "04_udp_send", "09_tcp_client", "10_tcp_server"]
NOT_PASSED = ["fail", "crash", "stall", "limit"]
DAY = 86400
FIRST = 1790000000  # an evening in September 2026
DUE = FIRST + 7 * DAY
NAMES = """Anna Ben Chiara Deniz Elif Finn Greta Hugo Ines Jonas Kaya Lena Milan Nora Oskar Paula Quirin
Rosa Samir Tara Umut Vera Wim Xenia Yusuf Zoe""".split()
FAMILIES = "Li Okafor Nowak Silva Berg Haddad Kim Moreau".split()


# --- what they have written ---

def read(*parts):
    with open(os.path.join(LABS, *parts), "rb") as f:
        return f.read()


def source_of(lab):
    return json.loads(read(lab, "lab.json"))["programs"][0]["source"]


def points_of(lab):
    return sum(step.get("points", 1) for step in json.loads(read(lab, "lab.json"))["steps"])


def apply_patch(text, patch):
    """A unified diff of one file. Places may have moved, as long as they are found once."""
    hunks = re.split(r"^@@.*\n", patch, flags=re.M)[1:]
    for hunk in hunks:
        lines = [line for line in hunk.splitlines(True) if line[0] in " +-"]
        before = "".join(line[1:] for line in lines if line[0] != "+")
        after = "".join(line[1:] for line in lines if line[0] != "-")
        assert text.count(before) == 1, f"cannot place this hunk:\n{hunk}"
        text = text.replace(before, after)
    return text


def mutants(lab):
    found = []
    for name in sorted(os.listdir(os.path.join(LABS, lab, "mutants"))):
        text = read(lab, "mutants", name).decode()
        mistake = re.search(r"^mistake: (\S+)", text, re.M)
        if text.count("\n--- a/") == 1 and f"--- a/{source_of(lab)}" in text:
            found.append((name[:-6], mistake and mistake.group(1), text))
    return found


def restyle(rng, text):
    """Another hand wrote it, and it means the same."""
    style = rng.randrange(5)
    if style == 0:
        text = text.replace("    ", "\t")
    elif style == 1:
        text = text.replace("\n", "\r\n")
    elif style == 2:
        text = "/* Übung 3, von mir selbst 🦊 */\n" + text + "\n\n\n/* Ende */\n"
    elif style == 3:
        text = "\ufeff" + text
    else:
        text = re.sub(r"^( *)(.*;)$", r"\1\2 // " + rng.choice(NAMES), text, count=20, flags=re.M)
    return text


class Maker:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.given = 0

    def content(self, kind, lab):
        """The bytes of the lab's source, and what is expected of them."""
        rng, source = self.rng, source_of(lab)
        solution = read(lab, "solution", source).decode()
        if kind in ("right", "late"):
            return restyle(rng, solution).encode(), {"outcome": ["pass"], "points": points_of(lab)}
        if kind == "wrong":
            name, mistake, patch = rng.choice(mutants(lab))
            expected = {"outcome": NOT_PASSED, "mutant": name}
            if mistake not in (None, "none"):
                expected["diagnosis"] = mistake
            return apply_patch(solution, patch).encode(), expected
        if kind == "half":
            return read(lab, "starter", source), {"outcome": NOT_PASSED}
        if kind == "empty":
            return rng.choice([b"", b"\n", b"/* todo */\n"]), {"outcome": ["build-error"]}
        if kind == "binary":
            return rng.randbytes(3000), {"outcome": ["build-error"]}
        if kind == "broken":
            cut = solution.rindex("}")
            return solution[:cut].encode(), {"outcome": ["build-error"]}
        raise ValueError(kind)

    def time(self, kind):
        self.given += 1
        late = 3 * DAY if kind == "late" else 0
        return DUE + late - 3600 + self.given * 2


# --- names, as the intake cleans them ---

def cleaned(name):
    """What is left of the bytes of a name. A word of its own on the rules that are written down in
    runner/grade/intake_name.h: UTF-8, nothing unseen, single blanks."""
    text, at = "", 0
    while at < len(name):
        for size in (1, 2, 3, 4):
            try:
                char = name[at:at + size].decode("utf-8")
                break
            except UnicodeDecodeError:
                char = None
        if char is None:
            text, at = text + "\ufffd", at + 1
            continue
        at += len(char.encode())
        if char in " \u00a0\u3000":
            text += " "
        elif unicodedata.category(char) not in ("Cc", "Cf", "Zl", "Zp") and char != "\u00ad":
            text += char
    text = unicodedata.normalize("NFC", re.sub(" +", " ", text).strip())
    return text or "unnamed"


HOSTILE = [b"new\nline", b"quote'\"`$(id)", "emoji 🦊".encode(), b"inv\xff\xfealid",
           b"<svg onload=alert(1)>", b"=cmd|' C calc'!A0", "turn\u202earound".encode(),
           b"-rf", b"; rm -rf ~", b"%s%n%x", b"tab\tand\x1b[31mcolour", b"x" * 120,
           "Z\u0308oe".encode(), b"&amp;]]>", b"@import", "\u200b\u3000".encode() + b"blank  blank "]


# --- how they hand it in ---

def put(path, data, when):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)
    os.utime(path, (when, when))


def date_of_zip(when):
    """Zip keeps local time, in steps of two seconds. Those who unpack have no zone."""
    import time
    return time.localtime(when - when % 2)[:6]


def make_zip(files, when):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, date_of_zip(when))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            z.writestr(info, data)
    return out.getvalue()


def make_tar(files, when, mode="w:gz"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as tar:
        for name, data in files.items():
            info = data if isinstance(data, tarfile.TarInfo) else tarfile.TarInfo(name)
            info.name, info.mtime = name, when
            if isinstance(data, bytes):
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
            else:
                tar.addfile(info)
    return out.getvalue()


def entry(kind, target=""):
    info = tarfile.TarInfo()
    info.type, info.linkname = kind, target
    if kind == tarfile.CHRTYPE:
        info.devmajor, info.devminor = 1, 5
    return info


def many_entries(count):
    """A tar of that many empty files; tarfile itself would take long."""
    one = tarfile.TarInfo("entry-000000").tobuf(tarfile.USTAR_FORMAT)
    out = bytearray()
    for i in range(count):
        header = bytearray(one)
        header[6:12] = b"%06d" % i
        header[148:156] = b" " * 8
        header[148:156] = b"%06o\0 " % sum(header)
        out += header
    return bytes(out) + bytes(1024)


class Class:
    def __init__(self, where, seed, students):
        self.where = where
        self.maker = Maker(seed)
        self.rng = self.maker.rng
        self.results, self.refusals, self.left = [], [], students
        self.names = [f"{first} {family}" for family in FAMILIES for first in NAMES]
        self.rng.shuffle(self.names)

    def path(self, *parts):
        return os.path.join(os.fsencode(self.where),
                            *(os.fsencode(p) if isinstance(p, str) else p for p in parts))

    def expect(self, student, lab, kind, expected, handed_in=None, attempt=1):
        result = {"student": student, "lab": lab, "attempt": attempt, "kind": kind, **expected}
        if handed_in is not None:
            result["handed_in"] = handed_in
        self.results.append(result)

    def refuse(self, origin, student=None):
        self.refusals.append({"origin": origin, "student": student})

    def next_one(self, kinds=("right", "right", "wrong", "wrong", "half", "empty", "binary",
                              "broken", "late")):
        """A person, a lab, and what they wrote: of each kind in turn."""
        kind = kinds[self.left % len(kinds)]
        self.left -= 1
        lab = self.rng.choice(USED)
        data, expected = self.maker.content(kind, lab)
        return self.names.pop(), kind, lab, source_of(lab), data, expected, self.maker.time(kind)

    # One layout each; `count` students.

    def folders(self, count):
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            student = name.lower().replace(" ", ".")
            way = i % 6
            files = {f"{lab}/{source}": data, f"{lab}/notes.txt": b"It worked at home.\n"}
            if way == 0:
                put(self.path("plain", student, lab, source), data, when)
            elif way == 1:
                put(self.path("plain", student, source), data, when)
            elif way == 2:
                put(self.path("plain", student, "homework", "final", source), data, when)
            elif way == 3:
                put(self.path("plain", student + ".zip"), make_zip(files, when), when)
            elif way == 4:
                put(self.path("plain", student + ".tar.gz"), make_tar(files, when), when)
            else:
                wrapped = {f"{student}-hand-in/{k}": v for k, v in files.items()}
                put(self.path("plain", student + ".tar.xz"), make_tar(wrapped, when, "w:xz"), when)
            zipped = way == 3  # its times have no zone
            self.expect(student, lab, kind, expected, None if zipped else when)

    def hostile_names(self, count):
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            raw = HOSTILE[i % len(HOSTILE)] + (b"%d" % i if i >= len(HOSTILE) else b"")
            put(self.path("plain", raw, lab, source), data, when)
            self.expect(cleaned(raw), lab, kind, expected, when)

    def moodle(self, count):
        files = {}
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            number = 4000 + i
            files[f"{name}_{number}_assignsubmission_file/{source}"] = data
            files[f"{name}_{number}_assignsubmission_onlinetext/onlinetext.html"] = b"<p>Hi</p>"
            self.expect(str(number), lab, kind, {**expected, "name": name})
        put(self.path("moodle.zip"), make_zip(files, DUE), DUE)

    def canvas(self, count):
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            user = 500 + i
            late = "_LATE" if kind == "late" else ""
            stem = name.lower().replace(" ", "")
            display, dot, end = source.partition(".")
            put(self.path("canvas", f"{stem}{late}_{user}_{7000 + i}_{source}"), data, when)
            self.expect(str(user), lab, kind, expected, when)
            if i % 3 == 0:  # and once more
                data, expected = self.maker.content("right", lab)
                put(self.path("canvas", f"{stem}_{user}_{8000 + i}_{display}-1.{end}"), data,
                    when + 60)
                self.expect(str(user), lab, "right", expected, when + 60, 2)

    def gradescope(self, count):
        people = ""
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            put(self.path("gradescope", f"submission_{90 + i}", source), data, when)
            import time
            stamp = time.strftime("%Y-%m-%d %H:%M:%S.0 Z", time.gmtime(when))
            people += (f"submission_{90 + i}:\n  :submitters:\n  - :name: {name}\n"
                       f"    :sid: 's{300 + i}'\n    :email: {i}@example.org\n"
                       f"  :created_at: {stamp}\n")
            self.expect(f"s{300 + i}", lab, kind, {**expected, "name": name}, when)
        put(self.path("gradescope", "submission_metadata.yml"), people.encode(), DUE)

    def classroom(self, count):
        for i in range(count):
            name, kind, lab, source, data, expected, when = self.next_one()
            user = name.lower().replace(" ", "-")
            put(self.path("hw1-submissions", f"hw1-{user}", lab, source), data, when)
            put(self.path("hw1-submissions", f"hw1-{user}", ".git", "HEAD"), b"ref: main\n", when)
            self.expect(user, lab, kind, expected, when)

    def doubles(self):
        """Names that two have."""
        one, two = (self.maker.content("right", "05_udp_echo")[0] for _ in range(2))
        for name, data in (("Dora Twice", one), ("dora twice", two + b"/* another */\n")):
            put(self.path("plain", name, "05_udp_echo", "udp_echo.c"), data, DUE)
            self.refuse(f"plain: {name}", name)
        put(self.path("plain", "frida", "udp_echo.c"), one, DUE)
        put(self.path("plain", "frida.zip"), make_zip({"udp_echo.c": two + b"/* other */\n"}, DUE), DUE)
        self.refuse("plain: frida", "frida")
        self.refuse("plain: frida.zip", "frida")

    def neighbours(self):
        """Names that begin alike: whose is which must not follow from how they are sorted."""
        lab, source = "05_udp_echo", "udp_echo.c"
        right, passes = self.maker.content("right", lab)
        half, fails = self.maker.content("half", lab)
        put(self.path("plain", "li", source), right, DUE)
        put(self.path("plain", "li-a.zip"), make_zip({source: half}, DUE), DUE)
        put(self.path("plain", "li b", source), half, DUE)
        put(self.path("plain", "li-c", lab, source), half, DUE)
        put(self.path("plain", "li.d", lab, source), half, DUE)
        self.expect("li", lab, "named like another", passes, DUE)
        for student in ("li-a", "li b", "li-c", "li.d"):
            self.expect(student, lab, "named like another", fails)

    def hostile_archives(self):
        good, _ = self.maker.content("right", "05_udp_echo")
        lab, source, when = "05_udp_echo", "udp_echo.c", DUE - 60
        at = {f"{lab}/{source}": good}

        def refused(name, data):
            put(self.path("plain", name), data, when)
            self.refuse(f"plain: {name}", name[:re.search(r"\.(tar\.gz|tar|zip)$", name).start()])

        whole = make_zip(at, when)
        refused("truncated.zip", whole[:len(whole) // 2])
        refused("garbage.zip", self.rng.randbytes(5000))
        refused("nothing.zip", b"")
        refused("truncated.tar.gz", make_tar(at, when)[:-200])
        refused("no-sources.zip", make_zip({"readme.txt": b"I could not finish it.\n"}, when))
        refused("linked.tar", make_tar({f"{lab}/{source}": entry(tarfile.SYMTYPE, "/etc/passwd")},
                                       when, "w"))
        refused("hard.tar", make_tar({f"{lab}/{source}": entry(tarfile.LNKTYPE, "/etc/shadow")},
                                     when, "w"))
        refused("device.tar", make_tar({f"{lab}/{source}": entry(tarfile.CHRTYPE)}, when, "w"))
        refused("pipe.tar", make_tar({f"{lab}/{source}": entry(tarfile.FIFOTYPE)}, when, "w"))
        refused("many.tar", many_entries(100000))
        refused("bomb.zip", make_zip({f"{lab}/{source}": bytes(80 << 20)}, when))
        refused("large.zip", make_zip({f"{lab}/{source}": b" " * (1 << 20) + b"\n"}, when))
        refused("climbs.zip", make_zip({**at, "../../../../tmp/socklings-climbed": b"x"}, when))
        refused("absolute.tar", make_tar({**at, "/tmp/socklings-absolute": b"x"}, when, "w"))

    def hostile_files(self):
        """What is no regular file, in folders."""
        os.makedirs(self.path("plain", "by.link", "05_udp_echo"))
        os.symlink("/etc/passwd", self.path("plain", "by.link", "05_udp_echo", "udp_echo.c"))
        self.refuse("plain: by.link", "by.link")
        os.makedirs(self.path("plain", "by.pipe", "05_udp_echo"))
        os.mkfifo(self.path("plain", "by.pipe", "05_udp_echo", "udp_echo.c"))
        self.refuse("plain: by.pipe", "by.pipe")
        os.makedirs(self.path("plain", "by.folder", "05_udp_echo", "udp_echo.c"))
        self.refuse("plain: by.folder", "by.folder")
        # What comes with the sources does nothing: it is not even looked at.
        data, expected = self.maker.content("right", "05_udp_echo")
        folder = ("plain", "with.makefile", "05_udp_echo")
        put(self.path(*folder, "udp_echo.c"), data, DUE)
        put(self.path(*folder, "Makefile"), b"$(shell touch /tmp/socklings-made)\nall: ;\n", DUE)
        put(self.path(*folder, "lab.json"), b'{"version": 1, "steps": []}', DUE)
        put(self.path(*folder, "journal.jsonl"), b'{"student": "with.makefile"}\n', DUE)
        put(self.path(*folder, "-o x.c"), b"int main(void) { return 0; }\n", DUE)
        put(self.path(*folder, "lab.h"), b"#error not this one\n", DUE)
        self.expect("with.makefile", "05_udp_echo", "right", {"outcome": ["pass", "build-error"]}, DUE)

    def make(self):
        count = self.left
        share = {"moodle": count // 7, "canvas": count // 8, "gradescope": count // 10,
                 "classroom": count // 10, "hostile_names": min(len(HOSTILE), count // 4)}
        self.folders(count - sum(share.values()))
        for layout, n in share.items():
            getattr(self, layout)(n)
        self.doubles()
        self.neighbours()
        self.hostile_files()
        self.hostile_archives()
        expected = {"arguments": ["plain", "moodle.zip", "canvas", "gradescope", "hw1-submissions"],
                    "labs": sorted(set(USED)), "results": self.results, "refusals": self.refusals}
        with open(os.path.join(self.where, "expected.json"), "w", encoding="utf-8") as f:
            json.dump(expected, f, ensure_ascii=False, indent=1)
        return expected


def make(where, seed=1, students=60):
    os.makedirs(where, exist_ok=True)
    return Class(where, seed, students).make()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Makes a class that has handed in.")
    parser.add_argument("outdir")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--students", type=int, default=60)
    args = parser.parse_args()
    json.dump(make(args.outdir, args.seed, args.students), sys.stdout, indent=1)
    print()
