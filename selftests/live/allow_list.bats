#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The allow list: hosts that are not blocked, whatever the log contains; their neighbours are blocked.

load live

mate=198.51.100.9 mate6=2001:db8:668::9

setup() {
	need_lab
	start_lab
	lab_address $mate
	lab_address $mate6
	own=$LAB/state/allow
	start_server
}

teardown() {
	[ -z "${LAB_INSIDE-}" ] || {
		umount /etc/hosts /etc/resolv.conf /usr/local/sbin 2>/dev/null || true
		stop_lab
	}
}

# For a test whose daemon looks up names itself: getaddrinfo_a() does so in threads of glibc.
need_lookups() {
	[ "${SAN-}" != thread ] || skip "ThreadSanitizer does not survive the threads in which glibc looks up names"
}

guard() {
	start_daemon --state "$LAB/state" "$@"
}

# configure LINE...: a configuration of these lines, for "attach -c".
configure() {
	printf '%s\n' "$@" >"$LAB/own.conf"
}

# Mounts a writable file over the machine's own.
put_over() {
	touch "$LAB/${1##*/}"
	mount --bind "$LAB/${1##*/}" "$1"
}

is_listed() {
	"$sobig" list "$1" | grep -qv '^ADDRESS'
}

# Its offences cause a block.
is_blockable() {
	offend "$1" 40
	until_blocked "$1"
	[ "$(reach "$1")" = silence ]
	"$sobig" unblock "$1"
}

# The offences of the first cause no block, later ones of the neighbour do.
is_spared() {
	local neighbour=${2:-$bad}
	offend "$1" 40
	offend "$neighbour" 40
	until_blocked "$neighbour"
	is_listed "$1" && { echo "$1 is blocked"; return 1; }
	[ "$(reach "$neighbour")" = silence ]
	"$sobig" unblock "$neighbour"
}

# The block of the first is removed soon: lists are checked each second, ssh every five.
until_lifted() {
	local _
	for _ in $(seq 120); do
		is_listed "$1" || return 0
		sleep 0.05
	done
	echo "$1 is blocked still"
	return 1
}

@test "loopback" {
	launch_daemon lo mx0 --log "$log" --state "$LAB/state"
	is_spared 127.0.0.1
	is_spared 127.8.8.8
	is_spared ::1
	[ "$(python3 "$peer" connect 127.0.0.1 127.0.0.1 25)" = connected ]
	[ "$(python3 "$peer" connect ::1 ::1 25)" = connected ]
	stop_daemon
}

@test "own addresses, and one that is added later" {
	launch_daemon lo mx0 --log "$log" --state "$LAB/state"
	is_spared $LAB_MX
	is_spared $LAB_MX6 $bad6
	[ "$(python3 "$peer" connect $LAB_MX $LAB_MX 25)" = connected ]
	offend 192.0.2.77 40
	until_blocked 192.0.2.77
	ip address add 192.0.2.77/24 dev mx0
	until_lifted 192.0.2.77
	grep -q "192.0.2.77 is allowed (this machine's own address (mx0))" "$LAB/words"
	is_spared 192.0.2.77
	[ "$(python3 "$peer" connect 192.0.2.77 $LAB_MX 25)" = connected ]
	ip address delete 192.0.2.77/24 dev mx0
	sleep 0.5
	offend 192.0.2.77 40
	until_blocked 192.0.2.77
	stop_daemon
}

@test "the gateways, of any table, and of either family" {
	guard
	is_blockable 192.0.2.2
	offend 192.0.2.2 40
	until_blocked 192.0.2.2
	ip route replace default via 192.0.2.2 dev mx0
	until_lifted 192.0.2.2
	is_spared 192.0.2.2
	[ "$(reach 192.0.2.2)" = connected ]
	ip route add 203.0.113.0/24 table 77 nexthop via $mate dev mx0 onlink nexthop via $good dev mx0 onlink
	ip -6 route add 2001:db8:99::/48 via 2001:db8::2 dev mx0
	sleep 0.5
	is_spared $mate
	is_spared $good
	is_spared 2001:db8::2
	[ "$(reach $mate)" = connected ]
	ip route delete 203.0.113.0/24 table 77
	sleep 0.5
	is_blockable $mate
}

