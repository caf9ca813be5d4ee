#!/bin/sh
# Single commands: what they print, and their exit statuses, for right and wrong command lines.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

# --- help and version ---
run "$socklings" --help
is "--help succeeds" "$status" 0
for command in list start next lesson check hint run trace quiz solution reset progress verify lint \
    doctor help version quit; do
    has "--help tells of $command" "$out" "  $command "
    run "$socklings" help "$command"
    is "help $command succeeds" "$status" 0
    has "help $command shows how it is typed" "$out" "socklings $command"
    told=$out
    run "$socklings" "$command" --help
    is "$command --help says the same" "$out" "$told"
    run "$socklings" --help
done
run "$socklings" --version
is "--version succeeds" "$status" 0
has "--version names the program" "$out" "socklings "
run "$socklings" help nonsense
is "help for an unknown command is a usage error" "$status" 2
run "$socklings" help --man
is "the manual page is printed" "$status" 0
has "the manual page is roff" "$out" ".TH SOCKLINGS 1"
if command -v groff >/dev/null; then
    "$socklings" help --man | groff -man -Tascii -ww -z 2>"$tmp/groff"
    ok "groff has no complaint about the manual page" test ! -s "$tmp/groff"
fi

# --- wrong command lines: 2, the nearest name, and nothing on stdout ---
run "$socklings" chekc
is "an unknown command is a usage error" "$status" 2
has "an unknown command names the nearest" "$err" 'Did you mean "check"?'
run "$socklings" --nonsense
is "an unknown option is a usage error" "$status" 2
run "$socklings" --work
is "an option without its value is a usage error" "$status" 2
run "$socklings" --lang ../../etc list
is "a language cannot lead out of the lessons" "$status" 2
run "$socklings" check 5 --jsno
is "an unknown option of a command is a usage error" "$status" 2
has "an unknown option names the nearest" "$err" 'Did you mean "--json"?'
run "$socklings" start 5 6
is "an argument too many is a usage error" "$status" 2
has "an argument too many is told with the right form" "$err" "start N"
run "$socklings" start
is "a missing argument is a usage error" "$status" 2
run "$socklings" start 99
is "an unknown lab is a usage error" "$status" 2
to_come=24
while ls -d "$root"/labs/"$(printf %02d "$to_come")"_* >/dev/null 2>&1; do
    to_come=$((to_come - 1))
done
if [ "$to_come" -gt 0 ]; then
    run "$socklings" start "$to_come"
    has "a lab to come is told as a sentence" "$err" "There is no lab $to_come yet; "
fi
for command in run reset solution; do
    run "$socklings" "$command"
    is "$command without a lab is a usage error before anything was started" "$status" 2
    has "$command without a lab asks which" "$err" "Which lab?"
done
run "$socklings" start udp_ecoh
is "a mistyped lab is a usage error" "$status" 2
has "a mistyped lab names the nearest" "$err" "udp_echo"
run "$socklings" check
is "check without a lab is a usage error before anything was started" "$status" 2
has "check without a lab says what to type" "$err" "socklings start"
run "$socklings" check 5
is "check of a lab that was not started is a usage error" "$status" 2
has "check of a lab that was not started says what to type" "$err" "socklings start 5"
run "$socklings" check 5 --src "$tmp/nowhere"
is "check of a folder that is not there is a usage error" "$status" 2
run "$socklings" check 5 --seed 0
is "a seed that is no number from 1 is a usage error" "$status" 2
run "$socklings" run 10 client
is "an unknown role is a usage error" "$status" 2
run "$socklings" verify 5 --repeat none
is "a repetition count that is no number is a usage error" "$status" 2
ok "none of these made a workspace" test ! -e "$SOCKLINGS_WORK"

# --- lists ---
run "$socklings" list
is "list succeeds without a workspace" "$status" 0
has "list shows the parts" "$out" "Part 2"
has "list shows a lab" "$out" "05_udp_echo"
hasnt "list is without colour when it is no terminal" "$out" "$(printf '\033')"
run "$socklings" list --json
is "list --json succeeds" "$status" 0
has "list --json names labs" "$out" '"id":	"05_udp_echo"'
if command -v python3 >/dev/null; then
    ok "list --json is JSON" python3 -m json.tool "$tmp/run.out"
    run "$socklings" progress --json
    ok "progress --json is JSON" python3 -m json.tool "$tmp/run.out"
fi

# --- the learner's files ---
run "$socklings" solution 5
is "the solution is not shown before the lab passes" "$status" 1
has "and --give-up is told of" "$err" "--give-up"
run "$socklings" start 5
is "start succeeds" "$status" 0
ok "start brings the file" test -s "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
ok "start brings compile_flags.txt" test -s "$SOCKLINGS_WORK/compile_flags.txt"
echo '/* mine */' >>"$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
run "$socklings" start 5
is "a second start succeeds" "$status" 0
ok "a second start keeps what the learner wrote" \
    grep -q mine "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
