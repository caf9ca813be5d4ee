#!/bin/sh
# Pages with a picture, in a real browser: pointing, walking by keyboard, filters, zoom; the page's script
# under its own policy; and that hostile bytes stay text. TAP. Skipped where there is no Chromium.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v python3 >/dev/null || skip "python3 is not installed"
python3 -c 'import sys; sys.path.insert(0, "tests/report"); import browser; sys.exit(not browser.find())' ||
    skip "chromium is not installed"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-page-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
mkdir -p "$tmp/work/.socklings" "$tmp/pages"
for recording in tests/report/recordings/*.jsonl; do
    name=$(basename "$recording" .jsonl)
    # As a check leaves it; the lab only gives it its name.
    cp "$recording" "$tmp/work/.socklings/10_tcp_server.jsonl"
    "$BUILD/socklings" --work "$tmp/work" trace 10 --html "$tmp/pages/$name.html" \
        --svg "$tmp/pages/$name.svg" >/dev/null || {
        echo "1..1"
        echo "not ok 1 - the page of $name is written"
        exit 1
    }
done
python3 -B tests/report/page.py "$tmp/pages"
