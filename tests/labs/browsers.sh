#!/bin/sh
# The web server of lab 12 and the programs that it is for: curl, Chromium, nc and socat.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 -B tests/labs/browsers.py "${BUILD:-build}"
