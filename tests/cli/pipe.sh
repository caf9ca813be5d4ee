#!/bin/sh
# The prompt with its input from a pipe: no prompts, no echo, line by line.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"

say() { # text for stdin; then as run
    printf '%b' "$1" >"$tmp/stdin"
    shift
    "$@" <"$tmp/stdin" >"$tmp/run.out" 2>"$tmp/run.err"
    status=$?
    err=$(cat "$tmp/run.err")
    out=$(cat "$tmp/run.out" "$tmp/run.err")
}

say '' "$socklings"
is "an empty input is no failure" "$status" 0
is "an empty input prints nothing" "$out" ""
say 'version\n' "$socklings"
is "a command is carried out" "$status" 0
is "nothing but its output is printed" "$out" "$("$socklings" version)"
say '\n  \n# a comment\nversion # and more' "$socklings"
is "empty lines, comments and a last line without newline are fine" "$out" "$("$socklings" version)"
say 'chekc\nversion\n' "$socklings"
is "the status of a command that failed is kept" "$status" 2
has "the commands after it are carried out" "$out" "$("$socklings" version)"
say 'quit\nversion\n' "$socklings"
is "quit ends it" "$out" ""
say "help 'list\nversion\n" "$socklings"
has "an unclosed quote is told" "$err" "not closed"
has "and the next line is read" "$out" "$("$socklings" version)"
say "help 'list' \n" "$socklings"
is "quotes hold arguments" "$status" 0
say 'ver\0sion\nversion\n' "$socklings"
has "a zero byte is told" "$err" "zero byte"
has "and the next line is read after it" "$out" "$("$socklings" version)"
{
    head -c 200000 /dev/zero | tr '\0' x
    printf '\nversion\n'
} | "$socklings" >"$tmp/run.out" 2>"$tmp/run.err"
is "a very long line is a usage error" $? 2
has "a very long line is told" "$(cat "$tmp/run.err")" "200000 bytes"
is "and the next line is carried out" "$(cat "$tmp/run.out")" "$("$socklings" version)"
say 'a\033[2Jb\n' "$socklings"
hasnt "control codes do not reach the terminal" "$out" "$(printf '\033')"

# --- several commands that share the input ---
say 'start 5\nquiz 5\nz\na\na\na\na\na\na\na\na\nversion\n' "$socklings"
is "a quiz takes its answers from the same input" "$status" 2
has "a quiz asks again" "$out" "from a to"
has "a quiz counts" "$out" " right"
say 'quiz 5\na\n' "$socklings"
is "the end of the input leaves a quiz" "$status" 0
has "and says what was not asked" "$out" "not asked"
questions=$(printf '%s' "$out" | sed -n 's/^Question 1 of \([0-9]*\)$/\1/p')
say 'progress\n' "$socklings"
has "questions that were not asked count in the progress" "$out" "/${questions:-none}"
say 'start 5\ncheck\nprogress\n' "$socklings"
is "the status of a check that fails is the session's" "$status" 1
has "and progress is shown after it" "$out" "1 check"

# A program started by run finds the rest of the input, and only that.
cp "$root/labs/09_tcp_client/starter/"* "$tmp/" 2>/dev/null
say 'start 9\n' "$socklings"
cat >"$SOCKLINGS_WORK/09_tcp_client/tcp_client.c" <<'C'
#include <stdio.h>
int main(void)
{
    char line[100];
    return fgets(line, sizeof line, stdin) && printf("read: %s", line) > 0 ? 0 : 1;
}
C
say 'run 9 -- x\nthis is input\nversion\n' "$socklings"
has "a program that is run reads the input that follows" "$out" "read: this is input"
finish
