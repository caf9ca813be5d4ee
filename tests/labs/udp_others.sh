#!/bin/sh
# The UDP labs' solutions talk to programs that are not ours: nc, socat and Python, on this machine
# and between hosts.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 tests/labs/udp_others.py "${BUILD:-build}"
