#!/bin/sh
# What tracing costs, with a peer in the same run: the program alone, under socklings, under strace, in turn;
# medians.
#
#     tests/bench/tracing.sh [ROUNDS]
cd "$(dirname "$0")/../.." || exit 1
BUILD=${BUILD:-build}
rounds=${1:-7}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
for program in compute pingpong; do
    ${CC:-gcc} -O2 -g -o "$tmp/$program" "tests/bench/programs/$program.c" || exit 1
done

# The program prints its own milliseconds; the last one that looks like it is taken.
once() { # NAME COMMAND...
    name=$1
    shift
    "$@" 2>&1 | awk '/^[0-9]+\.[0-9]+ [0-9]+$/ { ms = $1 } END { print ms }' >>"$tmp/$name"
}

median() { sort -n "$tmp/$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

has_strace=$(command -v strace)
i=0
while [ "$i" -lt "$rounds" ]; do
    i=$((i + 1))
    for size in "compute 200" "pingpong 10000"; do
        program=${size% *}
        argument=${size#* }
        once "$program.alone" "$tmp/$program" "$argument"
        once "$program.traced" "$BUILD/socklings" trace --json "$tmp/out" -- "$tmp/$program" "$argument"
        [ -z "$has_strace" ] ||
            once "$program.strace" strace -f -e trace=network -o "$tmp/strace" "$tmp/$program" "$argument"
    done
done

for program in compute pingpong; do
    strace=none
    [ -z "$has_strace" ] || strace=$(median "$program.strace")
    awk -v name="$program" -v alone="$(median "$program.alone")" -v traced="$(median "$program.traced")" \
        -v strace="$strace" 'BEGIN {
        printf "%-9s alone %.1f ms, traced %.1f ms (ratio %.3f)", name, alone, traced, traced / alone
        if (strace != "none")
            printf ", strace -f -e trace=network %.1f ms (ratio %.3f)", strace, strace / alone
        if (name == "pingpong") {
            printf "\n          a call: traced %.1f us", (traced - alone) / 40000 * 1000
            if (strace != "none")
                printf ", strace %.1f us", (strace - alone) / 40000 * 1000
        }
        print ""
    }'
done
