#!/bin/sh
# The author's gate for every lab: what the description says is so, the starter fails with help, the
# solution passes in every form, each wrong program is rejected and named, and what the lesson shows
# is what the programs print today. A row of `verify` is a test.
#
# Several labs at once: some scenes wait for time-outs of the program they try.

root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$root/build}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-verify-XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
SOCKLINGS_CACHE=${SOCKLINGS_CACHE:-$BUILD/test-cache}
SOCKLINGS_WORK=$tmp/work
LC_ALL=C.UTF-8
export BUILD SOCKLINGS_CACHE SOCKLINGS_WORK LC_ALL tmp

labs=$(cd "$root/labs" && ls -d [0-9]*_*)
# The runner is the same for all; a sanitized one is slow, and tried with a few of them.
case $BUILD in */asan) labs='05_udp_echo 10_tcp_server 20_handshake_trace' ;; esac

# shellcheck disable=SC2016 # for the inner shell
printf '%s\n' $labs | xargs -P 3 -n 1 sh -c '
    "$BUILD/socklings" verify "$1" --repeat 1 --json >"$tmp/$1.json" 2>"$tmp/$1.err"
    echo $? >"$tmp/$1.status"' sh

count=0
failed=0
for lab in $labs; do
    # A row: status, name, detail, with tabs between.
    awk -F'"' '
        function value(line) { sub(/^[^:]*:[ \t]*"/, "", line); sub(/",?$/, "", line); return line }
        /"what":/ { what = value($0) }
        /"status":/ { status = value($0) }
        /"detail":/ { print status "\t" what "\t" value($0) }' "$tmp/$lab.json" >"$tmp/$lab.rows"
    if [ ! -s "$tmp/$lab.rows" ]; then
        printf 'fail\tverify prints its rows\t\n' >"$tmp/$lab.rows"
    elif [ "$(cat "$tmp/$lab.status")" -ne 0 ] && ! grep -qv '^ok' "$tmp/$lab.rows"; then
        printf 'fail\texit status %s\t\n' "$(cat "$tmp/$lab.status")" >>"$tmp/$lab.rows"
    fi
    while IFS='	' read -r status what detail; do
        count=$((count + 1))
        case $status in
        ok) echo "ok $count - $lab: $what" ;;
        skip*) echo "ok $count - $lab: $what # SKIP $detail" ;;
        *)
            failed=$((failed + 1))
            echo "not ok $count - $lab: $what"
            printf '# %s\n' "$detail"
            sed 's/^/# /' "$tmp/$lab.err"
            ;;
        esac
    done <"$tmp/$lab.rows"
done
echo "1..$count"
exit $((failed > 0))