@test "the resolvers" {
	put_over /etc/resolv.conf
	guard
	is_blockable $mate
	printf 'nameserver %s\nnameserver %s\n' $mate $mate6 >"$LAB/resolv.conf"
	kill -HUP "$daemon"
	sleep 0.5
	is_spared $mate
	is_spared $mate6 $bad6
	[ "$(reach $mate)" = connected ]
	"$sobig" allow list --all --state "$LAB/state" | grep "^$mate .*a resolver (/etc/resolv.conf)"
}

# A daemon that serves each client in a new process, and logs it in on request, as dropbear does. It listens on the given port.
write_door() {
	cat >"$LAB/door.py" <<-'EOT'
		import os, socket, subprocess, sys
		door = socket.create_server((sys.argv[2], int(sys.argv[1])))
		while True:
		    sock, _ = door.accept()
		    if os.fork():
		        sock.close()
		        continue
		    door.close()
		    name = sys.argv[3:] or ["dropbear"]
		    open("/proc/self/comm", "w").write(name[0])
		    sock.sendall(sock.recv(100))
		    subprocess.Popen(["sleep", "1000"])
		    sock.recv(100)
		    os._exit(0)
	EOT
}

# open_door PORT COMMAND...: starts it, and waits until it listens.
open_door() {
	local port=$1 _
	shift
	"$@" 3>&- &
	for _ in $(seq 100); do ! ss -Hltn "sport = :$port" | grep -q . || break; sleep 0.02; done
	ss -Hltn "sport = :$port" | grep -q .
}

# open_session ADDRESS PORT: connects from ADDRESS; sends what is written to descriptor 9.
open_session() {
	local _
	rm -f "$LAB/say" "$LAB/heard"
	mkfifo "$LAB/say"
	world python3 "$peer" hold "$1" $LAB_MX "$2" <"$LAB/say" >"$LAB/heard" 3>&- &
	exec 9>"$LAB/say"
	for _ in $(seq 100); do ! grep -q connected "$LAB/heard" || break; sleep 0.02; done
	grep -q connected "$LAB/heard"
}

# A copy of Python with the name of an ssh daemon.
copy_python() {
	install -D -m 755 "$(readlink -f /usr/bin/python3)" "$1"
}

@test "hosts with an ssh login, but not hosts that only connect" {
	write_door
	copy_python "$LAB/dropbear"
	open_door 22 "$LAB/dropbear" "$LAB/door.py" 22 ''
	guard
	open_session $mate 22
	sleep 6
	offend $mate 40
	until_blocked $mate
	echo let-me-in >&9
	until_lifted $mate
	grep -q "$mate is allowed (logged in by ssh)" "$LAB/words"
	is_spared $mate
	[ "$(reach $mate)" = connected ]
	exec 9>&-
}

# Each of these processes has a connection as if its client were logged in; yet the client is blocked at the end.
is_no_login() {
	open_session $mate "$1"
	echo let-me-in >&9
	sleep 6
	is_blockable $mate
	exec 9>&-
}

@test "root's process that is only named sshd allows no host" {
	write_door
	open_door 22 python3 "$LAB/door.py" 22 '' sshd
	guard
	is_no_login 22
}

@test "a user's process allows no host, whatever its name, program and port" {
	write_door
	copy_python "$LAB/dropbear"
	chmod 755 "$LAB"
	as_user() { setpriv --reuid 65534 --regid 65534 --clear-groups "$@"; }
	guard
	open_door 2222 as_user "$LAB/dropbear" "$LAB/door.py" 2222 ''
	is_no_login 2222
	# On the port of root's daemon, at another address.
	open_door 2223 "$LAB/dropbear" "$LAB/door.py" 2223 127.0.0.1
	as_user "$LAB/dropbear" "$LAB/door.py" 2223 $LAB_MX 3>&- &
	sleep 1
	is_no_login 2223
}

