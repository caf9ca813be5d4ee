#!/bin/sh
# Does policy.schema.json judge like the loader? (policies.py; TAP.)
cd "$(dirname "$0")/../.." || exit 1
sentence="the schema of a policy and its loader judge alike"
echo "1..1"
if ! python3 -c 'import jsonschema' 2>/dev/null; then
    echo "ok 1 - $sentence # SKIP python3-jsonschema is not installed"
    exit 0
fi
if python3 -W ignore tests/grade/policies.py; then
    echo "ok 1 - $sentence"
else
    echo "not ok 1 - $sentence"
fi
