#!/bin/sh
# Scenes of three hosts side by side, again and again: with the same seed the wire loses the same
# datagrams in each, and nothing is left behind.
#
#     tests/scene/hosts_crowd.sh [ROUNDS]     16 scenes each; for a soak: 63
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/../cli/tap.sh"

if ! "$socklings" doctor 2>/dev/null | grep -q 'isolation: A:'; then
    echo "1..0 # SKIP needs namespaces"
    exit 0
fi
rounds=${1:-2}
many=16
case $BUILD in */asan) many=4 ;; esac

"${CC:-gcc}" -std=gnu11 -o "$tmp/lan" "$root/tests/scene/programs/hosts.c" || exit 1
chmod 755 "$tmp/lan"

# One scene: its frames in their order, and what the program saw.
scene() { # file
    "$socklings" trace --hosts alice,bob,carol --seed 7 --wire 'drop udp from bob 20%' \
        --wire 'duplicate udp from alice to bob every 5' --json="$1.jsonl" \
        --peer "bob: $tmp/lan flood 10.0.0.1 7000 12" -- "$tmp/lan" echo 0.0.0.0 7000 >"$1.out" 2>&1
    echo "exit status $?" >>"$1.out"
    sed -i '/^Wrote /d' "$1.out"
    # Of each host by itself: whether bob asks again before or after alice has answered twice is
    # theirs. (Asking for addresses is not looked at either.)
    for host in alice bob; do
        grep '"proto":"udp"' "$1.jsonl" | grep "\"host\":\"$host\"" | grep -o '"fate":"[a-z]*"' |
            sed "s/^/$host /" >>"$1.out"
    done
    rm -f "$1.jsonl"
}

scene "$tmp/first"
out=$(cat "$tmp/first.out")
has "some datagrams come back" "$out" " back"
has "some are lost" "$out" " lost"
has "some come twice" "$out" '"duplicated"'

round=0
same=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    i=0
    pids=
    while [ $i -lt $many ]; do
        i=$((i + 1))
        scene "$tmp/$i" &
        pids="$pids $!"
    done
    for pid in $pids; do wait "$pid"; done
    i=0
    while [ $i -lt $many ]; do
        i=$((i + 1))
        if cmp -s "$tmp/first.out" "$tmp/$i.out"; then
            same=$((same + 1))
        else
            diff "$tmp/first.out" "$tmp/$i.out" >>"$tmp/differences"
        fi
    done
done
out=$(head -n 60 "$tmp/differences" 2>/dev/null)
is "$many at once, $rounds times: the same in each" "$same" $((many * rounds))
# The kernel takes them down by itself, in its own time.
gone() {
    end=$(($(date +%s) + 30))
    while grep -qsa "^$tmp/lan" /proc/[0-9]*/cmdline; do
        [ "$(date +%s)" -lt $end ] || return 1
    done
}
ok "no program is left" gone
finish
