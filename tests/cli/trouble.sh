#!/bin/sh
# Trouble with the workspace and the machine: a clear message, the right status, and nothing lost.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
solution=$root/labs/05_udp_echo/solution

# --- the progress file ---
"$socklings" start 5 >/dev/null
cp "$solution/udp_echo.c" "$SOCKLINGS_WORK/05_udp_echo/"
run "$socklings" check
is "the solved lab passes" "$status" 0
printf '{"half of' >"$SOCKLINGS_WORK/progress.json"
run "$socklings" list
is "a damaged progress file stops nothing" "$status" 0
has "a damaged progress file is told" "$err" "progress.json.damaged"
ok "a damaged progress file is set aside, not lost" \
    sh -c "grep -q 'half of' '$SOCKLINGS_WORK'/progress.json.damaged*"
run "$socklings" list
hasnt "it is told once" "$err" "damaged"
run "$socklings" check 5
is "work goes on after it" "$status" 0
has "and is noted again" "$("$socklings" list)" "done"

cp "$SOCKLINGS_WORK/progress.json" "$tmp/kept.json"
sed 's/"version":[[:space:]]*[0-9]*/"version": 999/' "$tmp/kept.json" >"$SOCKLINGS_WORK/progress.json"
cp "$SOCKLINGS_WORK/progress.json" "$tmp/newer.json"
run "$socklings" check 5
is "a check passes beside a progress file of a newer version" "$status" 0
has "that nothing could be noted is told" "$err" "newer"
ok "a progress file of a newer version is left alone" \
    cmp "$SOCKLINGS_WORK/progress.json" "$tmp/newer.json"
cp "$tmp/kept.json" "$SOCKLINGS_WORK/progress.json"

# --- two runners ---
"$socklings" reset 5 >/dev/null
for _ in 1 2 3 4 5; do
    "$socklings" hint 5 >/dev/null 2>"$tmp/hint.$_" &
    "$socklings" start 10 >/dev/null 2>"$tmp/start.$_" &
done
wait
ok "two runners in one workspace do not hinder each other" \
    test -z "$(cat "$tmp"/hint.* "$tmp"/start.*)"
run "$socklings" progress --json
is "and leave a sound progress file" "$status" 0
hasnt "with nothing set aside" "$err" "damaged"

# --- a workspace that cannot be written ---
mkdir "$tmp/readonly"
cp -r "$SOCKLINGS_WORK/05_udp_echo" "$tmp/readonly/"
chmod 755 "$tmp/readonly" "$tmp/readonly/05_udp_echo"
chmod 644 "$tmp/readonly/05_udp_echo/"*
chmod a-w "$tmp/readonly" "$tmp/readonly/05_udp_echo"
mkdir "$tmp/cache"
chmod 777 "$tmp/cache"
if as_user test -x "$socklings"; then
    run as_user env SOCKLINGS_CACHE="$tmp/cache" "$socklings" --work "$tmp/readonly" start 10
    is "start in a read-only workspace fails" "$status" 2
    has "and names the folder" "$err" "$tmp/readonly"
    run as_user env SOCKLINGS_CACHE="$tmp/cache" "$socklings" --work "$tmp/readonly" hint 5
    is "a hint is given in a read-only workspace" "$status" 0
    has "that it is not noted is told" "$err" "could not be noted"
    run as_user env SOCKLINGS_CACHE="$tmp/cache" "$socklings" --work "$tmp/readonly" doctor
    is "doctor finds the read-only workspace" "$status" 1
    has "doctor tells the fix" "$out" "--work DIR"
fi
touch "$tmp/file"
run "$socklings" --work "$tmp/file" start 5
is "a workspace that is a file is told" "$status" 2
has "and named" "$err" "$tmp/file"

# --- sources ---
work=$SOCKLINGS_WORK/05_udp_echo/udp_echo.c
broken() { # sentence, part of the message
    run "$socklings" check 5
    is "$1 fails the check" "$status" 1
    has "$1 is named" "$out" "${2:-udp_echo.c}"
}
: >"$work"
broken "an empty source" empty
head -c 1000 /dev/zero >"$work"
broken "a binary source"
head -c 10000000 /dev/zero | tr '\0' ' ' >"$work"
broken "a source of 10 MB"
rm "$work"
ln -s /etc/passwd "$work"
broken "a source that is a symlink"
hasnt "and what it leads to is not shown" "$out" "root:"
rm "$work"
mkdir "$work"
broken "a source that is a folder"
rmdir "$work"
echo 'int main(void) { return 0' >"$work"
broken "a source that does not compile" "udp_echo.c:1"
mkdir "$tmp/bin"
ln -s "$(command -v sh)" "$tmp/bin/"
cp "$solution/udp_echo.c" "$work"
run env -u CC PATH="$tmp/bin" SOCKLINGS_CACHE="$tmp/cache2" "$socklings" check 5
is "a machine without a compiler is no failure of the learner's" "$status" 3
has "and how to get one is told" "$out" "gcc"
run env -u CC PATH="$tmp/bin" "$socklings" doctor
is "doctor finds that there is no compiler" "$status" 1

# --- a machine that refuses namespaces ---
run env SOCKLINGS_TIER=C "$socklings" doctor
is "doctor finds that the labs work without namespaces" "$status" 0
has "doctor says what is refused" "$out" "refused"
has "doctor tells how to get it" "$out" "fix: "
run env SOCKLINGS_TIER=C "$socklings" check 9 --src "$root/labs/09_tcp_client/solution" --json
is "a check passes on this machine's own network" "$status" 0
has "and the verdict says so" "$out" '"tier":"C"'

# --- a damaged lab does not hide the others ---
mkdir -p "$tmp/data/labs/05_udp_echo" "$tmp/data/labs/09_tcp_client"
cp -r "$root/lib" "$root/lessons" "$tmp/data/"
cp -r "$root/labs/05_udp_echo" "$tmp/data/labs/"
echo '{"version": 1,' >"$tmp/data/labs/09_tcp_client/lab.json"
SOCKLINGS_DATA=$tmp/data
export SOCKLINGS_DATA
run "$socklings" list
is "list works beside a damaged lab" "$status" 0
has "and names its file" "$err" "09_tcp_client/lab.json"
has "and shows the others" "$out" "05_udp_echo"
run "$socklings" start 9
is "a damaged lab cannot be started" "$status" 2
has "and it is told why" "$err" "lab.json"
run "$socklings" lint
is "lint fails for a damaged lab" "$status" 1
run "$socklings" lint 9
is "lint of a damaged lab fails" "$status" 1
rm "$tmp/data/lessons/en/05_udp_echo.md"
run "$socklings" lesson 5
is "a lesson that is missing is our failure" "$status" 3
has "and its file is named" "$err" "05_udp_echo.md"
run "$socklings" lint 5
is "lint finds that the lesson is missing" "$status" 1
finish
