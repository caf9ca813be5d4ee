#!/bin/sh
# The prompt on a real terminal: a whole session, completion, history, Ctrl-C, Ctrl-D, narrow screens.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
solution=$root/labs/05_udp_echo/solution/udp_echo.c

drive "a learner starts lab 5, fails, is helped, solves it, and passes" -- "$socklings" <<S
expect "list" shows the labs
expect socklings >
type start 5
expect $SOCKLINGS_WORK/05_udp_echo/udp_echo.c
expect Step 1 of
expect 05_udp_echo >
type check
expect Read on: lesson 5
expect "hint" helps
expect 05_udp_echo >
type hint
expect Hint 1 of
expect 05_udp_echo >
run cp $solution $SOCKLINGS_WORK/05_udp_echo/udp_echo.c
type check
expect quiz
expect 05_udp_echo >
type progress
expect 2 checks, 1 hint
expect 05_udp_echo >
type quit
exit 0
S

drive "the state is kept for the next session" -- "$socklings" <<S
expect You are at 05_udp_echo
expect 05_udp_echo >
type list
expect 05_udp_echo
expect done
expect 05_udp_echo >
type progress
expect 2 checks, 1 hint
expect 1 of
expect 05_udp_echo >
type hint
expect nothing left
expect 05_udp_echo >
key \x04
exit 0
S

drive "history is kept between sessions" -- "$socklings" <<S
expect 05_udp_echo >
key \x10\x10\r
expect 2 checks, 1 hint
expect 05_udp_echo >
type quit
exit 0
S
ok "the history is the user's alone" \
    test "$(stat -c %a "$HOME/.local/state/socklings/history")" = 600

drive "commands, labs, roles and options are completed" -- "$socklings" <<S
expect 05_udp_echo >
key les\t
expect lesson 
key 10_\t
expect 10_tcp_server
key \x15
key run 10 s\t
expect server
key \x15
key check --js\t
expect --json
key \x15
key start \t\t
expect 10_tcp_server
key \x15
type quit
exit 0
S

drive "Ctrl-C forgets a half-typed line and stays" -- "$socklings" <<S
expect 05_udp_echo >
key nonsense that is not finished
expect finished
key \x03
expect ^C
expect 05_udp_echo >
type version
expect socklings 0
lacks no command
expect 05_udp_echo >
key \x04
exit 0
S

drive "an unclosed quote and an unknown command leave the prompt as it is" -- "$socklings" <<S
expect 05_udp_echo >
type help 'list
expect not closed
expect 05_udp_echo >
type strat 5
expect Did you mean "start"?
expect 05_udp_echo >
key \x04
exit 0
S

drive "Ctrl-C goes to the program that runs, and the prompt stays" -- "$socklings" <<S
expect 05_udp_echo >
type run 5 -- 39571
expect listening on
key \x03
expect udp_echo
expect 05_udp_echo >
type version
expect socklings 0
expect 05_udp_echo >
type quit
exit 0
S

cat >"$tmp/sleeper.c" <<'C'
#include <unistd.h>
int main(void)
{
    for (;;)
        sleep(1000);
}
C
cp "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c" "$tmp/kept.c"
cp "$tmp/sleeper.c" "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"
drive "Ctrl-C stops a check, and the prompt stays" -- "$socklings" <<S
expect 05_udp_echo >
type check
expect checking step 1
key \x03
expect Stopped
expect 05_udp_echo >
type progress
expect 2 checks
expect 05_udp_echo >
type quit
exit 0
S
drive "Ctrl-C ends a check that a shell started, by the signal" -- "$socklings" check 5 <<S
expect checking step 1
key \x03
expect Stopped
signal 2
S
cp "$tmp/kept.c" "$SOCKLINGS_WORK/05_udp_echo/udp_echo.c"

drive "Ctrl-C and Ctrl-D leave the quiz, not the prompt" -- "$socklings" <<S
expect 05_udp_echo >
type quiz
expect Question 1 of
expect > 
key \x03
expect not asked
expect 05_udp_echo >
type quiz
expect Question 1 of
expect > 
key \x04
expect not asked
expect 05_udp_echo >
key \x04
exit 0
S

# --- Ctrl-Z, with a shell that has job control ---
mkdir -p "$SOCKLINGS_WORK"
"$socklings" start 9 >/dev/null
cat >"$SOCKLINGS_WORK/09_tcp_client/tcp_client.c" <<'C'
#include <stdio.h>
int main(void)
{
    char line[100];
    puts("ready");
    return fgets(line, sizeof line, stdin) && printf("read: %s", line) > 0 ? 0 : 1;
}
C
drive "Ctrl-Z suspends the prompt, and the program that it runs, and fg brings both back" -- \
    env PS1='SH- ' sh -i <<S
expect SH- 
type $socklings
expect 09_tcp_client >
key \x1a
expect SH- 
type stty -a | grep -c ' icanon' | sed 's/^/lines /'
expect lines 1
expect SH- 
type fg
expect $socklings
type version
expect socklings 0
expect 09_tcp_client >
type run 9 -- x
expect ready
key \x1a
expect SH- 
type fg
expect $socklings
type hello
expect read: hello
expect ended with exit status 0
expect 09_tcp_client >
type quit
expect SH- 
type exit
exit 0
S
"$socklings" start 5 >/dev/null

PAGER="less -R"
drive "a long lesson is paged, a page at a time" -r 10 -- "$socklings" lesson 5 <<S
expect :
key q
exit 0
S
PAGER=no-such-pager
drive "a pager that is not there is done without" -r 10 -- "$socklings" lesson 5 <<S
expect socket
exit 0
S
PAGER='cat'

drive "nothing is wider than a terminal of 20 columns" -c 20 -w 20 -- sh -c "
for c in list progress 'help check' help 'hint 10' 'lesson 5' 'check 5'; do
    '$socklings' \$c || test \$? -le 1 || exit 9
done" <<S
exit 0
S
drive "the prompt works on a terminal of 20 columns" -c 20 -- "$socklings" <<S
expect > 
type version
expect socklings 0
type quit
exit 0
S

for setting in NO_COLOR=1 TERM=dumb; do
    env "$setting" script -qec "'$socklings' list" "$tmp/typescript" >/dev/null </dev/null
    hasnt "there is no colour with $setting" "$(cat "$tmp/typescript")" "$(printf '\033[')"
done
script -qec "'$socklings' list" "$tmp/typescript" >/dev/null </dev/null
has "there is colour on a terminal" "$(cat "$tmp/typescript")" "$(printf '\033[')"
LC_ALL=C script -qec "'$socklings' list" "$tmp/typescript" >/dev/null </dev/null
hasnt "marks are ASCII where the locale is" "$(cat "$tmp/typescript")" "✓"

drive "SIGTERM ends the prompt by the signal" -- "$socklings" <<S
expect 05_udp_echo >
kill 15
signal 15
S
drive "a terminal that is closed ends the prompt" -- "$socklings" <<S
expect 05_udp_echo >
kill 1
signal 1
S
finish
