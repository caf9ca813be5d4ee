#!/bin/sh
# The pages of a class in a real browser: sorting and filtering by mouse and keyboard, without
# scripts, on a telephone, in print, in the dark; and that hostile names and outputs stay text, under
# the pages' own policy. TAP. Skipped where there is no Chromium.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
skip() {
    echo "1..0 # SKIP $1"
    exit 0
}
command -v python3 >/dev/null || skip "python3 is not installed"
python3 -B -c 'import sys; sys.path.insert(0, "tests/report"); import browser; sys.exit(not browser.find())' ||
    skip "chromium is not installed"

tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-class-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
for test in html feedback; do
    CLASS_PAGES=$tmp "$BUILD/tests/gradebook/test_class_$test" >"$tmp/log" 2>&1 || {
        sed 's/^/# /' "$tmp/log"
        echo "1..1"
        echo "not ok 1 - the pages are written"
        exit 1
    }
done
python3 -B tests/gradebook/class_page.py "$tmp"