@test "a program that other users can write allows no host" {
	write_door
	copy_python "$LAB/dropbear"
	chmod 775 "$LAB/dropbear"
	open_door 22 "$LAB/dropbear" "$LAB/door.py" 22 ''
	guard
	is_no_login 22
}

# OpenSSH's sshd on port 22, for root with a key in $LAB/key, or with the password of the user nobody.
start_sshd() {
	local sshd=$top/build/ssh/usr/sbin/sshd
	[ -x "$sshd" ] || skip 'openssh-server is not unpacked; try: scripts/deps test'
	install -D -m 755 "$sshd" "$LAB/sshd"
	mkdir -p "$LAB/ssh" "$LAB/run"
	cp /etc/passwd "$LAB/passwd"
	grep -q '^sshd:' "$LAB/passwd" || echo 'sshd:x:64998:65534::/run/sshd:/bin/false' >>"$LAB/passwd"
	sed -i "s|^root:.*|root:*:0:0:root:$LAB/home:/bin/sh|" "$LAB/passwd"
	mount --bind "$LAB/passwd" /etc/passwd
	mount -t tmpfs -o mode=755 run /run
	mkdir -p /run/sshd "$LAB/home"
	ssh-keygen -q -t ed25519 -N '' -f "$LAB/ssh/host"
	ssh-keygen -q -t ed25519 -N '' -f "$LAB/ssh/key"
	printf '%s\n' "HostKey $LAB/ssh/host" "AuthorizedKeysFile $LAB/ssh/key.pub" 'PermitRootLogin yes' 'UsePAM no' 'StrictModes no' \
		'GatewayPorts yes' 'PidFile none' 'UseDNS no' >"$LAB/ssh/config"
	# Since OpenSSH 9.8, a separate program serves each connection; since 10, another one until the login.
	local name libraries
	for name in Session Auth; do
		[ ! -x "$top/build/ssh/usr/lib/openssh/sshd-${name,}" ] || {
			cp "$top/build/ssh/usr/lib/openssh/sshd-${name,}" "$LAB/"
			echo "Sshd${name}Path $LAB/sshd-${name,}" >>"$LAB/ssh/config"
		}
	done
	libraries=$(find "$top/build/ssh/usr/lib" -name 'lib*.so*' -printf '%h\n' | sort -u | paste -sd :)
	open_door 22 env LD_LIBRARY_PATH="$libraries" "$LAB/sshd" -D -e -f "$LAB/ssh/config" 2>"$LAB/sshd.log"
}

# log_in ADDRESS [OPTION... | COMMAND]: logs in from ADDRESS, until descriptor 8 is closed.
log_in() {
	local from=$1
	shift
	rm -f "$LAB/in"
	mkfifo "$LAB/in"
	world ssh -F none -b "$from" -i "$LAB/ssh/key" -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		root@$LAB_MX "$@" <"$LAB/in" >"$LAB/shell" 2>&1 3>&- &
	exec 8>"$LAB/in"
}

@test "a real sshd: a host with a command or tunnel is allowed; one without a password yet, or on a forwarded port, is not" {
	start_sshd
	guard
	# A client that only connects, and gets the greeting.
	open_session $mate 22
	sleep 6
	is_blockable $mate
	exec 9>&-
	log_in $mate 'cat'
	sleep 6
	is_spared $mate
	[ "$(reach $mate)" = connected ]
	"$sobig" allow list --all --state "$LAB/state" | grep "^$mate .*logged in by ssh"
	exec 8>&-
	sleep 6
	is_blockable $mate
	# A tunnel without a command; and a host that connects through it, to port 8025 here.
	log_in $mate -N -R 8025:127.0.0.1:9
	for _ in $(seq 100); do ! ss -Hltn 'sport = :8025' | grep -q . || break; sleep 0.1; done
	open_door 9 python3 -c 'import socket, time; s = socket.create_server(("127.0.0.1", 9)); time.sleep(1000)'
	open_session $good 8025
	sleep 6
	is_spared $mate
	is_blockable $good
	exec 8>&- 9>&-
}

