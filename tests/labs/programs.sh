#!/bin/sh
# Programs that are right in other ways than the solution must pass; programs that do only what the
# first steps ask for must pass exactly those.
#
#     tests/labs/NN_name/right-WHATEVER/    passes every step
#     tests/labs/NN_name/passes-N[-WHATEVER]/   passes the first N steps, and fails the next
#
# Each folder holds the lab's files, named as in the starter. BUILD is where the build went.

root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$root/build}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-labs-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
SOCKLINGS_CACHE=${SOCKLINGS_CACHE:-$BUILD/test-cache}
SOCKLINGS_WORK=$tmp/work
export SOCKLINGS_CACHE SOCKLINGS_WORK

count=0
failed=0
result() { # 0 or 1, sentence
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
        sed 's/^/# /' "$tmp/out"
    fi
}

for folder in "$root"/tests/labs/*/*/; do
    folder=${folder%/}
    name=${folder##*/}
    lab=${folder%/*}
    lab=${lab##*/}
    "$BUILD/socklings" check "$lab" --src "$folder" --json >"$tmp/out" 2>&1
    status=$?
    passed=$(grep -o '"status": *"pass"' "$tmp/out" | wc -l)
    case $name in
    right-*)
        result $((status != 0)) "$lab: $name passes every step"
        ;;
    passes-*)
        wanted=${name#passes-}
        wanted=${wanted%%-*}
        result $((status != 1 || passed != wanted)) "$lab: $name passes $wanted steps and no more"
        ;;
    esac
done
echo "1..$count"
exit $((failed > 0))
