#!/bin/sh
# A check under valgrind, where valgrind knows the kernel calls that the runner is built on.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/../cli/tap.sh"

case $BUILD in
*/asan)
    echo "1..0 # SKIP a build without sanitizers"
    exit 0
    ;;
esac
if ! command -v valgrind >/dev/null; then
    echo "1..0 # SKIP valgrind"
    exit 0
fi
under() {
    run valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=definite \
        --errors-for-leak-kinds=definite "$@"
}

# Forked copies of the runner are under valgrind as well: they make the namespaces.
under "$socklings" doctor
case $err in
*"unhandled amd64-linux syscall"* | *"unhandled arm64-linux syscall"*)
    is "what valgrind can follow is clean" "$((status == 9))" 0
    under "$socklings" check 5 --src "$root/labs/05_udp_echo/solution" --json
    is "a check that finds no tier is clean" "$status" 3
    echo "ok $((count = count + 1)) - a check # SKIP a newer valgrind, which knows pidfd_open and seccomp"
    ;;
*)
    for lab in 05_udp_echo 10_tcp_server; do
        under "$socklings" check "${lab%%_*}" --src "$root/labs/$lab/solution" --json
        is "a check of $lab is clean" "$status" 0
    done
    ;;
esac
finish