@test "exim's own relays" {
	need_lookups
	install_relay "198.51.100.9 : 203.0.113.0/24 : ! 192.0.2.3 : friend.example.org"
	put_over /etc/hosts
	echo "$good friend.example.org" >"$LAB/hosts"
	guard
	is_spared $mate
	is_spared 203.0.113.55
	is_spared $good
	[ "$(reach $mate)" = connected ]
	"$sobig" allow list --all --state "$LAB/state" | grep "^203.0.113.0/24 .*exim's relay_from_hosts"
}

@test "an exim that relays for every host does not disable the filter" {
	install_relay "$good : 0.0.0.0/0"
	guard
	grep -q 'relay_from_hosts contains "0.0.0.0/0", which is too wide' "$LAB/words"
	is_spared $good $mate
}

# An exim in the usual path, with this list of relays.
install_relay() {
	[ -x "$top/build/exim/usr/sbin/exim4" ] || skip 'scripts/deps sandbox was not run'
	lab_install_exim "$top/build/exim/usr/sbin/exim4"
	printf '#!/bin/sh\nexec %s -C %s "$@"\n' "$LAB/sbin/exim" "$LAB/exim.conf" >"$LAB/exim"
	chmod 755 "$LAB/exim"
	mkdir -p "$LAB/bin"
	cp "$LAB/exim" "$LAB/bin/exim"
	mount --bind "$LAB/bin" /usr/local/sbin
	printf 'primary_hostname = mx.example\nexim_path = %s\nhostlist relay_from_hosts = %s\n' "$LAB/sbin/exim" "$1" >"$LAB/exim.conf"
}

@test "addresses and networks of the configuration" {
	configure '[allow]' "address = $mate, 203.0.113.0/24" "address = 2001:db8:668::/48"
	guard -c "$LAB/own.conf"
	is_spared $mate
	is_spared 203.0.113.200
	is_spared $mate6 $bad6
	is_blockable $good
	[ "$(reach $mate)" = connected ]
	[ "$(reach $mate6)" = connected ]
	# The daemon updates its statistics once a second.
	sleep 1.2
	"$sobig" status | grep -q '([0-9]* from allowed hosts)'
}

@test "host names of the configuration, and their new addresses" {
	need_lookups
	put_over /etc/hosts
	printf '%s friend.example.org\n%s friend.example.org\n' $mate $mate6 >"$LAB/hosts"
	configure '[allow]' 'host = friend.example.org'
	guard -c "$LAB/own.conf"
	is_spared $mate
	is_spared $mate6 $bad6
	is_blockable $good
	offend $good 40
	until_blocked $good
	echo "$good friend.example.org" >"$LAB/hosts"
	kill -HUP "$daemon"
	until_lifted $good
	is_spared $good
	[ "$(reach $good)" = connected ]
	is_blockable $mate
}

@test "host names are looked up by the lookup service if there is one" {
	put_over /etc/hosts
	put_over /etc/resolv.conf
	echo 'nameserver 127.0.0.1' >"$LAB/resolv.conf" # no server
	printf '%s friend.example.org\n%s friend.example.org\n' $mate $mate6 >"$LAB/hosts"
	cat >"$LAB/service.py" <<-'EOT'
		# Like sobig-xdp-lookup.socket: one lookup for each connection.
		import socket, subprocess, sys
		server = socket.socket(socket.AF_UNIX)
		server.bind(sys.argv[1])
		server.listen()
		while True:
		    sock, _ = server.accept()
		    subprocess.Popen([sys.argv[2], "lookup"], stdin=sock, stdout=sock)
		    sock.close()
	EOT
	python3 "$LAB/service.py" "$LAB/service" "$sobig" 3>&- &
	for _ in $(seq 100); do [ ! -e "$LAB/service" ] || break; sleep 0.02; done
	configure '[allow]' 'host = friend.example.org, nobody.invalid'
	SOBIG_XDP_LOOKUP=$LAB/service guard -c "$LAB/own.conf"
	grep -q 'cannot look up "nobody.invalid" of the allow list: .' "$LAB/words"
	is_spared $mate
	is_spared $mate6 $bad6
	is_blockable $good
	stop_daemon
	SOBIG_XDP_LOOKUP=$LAB/nothing guard -c "$LAB/own.conf"
	grep -q "cannot look up \"friend.example.org\".*$LAB/nothing: No such file" "$LAB/words"
	is_blockable $mate
}

