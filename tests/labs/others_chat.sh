#!/bin/sh
# The chat room, its client, the chat and the beacon talk to programs in Python; what they decide by
# themselves (lesson 07 has the list) is what they do.
cd "$(dirname "$0")/../.." || exit 1
if ! command -v python3 >/dev/null; then
    echo "1..0 # SKIP there is no python3"
    exit 0
fi
exec python3 tests/labs/others_chat.py "${BUILD:-build}"
