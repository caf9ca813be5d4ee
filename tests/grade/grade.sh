#!/bin/sh
# A class is graded: resumed, in shards, with hidden steps, watched; and what is told of bad input.
# shellcheck disable=SC2154 # status, out and err come from tap.sh
. "$(dirname "$0")/../cli/tap.sh"

lab=05_udp_echo
class=$tmp/class
journal=$tmp/grades/journal.jsonl

if [ "$(id -u)" -ne 0 ] && ! "$socklings" doctor 2>/dev/null | grep -q ' A: every check'; then
    echo "1..0 # SKIP no private networks on this machine (tier A)"
    exit 0
fi

hand_in() { # student, starter or solution, [patch of the lab's mutants]
    mkdir -p "$class/$1/$lab"
    cp "$root/labs/$lab/$2/udp_echo.c" "$class/$1/$lab/"
    [ -z "${3:-}" ] || patch -s -p1 -d "$class/$1/$lab" <"$root/labs/$lab/mutants/$3.patch"
}

# A line for each result: student, outcome, points, and each step with the mistake that was named.
gist() { # journal
    python3 - "$1" <<'EOF'
import json, sys
last = {}
for line in open(sys.argv[1], encoding="utf-8"):
    if not line.endswith("\n"):
        continue
    entry = json.loads(line)
    if "verdict" in entry:
        last[(entry["student"], entry["verdict"]["lab"], entry["attempt"])] = entry
for who, entry in sorted(last.items()):
    v = entry["verdict"]
    steps = [(s["id"], s["status"], s.get("stage"), s.get("diagnosis", {}).get("id")) for s in v["steps"]]
    print(*who, v["outcome"], v["points"], v["seed"], entry["key"], entry["hidden"], steps)
EOF
}

results() { # journal: how many lines hold a verdict
    grep -c '"verdict":' "$1"
}

grade() {
    run "$socklings" grade "$class" --lab 5 --seed 11 "$@"
}

wait_for() { # COMMAND …: until it succeeds, at most a minute
    _tries=600
    while ! "$@" 2>/dev/null; do
        _tries=$((_tries - 1))
        [ $_tries -gt 0 ] || return 1
        sleep 0.1 # nothing is measured by it
    done
}

hand_in anna solution
hand_in ben starter
hand_in cem solution another-socket
hand_in dora solution any-text-is-a-port
hand_in "emil o'neil" solution
mkdir -p "$class/fay/$lab"
printf 'int main(void) { return 0 }\n' >"$class/fay/$lab/udp_echo.c"

# --- a whole class ---

grade --out "$tmp/grades"
is "a class is graded, whatever its programs do" "$status" 0
has "the end says how many there were, and how many pass" "$out" "6 submissions. 2 pass."
is "the results are nobody else's to read" "$(stat -c %a "$tmp/grades")" 700
has "a result is told as it is known" "$out" "anna 05_udp_echo: pass"
has "what does not compile is a build error" "$out" "fay 05_udp_echo: build-error"
is "each submission has a line in the journal" "$(results "$journal")" 6
for file in class.html results.csv junit.xml gradescope/anna.json students/anna/index.html \
    students/ben/$lab.txt students/ben/$lab.html students/ben/$lab.jsonl \
    submissions/anna/1/$lab/udp_echo.c; do
    ok "the results hold $file" test -s "$tmp/grades/$file"
done
gist "$journal" >"$tmp/first"

