#!/bin/sh
# The same class with one slot, and with eight on a machine that has much else to do: byte for byte.
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 "$(dirname "$0")/alike.py"