@test "a dead resolver delays nothing, and a name keeps its last address" {
	need_lookups
	put_over /etc/resolv.conf
	put_over /etc/hosts
	echo 'nameserver 192.0.2.99' >"$LAB/resolv.conf"
	echo "$mate friend.example.org" >"$LAB/hosts"
	echo 'friend.example.org' >"$LAB/list"
	configure '[allow]' 'host = nobody.example.org' "file = $LAB/list"
	local begun=$SECONDS
	guard -c "$LAB/own.conf"
	[ $((SECONDS - begun)) -le 8 ] # one look-up alone takes ten
	is_spared $mate
	: >"$LAB/hosts"
	echo '# looked at again' >>"$LAB/list"
	sleep 1.5
	is_spared $mate
	# A reload does not forget it either.
	kill -HUP $daemon
	for _ in $(seq 200); do ! grep -q 'configuration reloaded' "$LAB/words" || break; sleep 0.1; done
	grep -q 'configuration reloaded' "$LAB/words"
	is_spared $mate
	begun=$SECONDS
	stop_daemon
	[ $((SECONDS - begun)) -le 1 ]
}

# until_first TEXT: waits until the first line of status has it. Names are looked up again every 30 seconds, and a look-up
# that was under way when the list changed may still have the former answer.
until_first() {
	local _
	for _ in $(seq 900); do
		"$sobig" status >"$LAB/status" || true
		! head -n 1 "$LAB/status" | grep -qF "$1" || return 0
		sleep 0.1
	done
	cat "$LAB/status"
	return 1
}

@test "a name without an address is a problem until the DNS knows it" {
	need_lookups
	put_over /etc/resolv.conf
	put_over /etc/hosts
	echo 'nameserver 127.0.0.1' >"$LAB/resolv.conf" # no server
	echo "$mate6 friend.example.org" >"$LAB/hosts"
	: >"$LAB/list"
	configure '[allow]' 'host = nobody.example.org, friend.example.org' "file = $LAB/list"
	guard -c "$LAB/own.conf"
	until_first 'ALLOW LIST INCOMPLETE: cannot look up "nobody.example.org": '
	head -n 1 "$LAB/status" | grep -q '; hosts that it stands for can be blocked; .*sobig-xdp allow add ADDR$'
	grep -q 'cannot look up "nobody.example.org" of the allow list: .*; no address of it is known' "$LAB/words"
	run "$sobig" status -j
	[ "$status" = 1 ]
	jq -e '(.problems | map(.kind)) == ["allow-incomplete"] and (.interfaces[0].daemon | .allow_missing == 1 and (.allow_error | startswith("cannot look up \"nobody.example.org\": ")))' <<<"$output"
	"$sobig" metrics >"$LAB/metrics"
	grep -qx 'sobig_xdp_problem{kind="allow-incomplete"} 1' "$LAB/metrics"
	grep -qx 'sobig_xdp_allow_missing 1' "$LAB/metrics"
	is_spared $mate6 $bad6
	is_blockable $mate
	printf '%s nobody.example.org\n%s friend.example.org\n' $mate $mate6 >"$LAB/hosts"
	echo '# looked up again' >>"$LAB/list"
	until_first 'OK: mx0 protected'
	is_spared $mate
	"$sobig" metrics | grep -qx 'sobig_xdp_allow_missing 0'
	# A name that had an address keeps it, and is no problem.
	: >"$LAB/hosts"
	echo '# and again' >>"$LAB/list"
	for _ in $(seq 100); do ! grep -q 'its last known addresses stay allowed' "$LAB/words" || break; sleep 0.1; done
	is_spared $mate
	until_first 'OK: mx0 protected'
}

