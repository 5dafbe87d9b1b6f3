# SPDX-License-Identifier: GPL-2.0-only
# Failures: each ends with one message that says what to do, and leaves no half-finished change.

load live.bash

# fails STATUS WORDS COMMAND...: it exits with STATUS, and prints one line with WORDS to stderr.
fails() {
	local status=$1 words=$2 got=0
	shift 2
	"$@" >"$LAB/out" 2>"$LAB/err" || got=$?
	cat "$LAB/out" "$LAB/err"
	[ $got = "$status" ]
	[ "$(wc -l <"$LAB/err")" = 1 ]
	[ ! -s "$LAB/out" ]
	grep -q -- "$words" "$LAB/err"
}

unprivileged() {
	setpriv --reuid nobody --clear-groups --bounding-set=-all --inh-caps=-all -- "$@"
}

@test "without privilege every command that needs it says so, and parse does not need it" {
	chmod 644 "$log"
	chmod 755 "$LAB" "$LAB/log"
	install -m 755 "$sobig" "$LAB/sobig-xdp"
	offend $bad 1
	for command in "attach mx0 --log $log" "detach --all" "status" "list" "block $bad" "unblock $bad"; do
		# shellcheck disable=SC2086
		fails 3 'needs root' unprivileged "$LAB/sobig-xdp" $command
	done
	start_daemon
	fails 3 'needs root' unprivileged "$LAB/sobig-xdp" attach mx0 --log "$log"
	stop_daemon
	unprivileged "$LAB/sobig-xdp" parse "$log" | grep -q "virus	$bad"
	is_clean
}

@test "no such interface" {
	fails 1 'interface "eth77" not found' "$sobig" attach eth77 --log "$log"
	fails 1 'interface "eth77" not found' "$sobig" detach eth77
	is_clean
}

@test "one interface of two does not exist: neither is attached" {
	"$sobig" attach mx0 eth77 --log "$log" >/dev/null 2>"$LAB/err" && false
	grep -q 'interface "eth77" not found' "$LAB/err"
	is_clean
}

@test "an interface that is down is attached with a warning" {
	ip link set mx0 down
	start_daemon
	grep -q 'mx0 is down' "$LAB/words"
	stop_daemon
	is_clean
}

@test "a missing bpf file system is mounted, and this is logged" {
	umount /sys/fs/bpf
	start_daemon
	grep -q 'mounted a bpf file system' "$LAB/words"
	stop_daemon
	is_clean
}

@test "an interface without Ethernet is refused, and nothing is left" {
	ip tuntap add tun9 mode tun 2>/dev/null || skip 'no tun devices here'
	fails 1 'tun9 is not an Ethernet interface' "$sobig" attach tun9 --log "$log"
	[ -z "$(ip -d link show tun9 | grep prog/xdp)" ]
	ip link delete tun9
	[ ! -e "$pins" ]
}

@test "pins elsewhere than on a bpf file system are refused" {
	fails 1 'not on a bpf file system' "$sobig" attach mx0 --log "$log" --pins "$LAB/pins"
	[ ! -e "$LAB/pins" ]
	is_clean
}

@test "pins of another user are refused" {
	mkdir -m 777 "$pins"
	fails 1 'other users can write to it' "$sobig" attach mx0 --log "$log"
	rmdir "$pins"
	is_clean
}

@test "another XDP program is named with its id and not changed" {
	ip link set dev mx0 xdp obj "${SOBIG_BUILD:-$top/build}/bpf/sobig.bpf.o" sec xdp.frags
	id=$(ip -d link show mx0 | sed -n 's/.*prog\/xdp id \([0-9]*\).*/\1/p')
	[ -n "$id" ]
	fails 1 "already has the XDP program.*id $id.*did not attach" "$sobig" attach mx0 --log "$log"
	fails 1 "did not attach" "$sobig" attach mx0 --log "$log" --mode generic
	"$sobig" detach mx0 2>&1 | grep -q "id $id"
	ip -d link show mx0 | grep -q "prog/xdp id $id "
	[ ! -e "$pins" ]
	ip link set dev mx0 xdp off
}

@test "attach waits for a log that does not exist yet, and then reads it" {
	rm "$log"
	start_daemon
	grep -q "$log does not exist: waiting" "$LAB/words"
	"$sobig" status | grep -q 'LOG NOT READABLE'
	offend $bad 16
	until_blocked $bad
	grep -q "reading $log" "$LAB/words"
}

@test "status reports a missing log, one of two" {
	start_daemon --log "$LAB/log/typo"
	"$sobig" status | tee "$LAB/status"
	grep -q 'LOG NOT READABLE' "$LAB/status"
	grep -q "$LAB/log/typo and 1 other log, at byte" "$LAB/status"
	offend $bad 16
	until_blocked $bad
}

@test "a log in a folder that does not exist" {
	fails 1 'folder of "/nowhere/mainlog" does not exist' "$sobig" attach mx0 --log /nowhere/mainlog
	is_clean
}

