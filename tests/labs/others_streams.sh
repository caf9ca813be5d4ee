#!/bin/sh
# The chat and the frames of the solutions against nc, socat, and clients and servers in Python.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 tests/labs/others_streams.py "${BUILD:-build}"