@test "a file that cannot be read, and an exim that does not answer, are problems, too" {
	mkdir -p "$LAB/bin"
	printf '#!/bin/sh\n[ ! -e %s ] || exec sleep 20\n' "$LAB/hang" >"$LAB/bin/exim"
	chmod 755 "$LAB/bin/exim"
	touch "$LAB/hang"
	mount --bind "$LAB/bin" /usr/local/sbin
	configure '[allow]' "file = $LAB/none"
	guard -c "$LAB/own.conf"
	until_first "ALLOW LIST INCOMPLETE: cannot read all of exim's relays and proxies: Connection timed out (and 1 more); "
	rm "$LAB/hang"
	kill -HUP "$daemon"
	until_first "ALLOW LIST INCOMPLETE: cannot read \"$LAB/none\": No such file or directory; "
	echo $mate >"$LAB/none"
	until_first 'OK: mx0 protected'
	is_spared $mate
	stop_daemon
	umount -l /usr/local/sbin
}

@test "an exim that hangs delays neither a reload nor the exit" {
	mkdir -p "$LAB/bin"
	printf '#!/bin/sh\nexec sleep 20\n' >"$LAB/bin/exim"
	chmod 755 "$LAB/bin/exim"
	mount --bind "$LAB/bin" /usr/local/sbin
	configure '[allow]' "address = $mate"
	guard -c "$LAB/own.conf"
	for host in 192.0.2.31 192.0.2.32 192.0.2.33; do
		kill -HUP "$daemon"
		offend $mate 40
		offend $host 16
		until_blocked $host
	done
	is_listed $mate && false
	local begun=$SECONDS
	stop_daemon
	[ $((SECONDS - begun)) -le 2 ] # exim is given five
	umount -l /usr/local/sbin
}

@test "a wall clock that is set back by an hour delays neither a reload nor the exit" {
	local library
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	[ -e "$library" ] || skip 'needs libfaketime'
	mkdir -p "$LAB/bin"
	printf '#!/bin/sh\nunset LD_PRELOAD\nexec sleep 20\n' >"$LAB/bin/exim"
	chmod 755 "$LAB/bin/exim"
	mount --bind "$LAB/bin" /usr/local/sbin
	configure '[allow]' "address = $mate"
	# The time that the program reads is ahead of the time with which the kernel measures waits, as if the clock had been set
	# back in between.
	LD_PRELOAD=$library FAKETIME=+3600s DONT_FAKE_MONOTONIC=1 guard -c "$LAB/own.conf"
	for host in 192.0.2.31 192.0.2.32; do
		kill -HUP "$daemon"
		offend_later $host 16
		until_blocked $host
	done
	stop_daemon
	umount -l /usr/local/sbin
}

# offend_later ADDRESS TIMES: like offend, with a clock that is an hour ahead.
offend_later() {
	local _
	for _ in $(seq "$2"); do
		echo "$(date -d '+1 hour' '+%F %T') 1xVO3f-00036y-2K H=(h) [$1] F=<s@e> rejected after DATA: This message contains a virus (x)." >>"$log"
	done
}

