#!/usr/bin/env python3
"""Does lab.schema.json judge like the loader?

Every lab must be right by the schema, and every edit of cases.json must be judged as it is marked:
the loader is held to the same marks by tests/unit/test_catalog_cases.c. A fault of meaning is one that a
schema cannot see. Needs python3-jsonschema; exit status 77 says that it is not there.
"""

import copy
import glob
import json
import os
import sys

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("agree.py: skipped: python3-jsonschema is not installed")
    sys.exit(77)

TOP = os.environ.get("SOCKLINGS_TOP") or "."


def load(*parts):
    with open(os.path.join(TOP, *parts), encoding="utf-8") as file:
        return json.load(file)


def edited(base, case):
    lab = copy.deepcopy(base)
    *way, last = case["at"].split("/")[1:]
    node = lab
    for name in way:
        node = node[int(name)] if isinstance(node, list) else node[name]
    if last == "-":
        node.append(case["value"])
    elif isinstance(node, list):
        node[int(last)] = case["value"]
    elif case.get("remove"):
        del node[last]
    else:
        node[last] = case["value"]
    return lab


def main():
    schema = load("runner", "catalog", "lab.schema.json")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    faults = []
    labs = sorted(glob.glob(os.path.join(TOP, "labs", "*", "lab.json")))
    for path in labs:
        with open(path, encoding="utf-8") as file:
            for error in validator.iter_errors(json.load(file)):
                faults.append(f"{path}: {error.json_path}: {error.message:.200}")
    cases = load("tests", "catalog", "cases.json")
    for case in cases["cases"]:
        valid = validator.is_valid(edited(cases["base"], case))
        if valid != (case["kind"] != "shape"):
            faults.append(f"{case['name']} ({case['kind']}): the schema says {'valid' if valid else 'invalid'}")
    for fault in faults:
        print("agree.py: " + fault)
    print(f"agree.py: {len(labs)} labs and {len(cases['cases'])} edits, {len(faults)} disagreements")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