@test "a log that is a folder" {
	fails 1 'is not a file' "$sobig" attach mx0 --log "$LAB/log"
	is_clean
}

@test "no log is found" {
	fails 1 "cannot find exim's log" "$sobig" attach mx0
	is_clean
}

@test "a log that becomes unreadable is reported, the blocks stay, and it is read again" {
	# root can read every file; so the name is a dangling link instead.
	start_daemon
	"$sobig" block $good
	mv "$log" "$log.1"
	ln -s "$log" "$log"
	for _ in $(seq 100); do ! grep -q 'cannot read' "$LAB/words" || break; sleep 0.02; done
	grep -q "cannot read $log" "$LAB/words"
	until_blocked $good
	rm "$log"
	offend $bad 16
	until_blocked $bad
}

@test "a second attach on the same interface" {
	start_daemon
	fails 1 'filtered by another sobig-xdp' "$sobig" attach mx0 --log "$log"
	"$sobig" status | grep -q 'OK:'
	"$sobig" block $bad
	until_blocked $bad
}

@test "two interfaces of two daemons share the blocks, and the last daemon removes the pins" {
	ip link add second0 type veth peer name second1
	ip link set second0 up
	start_daemon
	"$sobig" attach second0 --log "$log" -j >"$LAB/events2" 2>"$LAB/words2" 3>&- &
	second=$!
	until grep -q '"ready"' "$LAB/events2"; do sleep 0.02; done
	"$sobig" block $bad
	stop_daemon
	until_blocked $bad
	kill -TERM $second
	wait $second
	is_clean
	ip link delete second0
}

@test "a removed interface is logged, and the other one stays filtered" {
	ip link add second0 type veth peer name second1
	ip link set second0 up
	launch_daemon second0 mx0 --log "$log"
	ip link delete second0
	for _ in $(seq 100); do ! grep -q 'second0 was deleted' "$LAB/words" || break; sleep 0.02; done
	grep -q 'second0 was deleted' "$LAB/words"
	offend $bad 16
	until_blocked $bad
	ip link delete mx0
	got=0
	wait $daemon || got=$?
	[ $got = 1 ]
	grep -q 'mx0 was deleted' "$LAB/words"
	[ ! -e "$pins" ]
}

@test "status, list, block and unblock where nothing is attached" {
	fails 1 'not attached to any interface' "$sobig" status
	fails 1 'not attached to any interface' "$sobig" list
	fails 1 'not attached to any interface' "$sobig" block $bad
	fails 1 'not attached to any interface' "$sobig" unblock $bad
	"$sobig" detach --all
}

@test "wrong usage and failure have different exit statuses" {
	fails 2 'unknown command "atach"; did you mean "attach"' "$sobig" atach mx0
	fails 2 'no interface given: expected the interfaces that receive mail' "$sobig" attach
	fails 2 'limit = "0": expected a number from 1 to 1000' "$sobig" attach mx0 --limit 0
	fails 2 'window = "8d": expected' "$sobig" attach mx0 --window 8d
	fails 2 'mode = "fast": expected auto' "$sobig" attach mx0 --mode fast
	fails 2 '"--lmit=3": unknown option' "$sobig" attach mx0 --lmit=3
	fails 2 'mx0 is given twice' "$sobig" attach mx0 mx0
	fails 2 'no address given' "$sobig" block
	fails 1 'cannot read "/tmp"' "$sobig" parse -j /tmp
	fails 2 'sort = "name": expected address' "$sobig" list --sort name
	fails 2 'expected either interfaces, such as eth0, or --all' "$sobig" detach
}

@test "allowed hosts and invalid addresses are refused by name" {
	start_daemon
	fails 1 '"127.0.0.1" is not blocked: it is loopback' "$sobig" block 127.0.0.1
	fails 1 '"fe80::1" is not blocked: it is loopback, link-local' "$sobig" block fe80::1
	fails 1 '"198.51.100.256": expected an IPv4 or IPv6 address' "$sobig" block 198.51.100.256
	fails 1 '"198.51.100.7/24" has bits set' "$sobig" block 198.51.100.7/24
	[ "$("$sobig" list | wc -l)" = 1 ]
}

@test "a list on standard input is blocked line by line, and invalid lines are named" {
	start_daemon
	printf '%s\n' "$bad # a comment" '' '; another' '  2001:db8:666::7' 'nonsense' >"$LAB/input"
	"$sobig" block - --for 2h --reason 'from a list' <"$LAB/input" >"$LAB/out" 2>"$LAB/err" && false
	grep -q '"nonsense": expected an IPv4' "$LAB/err"
	[ "$("$sobig" list | grep -c 'from a list')" = 2 ]
	"$sobig" unblock - <"$LAB/input" && false
	[ "$("$sobig" list | wc -l)" = 1 ]
}
