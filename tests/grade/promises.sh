#!/bin/sh
# A failure of socklings is never a grade, and what else a run promises (promises.py).
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 "$(dirname "$0")/promises.py"
