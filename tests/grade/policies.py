#!/usr/bin/env python3
"""Does policy.schema.json judge like the loader?

Every policy of policies.json must be judged as it is marked: the loader is held to the same marks by
test_policy.c. A fault of meaning is one that a schema cannot see.
"""

import json
import sys

from jsonschema import Draft202012Validator


def main():
    with open("runner/grade/policy.schema.json", encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    with open("tests/grade/policies.json", encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    faults = []
    for case in cases:
        valid = validator.is_valid(case["policy"])
        if valid != (case["kind"] != "shape"):
            faults.append(f"{case['name']} ({case['kind']}): the schema says {'valid' if valid else 'invalid'}")
    for fault in faults:
        print("# " + fault)
    print(f"# {len(cases)} policies, {len(faults)} disagreements")
    return 1 if faults or len(cases) < 30 else 0


if __name__ == "__main__":
    sys.exit(main())
