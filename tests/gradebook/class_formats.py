#!/usr/bin/env python3
"""The files of a class, as other programs read them.

    tests/gradebook/class_formats.py FOLDER      where class_formats.sh has put them

Prints TAP.
"""
import csv
import json
import os
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join("tests", "report"))
from tap import done, ok, same  # noqa: E402


# Of Jenkins' junit-10.xsd: what an element may hold, in this order, and its attributes.
SCHEMA = {
    "testsuites": (("testsuite",), {"name", "time", "tests", "failures", "disabled", "errors"}),
    "testsuite": (("properties", "testcase"),
                  {"name", "tests", "failures", "errors", "time", "skipped", "timestamp", "hostname",
                   "id", "package"}),
    "properties": (("property",), set()),
    "property": ((), {"name", "value"}),
    "testcase": (("skipped", "error", "failure"), {"name", "classname", "time", "status"}),
    "skipped": ((), {"message", "type"}),
    "error": ((), {"message", "type"}),
    "failure": ((), {"message", "type"}),
}


def complaints(element):
    if element.tag not in SCHEMA:
        return ["there is no element " + element.tag]
    children, attributes = SCHEMA[element.tag]
    found = ["%s has no %s" % (element.tag, a) for a in element.attrib if a not in attributes]
    places = [children.index(c.tag) if c.tag in children else -1 for c in element]
    if -1 in places or places != sorted(places):
        found.append("%s holds %s" % (element.tag, [c.tag for c in element]))
    for child in element:
        found += complaints(child)
    return found


def junit(folder, name):
    root = xml.parse(os.path.join(folder, name + ".xml")).getroot()
    same("%s.xml is what the schema allows" % name, complaints(root), [])
    for suite in root:
        cases = suite.findall("testcase")
        counted = (len(cases), len(suite.findall("testcase/failure")),
                   len(suite.findall("testcase/error")), len(suite.findall("testcase/skipped")))
        told = tuple(int(suite.get(a)) for a in ("tests", "failures", "errors", "skipped"))
        if told != counted:
            ok("the counts of %r are right" % suite.get("name"), False, (told, counted))
    for attribute, path in (("tests", "testsuite/testcase"),
                            ("failures", "testsuite/testcase/failure"),
                            ("errors", "testsuite/testcase/error")):
        same("%s.xml counts its %s" % (name, attribute), int(root.get(attribute)),
             len(root.findall(path)))
    return root


def xml_files(folder):
    root = junit(folder, "small")
    names = [(c.get("classname"), c.get("name")) for c in root.iter("testcase")]
    same("no two cases have the same name", len(names), len(set(names)))
    errors = [e.get("type") for e in root.iter("error")]
    same("an internal error is an error, and so is what was refused", sorted(errors),
         ["internal-error", "refused", "refused"])
    hidden = [c for c in root.iter("testcase") if "hidden" in c.get("name")]
    ok("hidden steps are there with a number", hidden and all(
        c.get("name") == "5. hidden step 1" for c in hidden), [c.get("name") for c in hidden])
    same("and tell nothing", {f.get("message") for c in hidden for f in c.findall("failure")},
         {"not passed"})
    root = junit(folder, "hostile")
    ok("a hostile name comes back as it was, as text",
       any("<script>" in s.get("name") for s in root), [s.get("name") for s in root][:3])


def gradescope(folder, name):
    with open(os.path.join(folder, name + ".jsonl"), encoding="utf-8") as lines:
        results = [json.loads(line) for line in lines]
    words = {"visible", "hidden", "after_due_date", "after_published"}
    bad = []
    for result in results:
        if result["stdout_visibility"] not in words or result["visibility"] not in words:
            bad.append(result)
        for test in result["tests"]:
            right = (isinstance(test["name"], str) and test["status"] in ("passed", "failed")
                     and test["visibility"] in words
                     and ("score" in test) == ("score" in result)
                     and ("score" not in test or 0 <= test["score"] <= test["max_score"])
                     and (test["visibility"] == "visible" or "output" not in test))
            if not right:
                bad.append(test)
    same("every result of %s is of the form" % name, bad, [])
    return results


def json_files(folder):
    results = gradescope(folder, "gradescope")
    anna = results[0]
    same("the tests of one that passed all add up to the score",
         round(sum(t["score"] for t in anna["tests"]), 1), anna["score"])
    same("and to the most there is", round(sum(t["max_score"] for t in anna["tests"]), 1), 100)
    same("the score is the mark after the policy", results[1]["score"], 35.6)
    ok("and says why", "2 days late: 20 % off" in results[1]["output"], results[1]["output"])
    gradescope(folder, "gradescope_hostile")


def csv_files(folder):
    for name in ("small", "hostile"):
        with open(os.path.join(folder, name + ".csv"), encoding="utf-8-sig", newline="") as lines:
            rows = list(csv.reader(lines, strict=True))
        same("all rows of %s.csv are as long as the first" % name, {len(r) for r in rows},
             {len(rows[0])})
        same("its first column is named", rows[0][:2], ["student", "name"])
        starts = {cell.lstrip()[:1] for row in rows for cell in row}
        ok("no cell begins as a formula does", not starts & set("=+-@"), starts)
        if name == "small":
            same("a name with quotes and commas comes back", rows[-1][1], "O'Hara, \"Eve\"")


def main():
    folder = sys.argv[1]
    xml_files(folder)
    json_files(folder)
    csv_files(folder)
    return done()


if __name__ == "__main__":
    sys.exit(main())
