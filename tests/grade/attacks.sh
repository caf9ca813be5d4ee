#!/bin/sh
# Programs that attack the grader: each gets the verdict that its first lines say, and nothing of it
# is left.
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 "$(dirname "$0")/attacks/run.py" "$@"
