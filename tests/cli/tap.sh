# shellcheck shell=sh disable=SC2034 # status, out, err are for the tests
# Sourced by the tests of this folder: a place of their own, and results as TAP.
#
#   ok "a sentence" COMMAND …     passes when the command succeeds
#   run COMMAND …                 runs it; $status, $out (both streams), $err (stderr alone)
#   is "a sentence" GOT WANTED
#   has "a sentence" TEXT PART    and hasnt
#   drive "a sentence" [OPTIONS] -- COMMAND …   a session on a pseudo terminal; the script is stdin
#
# BUILD is where the build went (default: build/ of this tree).

root=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=${BUILD:-$root/build}
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
socklings=$BUILD/socklings
if [ ! -x "$socklings" ]; then
    echo "Bail out! $socklings has not been built"
    exit 1
fi

tmp=$(mktemp -d "${TMPDIR:-/tmp}/socklings-cli-XXXXXX") || exit 1
trap 'chmod -R u+w "$tmp"; rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
mkdir -p "$tmp/home"
HOME=$tmp/home
SOCKLINGS_WORK=$tmp/work
SOCKLINGS_CACHE=${SOCKLINGS_CACHE:-$BUILD/test-cache}
LC_ALL=C.UTF-8
TERM=xterm
export HOME SOCKLINGS_WORK SOCKLINGS_CACHE LC_ALL TERM
unset XDG_STATE_HOME SOCKLINGS_LANG SOCKLINGS_DATA NO_COLOR PAGER LESS COLUMNS LINES
PAGER='cat'
export PAGER

count=0
failed=0

report() { # 0 or 1, sentence, [details on stdin]
    count=$((count + 1))
    if [ "$1" -eq 0 ]; then
        echo "ok $count - $2"
    else
        failed=$((failed + 1))
        echo "not ok $count - $2"
        sed 's/^/# /'
    fi
}

ok() {
    _name=$1
    shift
    "$@" >"$tmp/ok.out" 2>&1
    report $? "$_name" <"$tmp/ok.out"
}

run() {
    "$@" >"$tmp/run.out" 2>"$tmp/run.err" </dev/null
    status=$?
    err=$(cat "$tmp/run.err")
    out=$(cat "$tmp/run.out" "$tmp/run.err")
}

is() {
    if [ "$2" = "$3" ]; then
        report 0 "$1"
    else
        printf 'got:    %s\nwanted: %s\nall of it:\n%s\n' "$2" "$3" "$out" >"$tmp/why"
        report 1 "$1" <"$tmp/why"
    fi
}

has() {
    case $2 in
    *"$3"*) report 0 "$1" ;;
    *)
        printf 'this does not hold "%s":\n%s\n' "$3" "$2" >"$tmp/why"
        report 1 "$1" <"$tmp/why"
        ;;
    esac
}

hasnt() {
    case $2 in
    *"$3"*)
        printf 'this should not hold "%s":\n%s\n' "$3" "$2" >"$tmp/why"
        report 1 "$1" <"$tmp/why"
        ;;
    *) report 0 "$1" ;;
    esac
}

# The driver comes from the build, or is compiled here.
pty_drive=$BUILD/tests/cli/pty_drive
if [ ! -x "$pty_drive" ]; then
    pty_drive=$tmp/pty_drive
    ${CC:-gcc} -std=c11 -O1 -o "$pty_drive" "$root/tests/cli/pty_drive.c" -lutil || exit 1
fi

drive() {
    _name=$1
    _options=
    shift
    while [ "$1" != -- ]; do
        _options="$_options $1"
        shift
    done
    shift
    cat >"$tmp/script"
    # The options are words without blanks.
    # shellcheck disable=SC2086
    "$pty_drive" $_options "$tmp/script" "$@" >"$tmp/drive.out" 2>&1
    report $? "$_name" <"$tmp/drive.out"
}

# As somebody whom file permissions stop: root becomes nobody.
as_user() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
    else
        "$@"
    fi
}

finish() {
    echo "1..$count"
    exit $((failed > 0))
}