@test "a list that changes is read again, and its errors are logged" {
	printf '# friends\n%s # mate\n198.51.100.8/24\n0.0.0.0/0\nno one\n' $mate >"$LAB/list"
	configure '[allow]' "file = $LAB/list"
	guard -c "$LAB/own.conf"
	grep -q 'list:3: "198.51.100.8/24": bits are set after the prefix' "$LAB/words"
	grep -q 'list:4: "0.0.0.0/0": this covers every address' "$LAB/words"
	grep -q 'list:5: "no one": expected an address, a network or a host name; line skipped' "$LAB/words"
	is_spared $mate
	is_blockable $good
	offend $good 40
	until_blocked $good
	echo "$good" >"$LAB/list.new"
	mv "$LAB/list.new" "$LAB/list"
	until_lifted $good
	is_spared $good
	is_blockable $mate
	# The entries of a list that no longer exists stay in effect.
	rm "$LAB/list"
	sleep 1.5
	is_spared $good
	grep -q "cannot read the allow list $LAB/list.*its previous entries stay in effect" "$LAB/words"
}

@test "a list of providers, only if it is configured" {
	printf '## Mates: mates.example\n198.51.100.8/31 # Mates, mates.example\n' >"$LAB/providers"
	configure '[allow]'
	guard -c "$LAB/own.conf"
	is_blockable $mate
	configure '[allow]' "providers = $LAB/providers"
	kill -HUP "$daemon"
	sleep 0.5
	is_spared $mate
	is_spared $good
	"$sobig" allow list --all -c "$LAB/own.conf" | grep '^198.51.100.8/31 .*a provider: Mates, mates.example'
}

@test "the shipped list of providers contains only networks" {
	configure '[allow]' "providers = $top/scripts/data/providers"
	run "$sobig" allow list --all -c "$LAB/own.conf" --state "$LAB/state"
	[ "$status" = 0 ]
	[[ $output == *'a provider: Google, '* ]]
	[[ $output == *'a provider: Microsoft 365, '* ]]
	[[ $output != *skipped* ]]
	[ "$(grep -c 'a provider' <<<"$output")" = "$(grep -vc '^#\|^$' "$top/scripts/data/providers")" ]
}

