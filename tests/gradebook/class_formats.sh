#!/bin/sh
# The files of a class for other programs, read by readers that are not ours: an XML parser, a JSON
# parser, a CSV reader. TAP. Skipped where there is no python3.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
command -v python3 >/dev/null || {
    echo "1..0 # SKIP python3 is not installed"
    exit 0
}
tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-class-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
for test in csv formats; do
    CLASS_PAGES=$tmp "$BUILD/tests/gradebook/test_class_$test" >"$tmp/log" 2>&1 || {
        sed 's/^/# /' "$tmp/log"
        echo "1..1"
        echo "not ok 1 - the files are written"
        exit 1
    }
done
python3 -B tests/gradebook/class_formats.py "$tmp"