command=$(python3 -c '
import json, sys
for line in open(sys.argv[1]):
    entry = json.loads(line)
    if entry.get("student", "").startswith("emil"):
        print(entry["verdict"]["reproduce"])' "$journal")
run sh -c "cd '$tmp/grades' && $BUILD/${command}"
has "the command that a result tells judges it again" "$out" "All 8 steps pass"
is "and comes to the same verdict" "$status" 0

grade --out "$tmp/grades"
has "what was judged is not judged again" "$out" \
    "6 submissions: 0 judged now, 6 as before. 2 pass."
is "and adds nothing to the journal" "$(results "$journal")" 6
printf '/* more */\n' >>"$class/ben/$lab/udp_echo.c"
grade --out "$tmp/grades"
has "what has changed is judged again" "$out" "1 judged now, 5 as before."
ok "by another seed: what was told of the first time is not what comes" python3 - "$tmp/grades/journal.jsonl" <<'EOF'
import json, sys
seeds = {}
for line in open(sys.argv[1], encoding="utf-8"):
    entry = json.loads(line)
    if "verdict" in entry:
        seeds.setdefault(entry["student"], set()).add(entry["verdict"]["seed"])
assert len(seeds["ben"]) == 2 and len(seeds["anna"]) == 1, seeds
EOF
grade --out "$tmp/grades" --fresh --only anna
has "--fresh judges again what has not changed" "$out" "1 submission."
grade --out "$tmp/grades" --only nobody
has "a student whom nobody knows is told" "$out" 'Nothing was handed in by "nobody"'
cp "$tmp/grades/students/ben/$lab.html" "$tmp/ben.html"
cp "$tmp/grades/students/ben/$lab.txt" "$tmp/ben.txt"
rm "$tmp/grades/students/ben/$lab.html" "$tmp/grades/students/ben/$lab.txt"
grade --out "$tmp/grades" --format csv
has "pages that are not asked for are not made" "$out" ": 0 judged now"
ok "so they are not there" test ! -e "$tmp/grades/students/ben/$lab.html"
grade --out "$tmp/grades"
has "pages that have gone are made of what is known, without judging" "$out" ": 0 judged now"
ok "and are as they were" cmp "$tmp/grades/students/ben/$lab.html" "$tmp/ben.html"
ok "also as text" cmp "$tmp/grades/students/ben/$lab.txt" "$tmp/ben.txt"
rm "$tmp/grades/students/anna/$lab.html" "$tmp/grades/students/anna/$lab.jsonl"
grade --out "$tmp/grades"
has "without its recording a submission is judged again" "$out" "1 judged now"
ok "and the page is there" test -s "$tmp/grades/students/anna/$lab.html"
cp "$root/labs/$lab/starter/udp_echo.c" "$class/ben/$lab/"

run "$socklings" grade "$class" --lab 5 --out "$tmp/grades" --json
ok "--json prints one document" python3 -c 'import json, sys; json.loads(sys.argv[1])["reused"]' "$out"

# --- the same, however it is done ---

grade --out "$tmp/one" --jobs 1
gist "$tmp/one/journal.jsonl" >"$tmp/gist-one"
grade --out "$tmp/many" --jobs 8
gist "$tmp/many/journal.jsonl" >"$tmp/gist-many"
ok "one worker and eight come to the same" diff "$tmp/gist-one" "$tmp/gist-many"
ok "and to the same marks" cmp "$tmp/one/results.csv" "$tmp/many/results.csv"
for i in 1 2 3; do
    grade --out "$tmp/part$i" --shard "$i/3"
done
run "$socklings" merge "$tmp/part1" "$tmp/part2" "$tmp/part3" --out "$tmp/merged"
has "shards are merged" "$out" "6 submissions."
gist "$tmp/merged/journal.jsonl" >"$tmp/gist-merged"
ok "three shards come to the same as one run" diff "$tmp/gist-one" "$tmp/gist-merged"
ok "and to the same marks" cmp "$tmp/one/results.csv" "$tmp/merged/results.csv"
ok "pages come along" test -s "$tmp/merged/students/anna/$lab.html"
ok "and so do the sources" test -s "$tmp/merged/submissions/anna/1/$lab/udp_echo.c"
run "$socklings" merge "$tmp/part1" --out "$tmp/merged"
is "merge writes over nothing" "$status" 2
cp -r "$tmp/part2" "$tmp/older"
sed 's/"socklings":"[^"]*"/"socklings":"0.0.1"/' "$tmp/part2/journal.jsonl" >"$tmp/older/journal.jsonl"
run "$socklings" merge "$tmp/part1" "$tmp/older" --out "$tmp/mixed"
is "parts that different versions have judged are not merged" "$status" 2
has "and both are named" "$out" "$tmp/older/journal.jsonl by 0.0.1"
ok "nothing is written" test ! -e "$tmp/mixed"
grade --out "$tmp/again" --only anna --fresh --repeat 2
run "$socklings" merge "$tmp/merged" "$tmp/again" --out "$tmp/newer"
has "of one that stands in two parts" "$out" "6 submissions."
ok "the later part counts" python3 - "$tmp/newer/journal.jsonl" <<'EOF'
import json, sys
repeats = {e["student"]: e["repeats"] for e in map(json.loads, open(sys.argv[1], encoding="utf-8")) if "verdict" in e}
assert repeats.pop("anna") == 2 and set(repeats.values()) == {1}, repeats
EOF

grade --out "$tmp/thrice" --repeat 3 --only anna
ok "--repeat tells how often it was judged" grep -q '"repeats":3,"disagreed":0' "$tmp/thrice/journal.jsonl"

# --- interrupted ---

"$socklings" grade "$class" --lab 5 --seed 11 --jobs 2 --out "$tmp/killed" >/dev/null 2>&1 &
grader=$!
wait_for grep -q '"verdict":' "$tmp/killed/journal.jsonl"
workers=$(pgrep -P "$grader" -d ,)
workers=$workers,$(pgrep -P "$workers" -d ,)
kill -9 "$grader"
wait "$grader" 2>/dev/null
gone() { ! ps -o pid= -p "$workers" | grep -q .; }
ok "when the grader is killed, its workers end" wait_for gone
grade --out "$tmp/killed"
is "the same command goes on from there" "$status" 0
has "with what was judged before" "$out" " as before."
gist "$tmp/killed/journal.jsonl" >"$tmp/gist-killed"
ok "and comes to the same" diff "$tmp/gist-one" "$tmp/gist-killed"

"$socklings" grade "$class" --lab 5 --seed 11 --jobs 1 --out "$tmp/orphans" >/dev/null 2>&1 &
grader=$!
worker_of() { # grader: of its children the keeper has workers, who are of its session
    for _child in $(pgrep -P "$1"); do
        pgrep -P "$_child" -s "$_child" && return
    done
    return 1
}
ok "a worker is started" wait_for worker_of "$grader"
kill -9 "$(worker_of "$grader")"
wait "$grader"
is "when a worker is killed, another does what it had to do" "$?" 0
gist "$tmp/orphans/journal.jsonl" >"$tmp/gist-orphans"
ok "and all comes to the same, also what it had been given ahead" diff "$tmp/gist-one" "$tmp/gist-orphans"

"$socklings" grade "$class" --lab 5 --seed 11 --jobs 1 --out "$tmp/stopped" >"$tmp/stopped.out" 2>&1 &
grader=$!
wait_for grep -q '"verdict":' "$tmp/stopped/journal.jsonl"
kill -TERM "$grader"
wait "$grader"
is "asked to end, it ends by the signal" "$?" 143
has "and says how to go on" "$(cat "$tmp/stopped.out")" "The same command goes on from there"

# --- hidden steps ---

mkdir -p "$tmp/hidden/$lab"
cat >"$tmp/hidden/$lab/lab.json" <<'EOF'
{"version": 1, "id": "05_udp_echo", "steps": [
  {"id": "canary-one", "title": "canary: it starts", "points": 2, "checks": [
    {"title": "canary", "scene": [
      {"start": "server", "args": ["${port}"]},
      {"wait": "server", "for": "blocked"}], "vars": {"port": "port"}}]},
  {"id": "canary-two", "title": "canary: it says what nobody asked for", "points": 3, "checks": [
    {"title": "canary", "scene": [
      {"start": "server", "args": ["${port}"]},
      {"output": "server", "matches": "canary nobody asked for"}],
     "vars": {"port": "port"}}]}
]}
EOF
grade --out "$tmp/secret" --hidden "$tmp/hidden" --only anna --only ben
is "hidden steps are judged too" "$status" 0
ok "the journal says which they are" grep -q '"hidden":\["canary-one","canary-two"\]' "$tmp/secret/journal.jsonl"
has "a hidden step that is not passed is a failure" "$out" "anna 05_udp_echo: stall"
ok "a student has a page" test -s "$tmp/secret/students/anna/$lab.html"
ok "and sees nothing of them" sh -c "! grep -ri canary '$tmp/secret/students' '$tmp/secret/gradescope'"
ok "of a hidden scene there is no recording" test ! -e "$tmp/secret/students/anna/$lab.jsonl"
run sh -c "cd '$tmp/secret' && '$socklings' check 5 --src submissions/anna/1/$lab --hidden '$tmp/hidden'"
has "the instructor can see it fail" "$out" "canary"
is "as a failure" "$status" 1
run "$socklings" check 5 --src "$class/anna/$lab"
is "without --hidden, check knows nothing of them" "$status" 0
run "$socklings" check 5 --hidden "$tmp/hidden"
is "--hidden is not for one's own work" "$status" 2
mv "$tmp/hidden/$lab" "$tmp/hidden/05_udp_ecko"
grade --out "$tmp/secret2" --hidden "$tmp/hidden"
is "a hidden lab without a public one is refused" "$status" 2
has "with the nearest name" "$out" "did you mean 05_udp_echo?"
mv "$tmp/hidden/05_udp_ecko" "$tmp/hidden/$lab"
printf '{"version": 1, "id": "05_udp_echo", "steps": [{"id": "socket", "title": "x", "checks": [{"build": "clean"}]}]}' \
    >"$tmp/hidden/$lab/lab.json"
grade --out "$tmp/secret2" --hidden "$tmp/hidden"
has "a hidden step may not take a public one's name" "$out" '$.steps[0].id: "socket" is already a step of'
printf '{"version": 1, "id": "05_udp_echo", "stepps": []}' >"$tmp/hidden/$lab/lab.json"
grade --out "$tmp/secret2" --hidden "$tmp/hidden"
has "an error in it has file and place" "$out" "$lab/lab.json: \$"

# --- a drop box ---

mkdir "$tmp/box"
"$socklings" grade "$tmp/box" --lab 5 --watch --out "$tmp/watched" >"$tmp/watched.out" 2>&1 &
grader=$!
wait_for test -s "$tmp/watched/class.html"
ok "that it watches is told before anything comes" grep -q "^Watching" "$tmp/watched.out"
has "and that nothing is there yet" "$(cat "$tmp/watched.out")" "Nothing has been handed in yet"
hasnt "which is no refusal" "$(cat "$tmp/watched/journal.jsonl")" refused
mkdir -p "$tmp/box/gus/$lab"
cp "$root/labs/$lab/starter/udp_echo.c" "$tmp/box/gus/$lab/"
ok "what is put into the folder is graded" wait_for grep -q '"student":"gus"' "$tmp/watched/journal.jsonl"
ok "and is in the reports" wait_for grep -q gus "$tmp/watched/results.csv"
cp "$root/labs/$lab/solution/udp_echo.c" "$tmp/box/gus/$lab/"
ok "handed in again, it is graded again" \
    wait_for grep -q '"student":"gus".*"outcome":"pass"' "$tmp/watched/journal.jsonl"
kill -TERM "$grader"
wait "$grader"

# --- bad input ---

bad() { # sentence, part of the message, arguments …
    _said=$1
    _part=$2
    shift 2
    run "$socklings" grade "$@"
    is "$_said is a wrong command line" "$status" 2
    has "$_said is told" "$out" "$_part"
}
bad "no folder" "grade needs DIR"
bad "a folder that is not there" "No such file" "$tmp/nowhere"
bad "a shard 0" "--shard takes I/N" "$class" --shard 0/3
has "in a whole sentence" "$out" "is none of them."
bad "a shard beyond the last" "--shard takes I/N" "$class" --shard 4/3
bad "no jobs" "--jobs takes a whole number" "$class" --jobs 0
bad "too many jobs" "--jobs takes a whole number" "$class" --jobs 10000
bad "a lab that does not exist" "did you mean udp_echo?" "$class" --lab udp_ecko
bad "a format that does not exist" "did you mean csv?" "$class" --format cvs
bad "a time that is none" "--since takes" "$class" --since yesterday
bad "results within the class" "name another folder with --out" "$class" --out "$class/grades"
bad "a class within the results" "the folder of the results" "$tmp/grades/submissions" --out "$tmp/grades"
bad "another seed" "was begun with the seed 11" "$class" --lab 5 --seed 12 --out "$tmp/grades"
ok "none of it has made a folder" test ! -e "$class/grades"

run env SOCKLINGS_TIER=C "$socklings" grade "$class" --lab 5 --out "$tmp/c"
is "without isolation nothing is graded" "$status" 3
has "and the fix is told" "$out" "The fix:"

grade --out "$tmp/grades" --only Ana
has "a name that nobody has is told, with the one that is near" "$err" "did you mean anna?"
has "and nothing is judged" "$out" "0 submissions."

# --- rules that may not be meant ---

printf '{"version": 1, "labs": {"09_tcp_client": {}}, "extensions": {"ana": "1d", "zoe": "1d"}}' \
    >"$tmp/other.json"
grade --out "$tmp/grades" --policy "$tmp/other.json"
is "rules that may not be meant are no error" "$status" 0
has "a lab that counts unasked is told" "$err" "for everybody: 05_udp_echo (6 of 6). Name them"
has "an extension whose name is misspelt is told" "$err" "is \"anna\" meant?"
hasnt "who has not handed in yet is no mistake" "$err" "zoe"
has "but stands in class.html" "$(cat "$tmp/grades/class.html")" "zoe"

mkdir "$tmp/full"
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=64k none "$tmp/full" 2>/dev/null; then
    run "$socklings" grade "$class" --lab 5 --seed 11 --out "$tmp/full/out"
    is "a full disk stops the run" "$status" 3
    has "and is told" "$out" "No space left on device"
    mount -o remount,size=64m "$tmp/full"
    run "$socklings" grade "$class" --lab 5 --seed 11 --out "$tmp/full/out"
    is "with room again, the same command goes on" "$status" 0
    gist "$tmp/full/out/journal.jsonl" >"$tmp/gist-full"
    ok "and comes to the same" diff "$tmp/gist-one" "$tmp/gist-full"
    umount "$tmp/full"
else
    count=$((count + 1))
    echo "ok $count - a full disk stops the run, and it goes on # SKIP mounting needs root"
fi

finish
