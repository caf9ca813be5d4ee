#!/bin/sh
# Many at once: every check has a network of its own, so that they neither meet nor mind each other.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/../cli/tap.sh"

many=50
case $BUILD in */asan) many=12 ;; esac

# The programs are compiled once, so that the scenes are what runs side by side.
run "$socklings" check 5 --src "$root/labs/05_udp_echo/solution" --json
is "one passes" "$status" 0

i=0
pids=
while [ $i -lt $many ]; do
    i=$((i + 1))
    SOCKLINGS_WORK=$tmp/work$i "$socklings" check 5 --src "$root/labs/05_udp_echo/solution" --json \
        >"$tmp/out$i" 2>"$tmp/err$i" &
    pids="$pids $!"
done
passed=0
for pid in $pids; do
    if wait "$pid"; then passed=$((passed + 1)); fi
done
# What a failure is shown with.
out=$(cat "$tmp"/out* "$tmp"/err* | grep -v '"outcome":"pass"')
is "$many at once pass" "$passed" $many
ok "none of them has anything to complain of" test -z "$(cat "$tmp"/err*)"
finish
