#!/bin/sh
# A generated class: right, wrong, late, broken and hostile hand-ins, each with its expected result.
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 "$(dirname "$0")/class.py"
