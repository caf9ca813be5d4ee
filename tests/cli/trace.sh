#!/bin/sh
# trace: the picture of the last check, and of any program.
. "$(dirname "$0")/tap.sh"

recordings=$root/tests/report/recordings

# --- of a lab ---
run "$socklings" trace 10
is "without a check there is nothing to show: a usage error" "$status" 2
has "it says what makes a recording" "$err" "check 10"
mkdir -p "$tmp/work/.socklings"
kept=$tmp/work/.socklings/10_tcp_server.jsonl
cp "$recordings/tcp_echo.jsonl" "$kept"
run "$socklings" trace 10
is "the last check is shown" "$status" 0
has "calls have their line" "$out" "tcp_server.c:59"
has "packets have flags and numbers" "$out" "SYN-ACK seq=0 ack=1"
has "states are there" "$out" "TIME_WAIT"
run "$socklings" trace 10 --packets
has "only what was asked for is shown: packets" "$out" "SYN seq=0"
hasnt "only what was asked for is shown: no calls" "$out" "listen("
run "$socklings" trace 10 --packets --bytes
has "bytes are shown" "$out" "68 65 6c 6c 6f 0a"
run "$socklings" trace 10 --width 40
is "any width does" "$status" 0
run "$socklings" trace 10 --width wide
is "a width that is no number is a usage error" "$status" 2
run env LC_ALL=C "$socklings" trace 10
ok "without UTF-8 the picture is ASCII" sh -c '! LC_ALL=C grep -q "[^ -~]" "$1"' sh "$tmp/run.out"

# --- of a recording ---
run "$socklings" trace "$recordings/htons.jsonl"
is "a recording is shown, wherever it lies" "$status" 0
has "with what was called" "$out" "connect("
run "$socklings" trace "$tmp/nobody.jsonl"
is "a recording that is not there is a usage error" "$status" 2
has "and is named" "$err" "nobody.jsonl"
printf '{"journal":1}\n' >"$tmp/other.jsonl"
run "$socklings" trace "$tmp/other.jsonl"
is "what is no recording is a usage error" "$status" 2
has "and it is told why" "$err" "other.jsonl:1"

cd "$tmp" || exit 1
run "$socklings" trace 10 --svg a.svg --html a.html --json a.jsonl
is "several files are written at once" "$status" 0
has "what was written is told" "$out" "a.html"
ok "the SVG is one" grep -q '<svg xmlns' a.svg
ok "the page is one" grep -q '<!DOCTYPE html>' a.html
ok "the recording is the same" sh -c '[ "$(wc -l <a.jsonl)" = "$(wc -l <"$1")" ]' sh "$kept"
run "$socklings" trace --json 10
is "--json without a file prints" "$(printf '%s\n' "$out" | wc -l)" "$(wc -l <"$kept")"
run "$socklings" trace 10 --svg a.svg
is "a file of ours is written anew" "$status" 0
mkdir folder
ln -s a.svg link
run "$socklings" trace 10 --svg folder
is "a folder is not written to" "$status" 2
run "$socklings" trace 10 --html /dev/null
is "a device is not written to" "$status" 2
run "$socklings" trace 10 --svg link
is "a link is not followed" "$status" 2
run "$socklings" trace 10 --svg --html x.html
is "an option in the place of a file is a usage error" "$status" 2
has "and the option that lacks its file is named" "$err" "--svg needs a value: --svg FILE"
run "$socklings" trace ./server
is "a program without -- is a usage error" "$status" 2
has "and the right form is told" "$err" "trace -- ./server"
run "$socklings" trace 10 --svg nowhere/a.svg
is "a file in no folder is a usage error" "$status" 2
has "it is told which" "$err" "nowhere"
run "$socklings" trace 10 --peer true
is "--peer needs a program" "$status" 2
run "$socklings" trace 10 -- true
is "a lab and a program are too much" "$status" 2
run "$socklings" trace --
is "a program is needed" "$status" 2

cp "$recordings/hostile.jsonl" "$kept"
run "$socklings" trace 10
is "hostile bytes are shown" "$status" 0
ok "none of them reaches the terminal" sh -c '! grep -q "$(printf "\033")" "$1"' sh "$tmp/run.out"
cp "$recordings/hosts_late.jsonl" "$kept"
run "$socklings" trace 10 --width 80
has "each program stands under its host" "$out" "bob 10.0.0.2"
has "a rule that holds a frame is named" "$out" "hold udp port 7001, never released"
missed="3 packets were not seen"
has "packets that nobody saw are told" "$out" "$missed"
run "$socklings" trace 10 --svg hosts.svg --html hosts.html --json hosts.jsonl
ok "in every form" grep -q "$missed" hosts.svg
ok "in the page" grep -q "$missed" hosts.html
ok "in the recording" grep -q '"packets_missed":3,"packets_left_out":12000' hosts.jsonl
echo nonsense >"$kept"
run "$socklings" trace 10
is "a recording that is none is told" "$status" 2
has "and what to do about it" "$err" "check 10"

# --- of any program ---
if ! "$socklings" doctor 2>/dev/null | grep -q 'isolation: A:'; then
    echo "# no private network here"
else
    run "$socklings" trace --json -- sh -c 'echo to stderr; exit 0'
    is "a program that ends well: 0" "$status" 0
    has "what it printed is on standard error" "$err" "to stderr"
    ok "the recording is on standard output alone" sh -c '! grep -vq "^{" "$1"' sh "$tmp/run.out"
    run "$socklings" trace -- sh -c 'exit 3'
    is "a program that fails: 1" "$status" 1
    run "$socklings" trace -- "$tmp/there-is-none"
    is "a program that is not there is a usage error" "$status" 2
fi
finish
