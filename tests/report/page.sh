#!/bin/sh
# A page with a picture, in a real browser: its script runs under its own policy, and hostile bytes
# stay text. TAP. Skipped where there is no Chromium.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
browser=
for name in chromium chromium-browser google-chrome; do
    command -v "$name" >/dev/null 2>&1 && browser=$name && break
done
if [ -z "$browser" ]; then
    echo "1..1"
    echo "ok 1 - pages work in a browser # SKIP chromium is not installed"
    exit 0
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-page-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
count=0
failed=0
ok() { # sentence, command...
    count=$((count + 1))
    _name=$1
    shift
    if "$@" >/dev/null; then
        echo "ok $count - $_name"
    else
        failed=1
        echo "not ok $count - $_name"
        head -c 3000 "$tmp/log" | sed 's/^/# /'
    fi
}
# shellcheck disable=SC2317
not() { ! "$@"; }

dom() { # page, file for the document as the browser has it
    timeout 120 "$browser" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
        --disable-background-networking --disable-component-update --disable-sync \
        --enable-logging=stderr --user-data-dir="$tmp/profile" --dump-dom "file://$1" \
        >"$2" 2>"$tmp/log"
}

mkdir -p "$tmp/work/.socklings"
for recording in lossy hostile; do
    # As a check leaves it; the lab only gives it its name.
    cp "tests/report/recordings/$recording.jsonl" "$tmp/work/.socklings/10_tcp_server.jsonl"
    ok "the page of $recording is written" \
        "$BUILD/socklings" --work "$tmp/work" trace 10 --html "$tmp/$recording.html"
    dom "$tmp/$recording.html" "$tmp/$recording.dom"
    ok "the script of $recording ran to its end" grep -q 'data-ready="1"' "$tmp/$recording.dom"
    ok "rows of $recording can be reached by keyboard" grep -q 'tabindex="0"' "$tmp/$recording.dom"
    ok "the browser has no complaint about $recording" \
        not grep -Ei 'content.security.policy|uncaught|refused to' "$tmp/log"
done
# What stands in an attribute is text, however it looks.
sed 's/="[^"]*"//g' "$tmp/hostile.dom" >"$tmp/elements"
ok "the browser's document can be searched for elements" grep -q '<svg' "$tmp/elements"
ok "no element came out of a recording" not grep -Eq '<img|a<b>|<svg onload' "$tmp/elements"
echo "1..$count"
exit $failed
