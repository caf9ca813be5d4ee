#!/bin/sh
# make run and make install, as a newcomer and as a packager use them.
. "$(dirname "$0")/../cli/tap.sh"
cd "$root" || exit 1

drive "make run opens the prompt, and Ctrl-C is the prompt's" -- make --no-print-directory BUILD="$BUILD" run <<S
expect socklings >
key \x03
expect socklings >
type help check
expect --json
expect socklings >
type quit
exit 0
S

run make --no-print-directory BUILD="$BUILD" run ARGS="list --json"
is "make run ARGS=… runs one command" "$status" 0
has "and prints what it prints" "$out" '"05_udp_echo"'

run env PATH="$PATH" sh tools/deps --check build
is "when nothing is missing, nothing is done" "$status-$out" "0-"

# Where the tools are hidden, it tells what is missing before it does anything.
mkdir -p "$tmp/bin"
for tool in sh mktemp rm cat head sed tr id; do
    ln -s "$(command -v $tool)" "$tmp/bin/$tool"
done
run env PATH="$tmp/bin" "$(command -v sh)" tools/deps --check build
is "a missing compiler is an error" "$status" 1
has "that names it" "$out" "gcc|clang"
run env PATH="$tmp/bin" BUILD="$tmp" "$(command -v sh)" tools/deps build
is "without a package manager nothing can be installed" "$status" 1
has "and the way out is told" "$out" "install these yourself"
printf '#!/bin/sh\necho "apt-get $*"\nexit 1\n' >"$tmp/bin/apt-get"
printf '#!/bin/sh\nshift 0\nexec "$@"\n' >"$tmp/bin/sudo"
printf '#!/bin/sh\necho 1000\n' >"$tmp/fake-id"
chmod +x "$tmp/bin/apt-get" "$tmp/bin/sudo" "$tmp/fake-id"
rm "$tmp/bin/id"
cp "$tmp/fake-id" "$tmp/bin/id"
ln -s "$(command -v ls)" "$tmp/bin/ls"
ln -s "$(command -v env)" "$tmp/bin/env"
run env PATH="$tmp/bin" BUILD="$tmp" "$(command -v sh)" tools/deps build
is "an installation that fails is an error" "$status" 1
has "sudo is announced before it is used" "$out" "which may ask for your password"
has "the command is shown before it is run" "$out" "+ sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y"
has "what is still missing is told" "$out" "Still missing:"
rm "$tmp/bin/sudo"
run env PATH="$tmp/bin" BUILD="$tmp" "$(command -v sh)" tools/deps build
is "without root and without sudo nothing is tried" "$status" 1
has "but the command for root is told" "$out" "As root, run:"

run make --no-print-directory BUILD="$BUILD" install DESTDIR="$tmp/dest"
is "make install succeeds" "$status" 0
installed=$tmp/dest/usr/local/bin/socklings
run "$installed" check 5 --src "$tmp/dest/usr/local/share/socklings/labs/05_udp_echo/solution" --json
if [ "$status" -eq 3 ]; then
    echo "# no private network here: $out"
else
    is "what was installed finds its data and checks a program" "$status" 0
fi
ok "the manual page is installed" test -s "$tmp/dest/usr/local/share/man/man1/socklings.1"
run make --no-print-directory BUILD="$BUILD" uninstall DESTDIR="$tmp/dest"
is "make uninstall leaves no file" "$(find "$tmp/dest" -type f)" ""
finish
