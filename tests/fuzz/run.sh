#!/bin/sh
# Runs each fuzz target: its corpus, then new inputs for a bounded time. TAP.
#
# FUZZ_SECONDS: time for each target (default 8, as part of `make test`). What a run finds stays in
# $BUILD/fuzz; an input that fails is kept there as crash-…, and belongs into tests/fuzz/corpus/ once
# it is repaired.

cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
seconds=${FUZZ_SECONDS:-8}
count=0

for source in tests/fuzz/fuzz_*.c; do
    target=$(basename "$source" .c)
    name=${target#fuzz_}
    binary=$BUILD/fuzz/$target
    corpus=tests/fuzz/corpus/$name
    count=$((count + 1))
    if [ ! -x "$binary" ]; then
        echo "ok $count - $name # SKIP neither libFuzzer nor the sanitizer libraries are here"
        continue
    fi
    if "$binary" -help=1 2>&1 | grep -q max_total_time; then
        found=$BUILD/fuzz/found-$name
        mkdir -p "$found"
        set -- -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
            -print_final_stats=1 -artifact_prefix="$BUILD/fuzz/$name-" "$found" "$corpus"
        [ -f "tests/fuzz/$name.dict" ] && set -- -dict="tests/fuzz/$name.dict" "$@"
        sentence="$name withstands $seconds seconds of new inputs"
    else
        set -- "$corpus"
        sentence="$name withstands its corpus (without libFuzzer, no new inputs)"
    fi
    if "$binary" "$@" >"$BUILD/fuzz/$name.log" 2>&1; then
        echo "ok $count - $sentence"
        sed -n 's/^stat::number_of_executed_units: */# inputs tried: /p' "$BUILD/fuzz/$name.log"
    else
        echo "not ok $count - $sentence"
        tail -n 60 "$BUILD/fuzz/$name.log" | sed 's/^/# /'
    fi
done
echo "1..$count"
