#!/bin/sh
# The author's gate refuses what it must: each of these labs has one fault, made here.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/tap.sh"
SOCKLINGS_DATA=$tmp/data
export SOCKLINGS_DATA

# A fresh copy of lab 5 alone.
fresh() {
    rm -rf "$tmp/data"
    mkdir -p "$tmp/data/labs" "$tmp/data/lessons/en"
    cp -r "$root/lib" "$tmp/data/"
    cp "$root/lessons/en/05_udp_echo.md" "$tmp/data/lessons/en/"
    cp -r "$root/labs/05_udp_echo" "$tmp/data/labs/"
    lab=$tmp/data/labs/05_udp_echo
    lesson=$tmp/data/lessons/en/05_udp_echo.md
}

# Leaves only the first mutant: the others take time and prove nothing here.
one_mutant() {
    # shellcheck disable=SC2016 # these are backquotes
    sed -i 's/^```session/```text/' "$lesson" # nor do the sessions
    mutant=
    for patch in "$lab/mutants/"*.patch; do
        [ -z "$mutant" ] || rm "$patch"
        mutant=${mutant:-$patch}
    done
}

fails() { # sentence, what the table must hold
    run "$socklings" verify 5 --repeat 1
    is "verify refuses $1" "$status" 1
    has "and tells of $1" "$out" "$2"
}

fresh
run "$socklings" verify 5 --repeat 1
is "verify finds lab 5 sound" "$status" 0
run "$socklings" verify 5 --repeat 1 --json
is "and says so as JSON" "$status" 0
has "with a row for the starter" "$out" '"what":	"starter"'

one_mutant
fails "too few mutants" "at least 4 patches"
printf 'no head\n' >"$mutant"
fails "a mutant without its first line" 'the first line must be "mistake: ID"'
{ echo '/* the same program */' && cat "$lab/solution/udp_echo.c"; } >"$tmp/same.c"
{
    printf 'mistake: none\nIt changes nothing that anybody could see.\n'
    diff -u --label a/udp_echo.c --label b/udp_echo.c "$lab/solution/udp_echo.c" "$tmp/same.c"
} >"$mutant"
fails "a mutant that passes" "it passes"
printf 'mistake: none\nIt fits no solution.\n--- a/udp_echo.c\n+++ b/udp_echo.c\n@@ -1 +1 @@\n-nowhere\n+here\n' \
    >"$mutant"
fails "a mutant that does not apply" "does not apply"

fresh
one_mutant
sed -i '1s/.*/mistake: rst-data-loss/' "$mutant"
fails "a mutant whose mistake is not the one named" "seeded: rst-data-loss"

fresh
one_mutant
cp "$lab/solution/udp_echo.c" "$lab/starter/udp_echo.c"
fails "a starter that passes" "there is nothing to do"
echo 'int main(void) { return 0' >"$lab/starter/udp_echo.c"
fails "a starter that does not compile" "build-error"
rm "$lab/starter/udp_echo.c"
fails "a starter that is missing" "starter/udp_echo.c"

fresh
one_mutant
cp "$lab/starter/udp_echo.c" "$lab/solution/udp_echo.c"
fails "a solution that fails" "solution"

fresh
one_mutant
sed -i 's/^#* .*/Nothing is a heading here./' "$lesson"
fails "a lesson without the anchors of the steps" "05_udp_echo"

fresh
one_mutant
sed -i '1s/.*/mistake: port-no-htons-bnid/' "$mutant"
run "$socklings" lint 5
is "lint refuses a mutant whose mistake no rule knows" "$status" 1
has "and names the nearest" "$out" '"port-no-htons-bind" perhaps?'
sed -i 's/"mistakes": *\[/&"no-such-mistake", /' "$lab/lab.json"
run "$socklings" lint 5
has "lint refuses a mistake in lab.json that no rule knows" "$out" '$.mistakes: no rule knows'

fresh
one_mutant
cat >>"$lesson" <<'L'

```session
server$ ./udp_echo 7000
something else entirely
```
L
fails "a session that does not come out as shown" "something else entirely"
finish
