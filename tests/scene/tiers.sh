#!/bin/sh
# Machines that give less isolation: the tier below works, or says exactly what is missing and how to
# get it. As whoever runs this, and, started as root, as an ordinary user too.
# shellcheck source=tests/cli/tap.sh
. "$(dirname "$0")/../cli/tap.sh"

outcome() { # of the verdict in $out
    printf '%s\n' "$out" | sed -n 's/.*"outcome":"\([^"]*\)".*/\1/p'
}
tier() {
    printf '%s\n' "$out" | sed -n 's/.*"tier":"\([^"]*\)".*/\1/p'
}

# Everything an ordinary user needs of its own.
mkdir -p "$tmp/user"
chmod 777 "$tmp/user"
# Called through "$@" and run.
# shellcheck disable=SC2317
ordinary() {
    if [ "$(id -u)" -eq 0 ]; then
        setpriv --reuid=54321 --regid=54321 --clear-groups env HOME="$tmp/user" \
            SOCKLINGS_CACHE="$tmp/user/cache" SOCKLINGS_WORK="$tmp/user/work" "$@"
    else
        "$@"
    fi
}

# A solution passes and a wrong program fails, named, on the tier that is wanted.
mkdir "$tmp/wrong"
chmod 755 "$tmp/wrong"
sed 's/htons(port)/port/' "$root/labs/05_udp_echo/solution/udp_echo.c" >"$tmp/wrong/udp_echo.c"
judged() { # who, wanted tier, what is refused, [command before]
    _who=$1
    _tier=$2
    _refused=$3
    shift 3
    for lab in 09_tcp_client 10_tcp_server; do
        run "$@" env SOCKLINGS_TIER="$_refused" "$socklings" check "${lab%%_*}" \
            --src "$root/labs/$lab/solution" --json
        is "$_who, tier $_tier: $lab passes" "$(outcome) $(tier)" "pass $_tier"
    done
    run "$@" env SOCKLINGS_TIER="$_refused" "$socklings" check 5 \
        --src "$root/labs/05_udp_echo/solution" --json
    if [ "$_tier" = A ]; then
        is "$_who, tier $_tier: 05_udp_echo passes" "$(outcome) $(tier)" "pass A"
    else
        is "$_who, tier $_tier: 05_udp_echo passes up to the step with several hosts" \
            "$(printf '%s\n' "$out" | grep -o '"status":"[^"]*"' | sort | uniq -c | tr -s ' ')" \
            " 1 \"status\":\"not-reached\"
 7 \"status\":\"pass\""
        is "$_who, tier $_tier: which is no failure of the program" "$(outcome)" internal-error
        has "$_who, tier $_tier: and what is missing is told" "$out" "several hosts need namespaces"
    fi
    run "$@" env SOCKLINGS_TIER="$_refused" "$socklings" check 5 --src "$tmp/wrong" --json
    is "$_who, tier $_tier: a wrong program fails" "$status" 1
    has "$_who, tier $_tier: and its mistake is named" "$out" port-no-htons-bind
}

if ! "$socklings" doctor | grep -q 'private network (namespaces)$'; then
    echo "1..0 # SKIP user namespaces"
    exit 0
fi
if [ "$(id -u)" -eq 0 ]; then
    judged root A A
    judged root B B
    judged root C C
    judged "an ordinary user" A A ordinary
fi
judged "an ordinary user" C B ordinary

# Nothing works: an internal error that is no failure of the program, and says where to look.
run ordinary env SOCKLINGS_TIER=D "$socklings" check 5 --src "$root/labs/05_udp_echo/solution" --json
is "where nothing can be traced, the exit status is that of an internal error" "$status" 3
is "and the outcome is no failure of the program" "$(outcome)" internal-error
has "and doctor is told of" "$out" "socklings doctor"
run ordinary env SOCKLINGS_TIER=B "$socklings" doctor
has "doctor tells what is refused" "$out" "private network (namespaces)"
has "doctor tells the fix" "$out" "fix:"
has "doctor tells what is not there below it" "$out" "several hosts and a wire between them:"
has "and that the rest works" "$out" "Steps with several hosts do not work here"

# A container whose root is the only user there is.
if [ "$(id -u)" -eq 0 ] && command -v unshare >/dev/null; then
    run unshare --user --map-root-user "$socklings" check 5 \
        --src "$root/labs/05_udp_echo/solution" --json
    is "root of a container without other users checks in namespaces" "$(outcome) $(tier)" "pass A"
fi

# Namespaces that the kernel really refuses, not only by our word.
if [ "$(id -u)" -eq 0 ] && command -v unshare >/dev/null; then
    # The inner shell expands.
    # shellcheck disable=SC2016
    run unshare --user --map-root-user sh -c '
        echo 0 >/proc/sys/user/max_user_namespaces && "$0" check 9 --src "$1" --json' \
        "$socklings" "$root/labs/09_tcp_client/solution"
    case $out in
    *"write error"* | *"cannot create"* | *"Permission denied"*) ;;
    *)
        is "where the kernel refuses namespaces, a lower tier works" "$(outcome)" pass
        ok "and is told" test "$(tier)" != A
        ;;
    esac
fi
finish
