#!/usr/bin/env python3
"""A class is graded twice with the same seed: with one slot, and with eight beside sixteen busy
processes. Verdicts, evidence and feedback are the same, byte for byte, but for the times in them."""

import json
import multiprocessing
import os
import re
import shutil
import socket
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import harness  # noqa: E402
import make_class  # noqa: E402

SEED = "4711"
BUSY = 16
IP_LOCAL_PORT_RANGE = 51  # ip(7), since Linux 6.3

# Wrong in many ways, each with evidence of another kind: calls, packets, states, what was printed,
# who waits. "" is the solution.
CLASS = {
    "04_udp_send": ["", "any-text-is-a-port", "no-timeout", "precedence", "sent-twice"],
    "05_udp_echo": ["", "address-length", "only-once", "strlen-of-bytes"],
    "06_udp_temperature": ["one-try", "integer-division"],
    "08_udp_broadcast": ["own-address"],
    "09_tcp_client": ["", "one-recv", "eof-ignored"],
    "10_tcp_server": ["", "addrlen-zero", "no-bind", "one-client-only", "reset-ends-server"],
    "11_tcp_chat": ["eof-ignored", "sends-out-of-turn"],
    "13_stream_framing": ["answers-too-long"],
    "21_teardown": ["reset-is-close"],
}


def spin():
    while True:
        pass


def kernel_takes_ranges():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        try:
            s.setsockopt(socket.IPPROTO_IP, IP_LOCAL_PORT_RANGE, 0)
            return True
        except OSError:
            return False


def hand_in(folder):
    for lab, names in CLASS.items():
        for name in names:
            to = os.path.join(folder, f"{lab[:2]}-{name or 'right'}", lab)
            shutil.copytree(os.path.join(harness.LABS, lab, "solution"), to)
            if name:
                patch = make_class.read(lab, "mutants", name + ".patch").decode()
                changed = re.findall(r"^\+\+\+ b/(\S+)", patch, re.M)
                assert len(changed) == 1, f"{lab} {name} changes {changed}"
                path = os.path.join(to, changed[0])
                with open(path, encoding="utf-8") as f:
                    text = f.read()
                with open(path, "w", encoding="utf-8") as f:
                    f.write(make_class.apply_patch(text, patch))


# What is left of a time-out is a time as well.
MORE_TIMES = [(re.compile(p), s) for p, s in (
    (r"(poll\([^()]*, )\d+\b(?=[,)])", r"\1TIME"),
)]


def without_times(text, out):
    text = harness.without_times(text, out, ports_too=False)
    for pattern, instead in MORE_TIMES:
        text = pattern.sub(instead, text)
    return text


def found_out(out):
    """The verdicts and the feedback, by name. A recording is a list of times, and its picture is
    laid out by them."""
    entries, refusals = harness.journal_entries(out)
    found = {}
    for key, entry in entries.items():
        entry["verdict"].pop("ms", None)
        found["verdict of " + " ".join(map(str, key))] = without_times(
            json.dumps(entry, ensure_ascii=False, indent=1), out)
    for path in harness.files_below(os.path.join(out, "students")):
        if path.endswith((".txt", ".html")):
            with open(path, encoding="utf-8") as f:
                found[path[len(out) + 1:]] = without_times(f.read(), out)
    return found, len(entries), len(refusals)


def grade(keeper, tap, name, jobs, busy):
    load = [multiprocessing.Process(target=spin, daemon=True) for _ in range(busy)]
    for process in load:
        process.start()
    out = keeper.path(name)
    status, _, err = keeper.run("grade", keeper.path("class"), "--seed", SEED, "--jobs", str(jobs),
                                "--fresh", "--out", out, seconds=900)
    for process in load:
        process.kill()
        process.join()
    beside = f", beside {busy} busy processes" if busy else ""
    tap.say(status == 0, f"the class is graded with --jobs {jobs}{beside}",
            f"{status}\n{err[-1000:].decode(errors='replace')}")
    return found_out(out)


def check(keeper, seed):
    src = keeper.path("class", "09-one-recv", "09_tcp_client")
    status, out, _ = keeper.run("check", "9", "--src", src, "--seed", seed, "--json")
    verdict = json.loads(out)
    verdict.pop("ms", None)
    return without_times(json.dumps(verdict, indent=1, ensure_ascii=False), keeper.dir)


def main():
    tap = harness.Tap()
    keeper = harness.Keeper("alike")
    try:
        if keeper.tier() != "A":
            harness.skip_all("private namespaces are refused here")
        if not kernel_takes_ranges():
            harness.skip_all("the kernel is older than 6.3: programs' ports are drawn by chance")
        hand_in(keeper.path("class"))
        count = sum(len(names) for names in CLASS.values())
        one, graded, refused = grade(keeper, tap, "one", 1, 0)
        tap.say(graded == count and refused == 0, "everybody has a verdict",
                f"{graded} of {count}, {refused} refused")
        shown = [text for text in one.values() if '"evidence": [\n' in text]
        tap.say(len(shown) > count // 2, "most verdicts have evidence", len(shown))
        eight, _, _ = grade(keeper, tap, "eight", 8, BUSY)
        why = harness.differences(one, eight)
        tap.say(not why, "verdicts, evidence and feedback are the same byte for byte", why)
        first = check(keeper, SEED)
        tap.say(first == check(keeper, SEED), "check --json says the same with the same seed")
        # Else the comparison would be of little worth.
        tap.say(first != check(keeper, "4712"), "and something else with another one")
        left = keeper.left_processes() + keeper.left_files() + keeper.left_mounts()
        tap.say(not left, "no process, file or mount is left", "\n".join(left))
    finally:
        if not os.environ.get("KEEP"):
            keeper.clean_up()
    tap.finish()


main()
