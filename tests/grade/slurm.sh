#!/bin/sh
# A real slurmd grades a class as an array of shards; merged, the report is that of one run.
for need in munged slurmctld slurmd sbatch sinfo; do
    if ! command -v $need >/dev/null 2>&1; then
        echo "1..0 # SKIP Slurm ($need) is not installed: tests/grade/slurm_node install"
        exit 0
    fi
done
# shellcheck source=tests/cli/tap.sh disable=SC2154 # root, tmp, socklings and status come from there
. "$(dirname "$0")/../cli/tap.sh"
here=$root/tests/grade
trap '"$here/slurm_node" stop "$tmp/node"; chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT

hand_in() { # student, folder of the sources
    mkdir -p "$tmp/class/$1/05_udp_echo"
    cp "$2"/*.c "$tmp/class/$1/05_udp_echo/"
}

lab=$root/labs/05_udp_echo
for student in ada ben cleo dan eve fay gil; do
    hand_in "$student" "$lab/solution"
done
hand_in hal "$lab/starter"
for mutant in htons-dropped strlen-of-bytes; do
    hand_in "$mutant" "$lab/solution"
    (cd "$tmp/class/$mutant/05_udp_echo" && patch -s -p1 <"$lab/mutants/$mutant.patch")
done

"$here/slurm_node" start "$tmp/node" >"$tmp/env" 2>"$tmp/why"
report $? "a Slurm node of this user's own comes up" <"$tmp/why"
# shellcheck source=/dev/null
. "$tmp/env"

SOCKLINGS=$socklings
export SOCKLINGS
run timeout 300 sbatch --wait --array=1-3 "$root/runner/grade/class.sbatch" "$tmp/class" "$tmp/shards" --seed 7
is "slurmd has graded all shards" "$status" 0
[ "$status" -eq 0 ] || cat "$tmp"/shards/*/log "$tmp/node/slurmd.log" | sed 's/^/# /'
run "$socklings" merge "$tmp"/shards/1 "$tmp"/shards/2 "$tmp"/shards/3 --out "$tmp/merged"
is "the shards are merged" "$status" 0
run "$socklings" grade "$tmp/class" --seed 7 --out "$tmp/whole"
is "the same class is graded in one piece" "$status" 0
ok "both give the same marks" cmp "$tmp/merged/results.csv" "$tmp/whole/results.csv"
is "of ten students" "$(wc -l <"$tmp/merged/results.csv")" 11
has "with the mistakes named" "$(cat "$tmp/merged/journal.jsonl" "$tmp/merged/class.html")" port-no-htons-bind
finish
