#!/bin/sh
# trace --hosts, --wire and --fault, and run --hosts: several machines for anybody's program.
. "$(dirname "$0")/tap.sh"

if ! "$socklings" doctor 2>/dev/null | grep -q 'isolation: A:'; then
    echo "1..0 # SKIP needs namespaces"
    exit 0
fi
cd "$tmp" || exit 1

server='import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("0.0.0.0", 7000))
while True:
    data, who = s.recvfrom(2000)
    s.sendto(data.upper(), who)
'
client='import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(0.3)
for text in sys.argv[2:]:
    s.sendto(text.encode(), (sys.argv[1], 7000))
    try:
        print(s.recv(2000).decode())
    except TimeoutError:
        print("nothing")
'
dial='import socket, sys
s = socket.create_connection((sys.argv[1], 7000))
s.sendall(b"hello")
print(s.recv(100))
'
listen='import socket
s = socket.socket()
s.bind(("0.0.0.0", 7000))
s.listen()
c, who = s.accept()
c.sendall(c.recv(100))
c.recv(100)
'
printf '%s' "$server" >server.py
printf '%s' "$client" >client.py
printf '%s' "$dial" >dial.py
printf '%s' "$listen" >listen.py
python=/usr/bin/python3

run "$socklings" doctor
has "doctor tries several hosts" "$out" "several hosts and a wire between them"

# --- any program ---
run "$socklings" trace --hosts alice,bob --peer "$python client.py alice one two" --json=t.jsonl -- "$python" server.py
is "two programs talk on two hosts" "$status" 0
has "names lead to hosts" "$out" "ONE"
ok "the address is asked for first" grep -q '"info":"who-has 10.0.0.1"' t.jsonl
ok "who sent stands there, and to whom" grep -q '"host":"bob","proto":"udp".*"hosts_to":"alice"' t.jsonl
run "$socklings" trace --hosts alice,bob --wire 'drop udp from bob 1' --peer "$python client.py alice one two" --packets -- "$python" server.py
has "what the wire loses does not arrive" "$out" "nothing"
has "what comes after it does" "$out" "TWO"
run "$socklings" trace --hosts alice,bob --wire 'drop tcp syn 1' --peer "$python dial.py alice" --packets --pcap s.pcap -- "$python" listen.py
is "a lost SYN is survived" "$status" 0
run "$socklings" trace --hosts alice,bob,carol --peer "carol: $python client.py 10.0.0.1 x" --json=t.jsonl -- "$python" server.py
ok "a peer is where it is said to be" grep -q '"host":"carol","proto":"udp"' t.jsonl
run "$socklings" trace --hosts 'alice=192.168.7.1/24,gate=192.168.7.254/24+172.16.0.254/16,dave=172.16.0.1/16' \
    --peer "dave: $python client.py 192.168.7.1 far" --json=t.jsonl -- "$python" server.py
has "a router leads to another subnet" "$out" "FAR"
ok "and hands on" grep -q '"host":"gate","proto":"udp"' t.jsonl
run "$socklings" trace --fault 'recvfrom shorten 2' --peer "$python client.py 127.0.0.1 word" -- "$python" server.py
has "calls are changed too" "$out" "WO"
run "$socklings" trace --fault 'peer: sendto ENETUNREACH' --peer "$python client.py 127.0.0.1 word" -- "$python" server.py
has "those of the peer as well" "$out" "Network is unreachable"
run timeout 30 "$socklings" trace --hosts alice,bob --peer "$python listen.py" --calls -- "$python" dial.py 10.0.0.1
is "a server whose client came too early and has gone is not waited for" "$status" 1
has "it waited in vain" "$out" "accept"
run timeout 60 "$socklings" trace --hosts alice,bob --peer "bob: touch came" -- \
    sh -c 'while [ ! -e came ]; do :; done'
is "a peer is started beside somebody who is busy for ever" "$status" 0
for seed in 1 2; do
    run "$socklings" trace --seed $seed --hosts alice,bob --wire 'drop udp from bob 50%' --json=s$seed.a \
        --peer "$python client.py alice 1 2 3 4 5 6 7 8" -- "$python" server.py
    run "$socklings" trace --seed $seed --hosts alice,bob --wire 'drop udp from bob 50%' --json=s$seed.b \
        --peer "$python client.py alice 1 2 3 4 5 6 7 8" -- "$python" server.py
    for half in a b; do
        grep '"proto":"udp"' s$seed.$half | grep -o '"fate":"[a-z]*"' >f$seed.$half
    done
done
ok "the same seed loses the same frames" cmp f1.a f1.b
ok "and another seed others" sh -c '! cmp -s f1.a f2.a'

# --- what is wrong ---
wrong() { # sentence, part of the message, options …
    _what=$1 _part=$2
    shift 2
    run "$socklings" trace "$@" -- true
    is "$_what: a usage error" "$status" 2
    has "$_what: told" "$err" "$_part"
}
wrong "a rule without hosts" "--hosts alice,bob" --wire 'drop udp'
wrong "an action nobody knows" "dorp" --hosts a,b --wire 'dorp udp'
wrong "a host nobody knows" "carol" --hosts alice,bob --wire 'drop from carol'
wrong "a rule that cannot match" "only TCP" --hosts alice,bob --wire 'drop udp syn'
wrong "two hosts of one name" "alice" --hosts alice,alice
wrong "an address twice" "10.0.0.1" --hosts alice=10.0.0.1/24,bob=10.0.0.1/24
wrong "too many hosts" "16" --hosts a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q
wrong "a call nobody knows" "recvv" --fault 'recvv EINTR'
wrong "an error nobody knows" "EINTR" --fault 'recv EINTRR'
wrong "a fault of nobody" "carol" --fault 'carol: recv EINTR'
wrong "a peer on a host nobody knows" 'no host "carol"' --hosts alice,bob --peer 'carol: true'
wrong "a peer on a host where there is none" 'no host "bob"' --peer 'bob: true'
wrong "a call that is counted from 0" 'not "0".' --fault 'recv EINTR 0'
hasnt "a sentence ends once" "$err" ".."
run "$socklings" trace 10 --hosts alice,bob
is "a lab has its own hosts" "$status" 2

# --- run N --hosts ---
cat >lines <<'END'
bob$ printf hello | nc -u -w1 alice 7000
wire$ drop udp from alice
bob$ printf lost | nc -u -w1 alice 7000
wire$ clear
nobody$ true
bob$ cat
there
bob> ^D
END
"$socklings" run 5 --hosts --solution <lines >out 2>err
is "a lab's programs run on hosts" $? 0
ok "the example was started" grep -qx 'alice$ ./udp_echo 7000' out
ok "another host reaches it" grep -qx 'bob │ hello' out
ok "the wire follows rules" sh -c '! grep -q lost out'
ok "what is typed without a name goes to the last terminal" grep -qx 'bob │ there' out
ok "a host that is not there is told" grep -q 'no host nobody' err
echo 'carol> hello, all of you' >said
"$socklings" run 7 --hosts --solution <said >out 2>err
ok "a program calls the one that waits for it" grep -qF 'carol$ ./room_client bob 7000 ann' out
run "$socklings" run 5 --hosts --solution -- 7000
is "arguments are typed there" "$status" 2
run "$socklings" run 5 --solution --hosts alice,alice
is "hosts that clash are a usage error" "$status" 2
drive "on a terminal it is a prompt" -- "$socklings" run 10 --hosts --solution <<'END'
expect listening on 0.0.0.0(7000)
expect alice>
type bob$ nc alice 7000
expect connected
type ping
expect bob │ ping
key \x03
expect bob: ended
key \x04
exit 0
END

finish