run "$socklings" reset 5
is "reset succeeds" "$status" 0
has "reset says where the work is kept" "$out" "udp_echo.c.1"
ok "reset keeps the work" grep -q mine "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c.1"
run "$socklings" hint
has "the first hint is the first" "$out" "Hint 1 of"
run "$socklings" hint
has "the second hint is the second" "$out" "Hint 2 of"
run "$socklings" lesson 5
is "lesson succeeds" "$status" 0
run "$socklings" solution 5 --give-up
is "solution --give-up shows the solution" "$status" 0
has "the solution is the lab's" "$out" "recvfrom("
hasnt "the solution is shown without the lesson's marks" "$out" "/* ["

# --- check ---
run "$socklings" check 5 --src "$root/labs/05_udp_echo/solution" --json
is "check of the solution passes" "$status" 0
has "its verdict is a pass" "$out" '"outcome":'
run "$socklings" check
is "check of the starter fails" "$status" 1
hasnt "check never says only that it is not quite right" "$out" "not quite right"
ok "check keeps its recording" test -s "$SOCKLINGS_WORK/.socklings/05_udp_echo.jsonl"
rm "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
run "$socklings" check 5
is "check without the source file fails" "$status" 1
has "check without the source file names it" "$out" "there is no udp_echo.c in"
has "and says how to get the starter again" "$out" 'socklings reset 5" brings the starter back'
hasnt "and does not put it in the compiler's mouth" "$out" "The compiler says"
run "$socklings" reset 5
ok "reset brings a missing file back" test -s "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
cp "$root/labs/05_udp_echo/solution/udp_echo.c" "$SOCKLINGS_WORK/05_udp_echo/"
run "$socklings" check 5
is "check of the solved lab passes" "$status" 0
run "$socklings" solution 5
is "the solution is shown after passing" "$status" 0
run "$socklings" hint 5
has "there is no hint when everything passes" "$out" "nothing left"
run "$socklings" reset 5
run "$socklings" progress
has "progress tells a lab that was passed and reset" "$out" "done; 0 of 8 steps since the reset"
run "$socklings" start 5
has "start names the step to do again after a reset" "$out" "Step 1 of 8"
sed 's/recvfrom(/recvfrom_not_there(/' "$root/labs/05_udp_echo/solution/udp_echo.c" \
    >"$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
run "$socklings" check 5
run "$socklings" progress
has "progress tells a lab that was passed and fails now" "$out" "steps at the last check"
cp "$root/labs/05_udp_echo/solution/udp_echo.c" "$SOCKLINGS_WORK/05_udp_echo/"
run "$socklings" check 5

mkdir "$tmp/a folder"
run "$socklings" check 5 --src "$tmp/a folder" --seed 3 --json
has "a path with a blank is quoted in the command that repeats it" "$out" \
    "check 5 --src '$tmp/a folder' --seed 3"
ln -s "$socklings" "$tmp/typed"
run "$tmp/typed" check 5 --src "$tmp/a folder" --seed 3
has "the command that repeats it is the one that was typed" "$out" "Repeat:  $tmp/typed check 5"
run env SOCKLINGS_CACHE="$tmp/compiled" "$socklings" check 14 --src "$root/labs/14_simple_download/solution"
is "check of a lab with two programs passes" "$status" 0
is "the server, which a sanitized scene starts, is compiled twice" \
    "$(find "$tmp/compiled" -name simple_server | wc -l)" 2
is "the client, which none starts, is compiled once" \
    "$(find "$tmp/compiled" -name simple_client | wc -l)" 1

# --- next ---
after() { # the lab behind that one
    printf '%s\n' "$root"/labs/* | sed -n "/\/$1\$/{n;s|.*/||p;}"
}
second=$(after 05_udp_echo)
third=$(after "$second")
run "$socklings" next
is "next begins another lab" "$status" 0
has "next passes over the one that is done" "$out" "$second"
run "$socklings" next
has "next tells of the lab that it leaves" "$out" "$second does not pass yet"
has "and goes on to the one after it" "$out" "$third"
run "$socklings" check 5 --seed 7
is "going on changes nothing of the lab that is done" "$status" 0
run "$socklings" lesson 5 what-a-socket-is
is "a section of a lesson is shown alone" "$status" 0
run "$socklings" lesson 5 zzzzzzzzzzzz
is "a section that is not there is a usage error" "$status" 2
has "and those that are there are listed" "$err" "  what-a-socket-is"
run "$socklings" lesson 5 what-a-sokcet-is
is "an unknown section is a usage error" "$status" 2
has "and the nearest is named" "$err" '"what-a-socket-is"'

# --- run ---
run "$socklings" run 5 --solution --
is "the program's own failure is the status of run" "$status" 1
has "run tells the exit status in words" "$out" "ended with exit status 2"
has "run shows the command" "$out" "$ ./udp_echo"

# --- where things are ---
run env SOCKLINGS_DATA="$tmp" "$socklings" list
is "a wrong SOCKLINGS_DATA is told" "$status" 3
has "a wrong SOCKLINGS_DATA is named" "$err" "$tmp"
run env SOCKLINGS_DATA="$root" "$socklings" list
is "SOCKLINGS_DATA is followed" "$status" 0
if [ -w /dev/full ]; then
    "$socklings" list >/dev/full 2>"$tmp/full.err"
    is "output that cannot be written is an error" $? 3
fi
run "$socklings" doctor
has "doctor tells of the compiler" "$out" "compiler"
has "doctor tells of the workspace" "$out" "workspace"
run "$socklings" lint
is "lint finds the labs sound" "$status" 0
finish