@test "allow add removes an active block and prevents new ones; allow del ends that" {
	guard
	offend $mate 40
	until_blocked $mate
	[ "$(reach $mate)" = silence ]
	run "$sobig" allow add $mate $mate6 --state "$LAB/state"
	[ "$status" = 0 ]
	[[ $output == *"$mate: allowed"*"$mate: unblocked"* ]]
	[ "$(reach $mate)" = connected ]
	sleep 1.5
	is_spared $mate
	is_spared $mate6 $bad6
	"$sobig" allow add $mate --state "$LAB/state" | grep "$mate: already allowed"
	[ "$(grep -c "^$mate # since $(date +%F)" "$own")" = 1 ]
	"$sobig" allow list --state "$LAB/state" | grep "^$mate "
	"$sobig" allow del $mate --state "$LAB/state"
	sleep 1.5
	is_blockable $mate
	is_spared $mate6 $bad6
}

@test "a wider block is split around an allowed host" {
	guard
	"$sobig" block 198.51.100.0/24 2001:db8:668::/48 --for 2h --reason 'a net' --state "$LAB/state"
	[ "$(reach $mate)" = silence ]
	run "$sobig" allow add $mate $mate6 --state "$LAB/state"
	[ "$status" = 0 ]
	[[ $output == *"$mate: unblocked in 198.51.100.0/24; the rest of 198.51.100.0/24 stays blocked, as 8 networks"* ]]
	[ "$(reach $mate)" = connected ]
	[ "$(reach $mate6)" = connected ]
	[ "$(reach $good)" = silence ]
	[ "$(reach $bad)" = silence ]
	"$sobig" list -j | python3 -c '
import json, sys, datetime
blocks = json.load(sys.stdin)["blocks"]
left = [datetime.datetime.fromisoformat(b["until"].rstrip("Z") + "+00:00") - datetime.datetime.now(datetime.timezone.utc) for b in blocks]
assert len(blocks) == 8 + 16, blocks
assert all(b["reason"] == "a net" for b in blocks)
assert all(7100 < l.total_seconds() < 7300 for l in left), left'
}

@test "block refuses an allowed host and says why; import blocks the rest of its network" {
	configure '[allow]' "address = $mate" "address = 203.0.113.0/24"
	guard -c "$LAB/own.conf"
	for host in $mate 198.51.100.0/24 203.0.113.5 203.0.113.0/25 $LAB_MX; do
		run "$sobig" block "$host" -c "$LAB/own.conf" --state "$LAB/state"
		[ "$status" = 1 ]
		[[ $output == *"\"$host\" is not blocked: "*--force* ]]
	done
	[[ $output == *"this machine's own address (mx0)"* ]]
	[ "$("$sobig" list | wc -l)" = 1 ]
	printf '198.51.100.0/24\n203.0.113.8/29\n' >"$LAB/drop"
	run "$sobig" import "$LAB/drop" -c "$LAB/own.conf" --state "$LAB/state"
	[ "$status" = 1 ]
	[[ $output == *"\"198.51.100.0/24\" contains $mate (the configuration's [allow]): the rest is blocked, as 8 networks"* ]]
	[[ $output == *'"203.0.113.8/29" is not blocked: it is in the allowed network 203.0.113.0/24'* ]]
	[ "$(reach $mate)" = connected ]
	[ "$(reach $good)" = silence ]
	"$sobig" block --force $mate -c "$LAB/own.conf"
	[ "$(reach $mate)" = silence ]
}

@test "the next daemon removes older blocks of allowed hosts" {
	guard --persist
	"$sobig" block $mate $bad --state "$LAB/state"
	stop_daemon
	[ "$(reach $mate)" = silence ]
	mkdir -p "$LAB/state"
	echo "$mate" >"$own"
	guard
	[ "$(reach $mate)" = connected ]
	[ "$(reach $bad)" = silence ]
}

@test "allow reports an error, and changes nothing" {
	for words in 'add' 'del' 'ad 192.0.2.1' 'list 192.0.2.1' 'add --all 192.0.2.1' ''; do
		# shellcheck disable=SC2086
		run "$sobig" allow $words --state "$LAB/state"
		[ "$status" = 2 ]
	done
	run "$sobig" allow add 192.0.2.9 mx.example.org --state "$LAB/state"
	[ "$status" = 1 ]
	[[ $output == *'"mx.example.org": expected an address or a network'*'[allow] host'* ]]
	run "$sobig" allow add 198.51.100.7/24 --state "$LAB/state"
	[[ $output == *'"198.51.100.7/24": bits are set after the prefix'* ]]
	run "$sobig" allow add 0.0.0.0/0 --state "$LAB/state"
	[[ $output == *'this covers every address'* ]]
	[ ! -e "$own" ]
	"$sobig" allow add 192.0.2.9 --state "$LAB/state"
	"$sobig" allow list -j --state "$LAB/state" | python3 -c '
import json, sys
shown = json.load(sys.stdin)
assert shown["kind"] == "allow" and isinstance(shown["shape"], int)
assert [e["address"] for e in shown["entries"]] == ["192.0.2.9"] and "since" in shown["entries"][0]["reason"]'
	[ "$(ls "$LAB/state")" = allow ]
}

@test "concurrent changes of the list lose nothing, and keep manual edits" {
	mkdir -p "$LAB/state"
	printf '# ours\nmx.example.org # by name\n192.0.2.200' >"$own"
	for i in $(seq 30); do
		"$sobig" allow add "192.0.2.$i" --state "$LAB/state" 3>&- &
	done
	for _ in $(seq 200); do
		[ "$(grep -c since "$own")" != 30 ] || break
		sleep 0.05
	done
	[ "$(grep -c since "$own")" = 30 ]
	[ "$(head -n 3 "$own")" = "$(printf '# ours\nmx.example.org # by name\n192.0.2.200')" ]
	[ "$(ls "$LAB/state")" = allow ]
	"$sobig" allow del $(seq -f '192.0.2.%g' 30) --state "$LAB/state"
	[ "$(wc -l <"$own")" = 3 ]
}
