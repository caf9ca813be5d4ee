#!/bin/sh
# The downloaders in the world that no scene has: full disks, files of 5 GB, files that change while
# they are sent, clients that read nothing, strangers with random bytes.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 tests/labs/downloads.py "${BUILD:-build}"
