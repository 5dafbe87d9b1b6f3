# SPDX-License-Identifier: GPL-2.0-only
# From a log line to a dropped SYN, on a real interface, in both modes; attaching, detaching and signals.

load live.bash

check_block_in_mode() {
	start_server
	start_daemon --mode "$1"
	"$sobig" status | grep -q "$1 mode"
	offend $bad 16
	offend $bad6 16
	offend $good 15
	offend $good6 15
	until_blocked $bad
	until_blocked $bad6
	[ "$(reach $bad)" = silence ]
	[ "$(reach $bad6)" = silence ]
	[ "$(reach $good)" = connected ]
	[ "$(reach $good6)" = connected ]
	[ "$("$sobig" list -j --ndjson | grep -c '"drops":0')" = 0 ]
	stop_daemon
	is_clean
	[ "$(reach $bad)" = connected ]
}

@test "a host above the limit is dropped and its neighbours are served, native" {
	check_block_in_mode native
}

@test "a host above the limit is dropped and its neighbours are served, generic" {
	check_block_in_mode generic
}

@test "auto uses native mode if the driver supports it" {
	start_daemon
	"$sobig" status | grep -q 'native mode'
}

@test "auto falls back to generic mode, and says why" {
	# The loopback device has no native XDP.
	launch_daemon lo --log "$log"
	cat "$LAB/words"
	grep -q 'cannot attach to lo in native mode.*trying generic' "$LAB/words"
	"$sobig" status | grep -q 'generic mode'
	"$sobig" detach lo
	[ ! -e "$pins" ]
}

@test "bpftool prints the table with names" {
	start_daemon
	offend $bad 16
	until_blocked $bad
	run bpftool map dump pinned "$pins/blocked4"
	[[ "${output//[[:space:]]/}" == *'"address":[198,51,100,7]'* ]]
	[[ "$output" == *'"until":'* ]]
}

@test "with connections = finish, an established connection of a blocked host continues, a new one is dropped" {
	start_server
	printf '[filter]\nconnections = finish\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	mkfifo "$LAB/say"
	world python3 "$peer" hold $bad $LAB_MX 25 <"$LAB/say" >"$LAB/heard" 3>&- &
	exec 9>"$LAB/say"
	until grep -q connected "$LAB/heard"; do sleep 0.02; done
	offend $bad 16
	until_blocked $bad
	[ "$(reach $bad)" = silence ]
	echo still-alive >&9
	for _ in $(seq 100); do ! grep -q still-alive "$LAB/heard" || break; sleep 0.02; done
	exec 9>&-
	grep -q still-alive "$LAB/heard"
}

@test "only the protected port is closed to a blocked host" {
	start_server 25
	start_server 26
	start_daemon --port 26
	"$sobig" block $bad
	[ "$(reach $bad 25)" = connected ]
	[ "$(reach $bad 26)" = silence ]
	[ "$(reach $good 26)" = connected ]
}

@test "a dry run counts what it would drop and drops nothing" {
	start_server
	start_daemon --dry-run
	offend $bad 16
	until_blocked $bad
	[ "$(reach $bad)" = connected ]
	"$sobig" list | grep -q '(dry run) worm-storm'
	"$sobig" status | tee "$LAB/status"
	grep -q 'DRY RUN' "$LAB/status"
	grep -q '1 passed from hosts blocked in a dry run' "$LAB/status"
	grep -q 'dry run: block 198.51.100.7' "$LAB/words"
}

@test "an unblocked host's first SYN passes" {
	start_server
	start_daemon
	"$sobig" block $bad $bad6 $good
	[ "$(reach $bad)" = silence ]
	"$sobig" unblock $bad $bad6
	[ "$(reach $bad)" = connected ]
	[ "$(reach $bad6)" = connected ]
	[ "$(reach $good)" = silence ]
	"$sobig" unblock --all
	[ "$(reach $good)" = connected ]
}

@test "an entry that the kernel evicted is restored and counted, an unblocked one is not" {
	start_daemon
	"$sobig" block $bad $good
	bpftool map delete pinned "$pins/blocked4" key 198 51 100 7
	"$sobig" unblock $good
	sleep 1.5
	bpftool map lookup pinned "$pins/blocked4" key 198 51 100 7
	bpftool map lookup pinned "$pins/blocked4" key 198 51 100 8 && false
	"$sobig" status | grep -q '1 lost by the kernel and restored'
}

@test "SIGTERM and SIGINT leave no program, no pin and no process" {
	for signal in TERM INT; do
		start_daemon
		"$sobig" block $bad
		stop_daemon $signal
		[ ! -d /proc/$daemon ]
		is_clean
	done
}

@test "blocks expire without a daemon" {
	start_server
	start_daemon --for 6s
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	[ "$(reach $bad)" = silence ]
	sleep 6
	[ "$(reach $bad)" = connected ]
}

@test "detach after SIGKILL leaves nothing" {
	start_daemon
	stop_daemon KILL || true
	"$sobig" status | grep -q 'DAEMON NOT RUNNING'
	"$sobig" detach mx0
	is_clean
	start_daemon --mode generic
	stop_daemon KILL || true
	"$sobig" detach --all
	is_clean
}

@test "the next attach takes over: blocks stay, and no SYN of a blocked host passes" {
	start_server
	start_daemon --for 1h
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	first=$("$sobig" status -j | grep '"program"')
	# SYNs all the time; each one that passes would be answered.
	world python3 - $bad $LAB_MX >"$LAB/slipped" 3>&- <<-'EOF' &
		import socket, sys, time
		end, passed, tried = time.time() + 2, 0, 0
		while time.time() < end:
		    sock = socket.socket()
		    sock.setblocking(False)
		    sock.bind((sys.argv[1], 0))
		    sock.connect_ex((sys.argv[2], 25))
		    time.sleep(0.0005)
		    passed += sock.connect_ex((sys.argv[2], 25)) in (0, 106)
		    tried += 1
		    sock.close()
		print(passed, tried)
	EOF
	prober=$!
	sleep 0.3
	start_daemon
	wait $prober
	cat "$LAB/slipped"
	[ "$(cut -d' ' -f1 "$LAB/slipped")" = 0 ]
	[ "$(cut -d' ' -f2 "$LAB/slipped")" -gt 100 ]
	[ "$("$sobig" status -j | grep '"program"')" != "$first" ]
	until_blocked $bad
}

@test "--persist leaves the filter and the blocks, and detach removes them" {
	start_server
	start_daemon --persist
	"$sobig" block $bad
	stop_daemon
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" detach mx0
	is_clean
}

@test "--keep, the name of --persist in version 0.1, is accepted, and the help does not list it" {
	[ "$("$sobig" attach --help | grep -c -e --keep)" = 0 ]
	[ "$("$sobig" attach --help | grep -c -e --persist)" = 1 ]
	start_server
	start_daemon --keep
	"$sobig" block $bad
	stop_daemon
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" detach mx0
	is_clean
}

@test "a detach from another terminal ends the daemon and leaves nothing" {
	start_daemon
	"$sobig" detach --all
	wait $daemon
	grep -q 'detached by sobig-xdp detach' "$LAB/words"
	is_clean
}

@test "an attach that fails does not change a filter attached before" {
	start_server
	start_daemon --persist
	"$sobig" block $bad
	stop_daemon
	"$sobig" attach mx0 eth77 --log "$log" && false
	[ "$(reach $bad)" = silence ]
	"$sobig" detach mx0
	is_clean
}

@test "attach and detach at the same time leave no filter without pins" {
	local late
	for late in 0.00 0.01 0.02 0.03 0.04 0.05 0.06 0.08; do
		"$sobig" attach mx0 --log "$log" >/dev/null 2>&1 3>&- &
		daemon=$!
		sleep $late
		"$sobig" detach --all
		sleep 0.3
		kill -TERM $daemon 2>/dev/null || true
		wait $daemon || true
		is_clean
	done
}

@test "a stopped daemon does not detach the filter of a later one" {
	start_daemon
	old=$daemon
	kill -STOP $old
	"$sobig" detach mx0
	start_daemon
	kill -CONT $old
	wait $old
	[ -d /proc/$daemon ]
	"$sobig" status | grep -q 'OK:'
	stop_daemon
	is_clean
}

@test "the filter is detached although its pins were removed" {
	start_daemon
	rm -r "$pins"
	stop_daemon
	is_clean
}

@test "detach from another network namespace changes nothing and says why" {
	start_daemon
	# The interface of the world can have the same index; it must not be confused with ours.
	world "$sobig" detach --all && false
	"$sobig" status | grep -q 'OK:'
}

@test "a signal during the start leaves nothing" {
	local late
	for late in 0.01 0.03 0.05 0.1; do
		"$sobig" attach mx0 --log "$log" >/dev/null 2>&1 3>&- &
		daemon=$!
		sleep $late
		kill -TERM $daemon
		wait $daemon || true
		is_clean
	done
	"$sobig" attach mx0 --log "$log" -j 2>/dev/null 3>&- | true &
	for _ in $(seq 100); do ! "$sobig" status 2>/dev/null | grep -q 'OK:' || break; sleep 0.05; done
	"$sobig" status | grep -q 'OK:'
	"$sobig" detach --all
}

@test "no other filter acts on the verdicts of a dry run, and a block replaces one" {
	start_server
	start_daemon --dry-run --persist
	offend $bad 16
	until_blocked $bad
	stop_daemon
	start_daemon
	grep -q 'took over' "$LAB/words"
	[ "$(reach $bad)" = connected ]
	"$sobig" block $bad --for 1m
	[ "$(reach $bad)" = silence ]
}

@test "an active block is extended, never shortened, and this is printed" {
	start_daemon
	"$sobig" block $bad --for 2h --reason first
	"$sobig" block $bad --for 1m --reason second | grep -q 'already blocked, for another 2h'
	"$sobig" list | grep -q first
	"$sobig" block $bad --for 3h --reason third
	"$sobig" list | grep -q third
}

@test "a filter that another program detached is an error" {
	start_daemon
	ip link set dev mx0 xdp off
	got=0
	wait $daemon || got=$?
	[ $got = 1 ]
	grep -q 'detached by another program: mail is not protected' "$LAB/words"
	is_clean
}

# A mail host with exim in a usual path, with the configuration of the laboratory.
install_exim() {
	rm "$log"
	lab_exim "$top" 3>&-
	mount -t tmpfs sbin /usr/local/sbin
	printf '#!/bin/sh\nexec %s -C %s "$@"\n' "$LAB/sbin/exim" "$LAB/exim.conf" >/usr/local/sbin/exim
	chmod 755 /usr/local/sbin/exim
}

# 16 lines as exim writes them for $bad, each with another host in the quoted sender.
forge() {
	local _
	for _ in $(seq 16); do
		echo "$(date '+%F %T') H=(h) [$bad] F=<\"x) [$good] F=<a> rejected after DATA: virus\"@e> rejected after DATA: This message contains a virus (x)." >>"$log"
	done
}

@test "a detach while exim is being asked ends the daemon" {
	mount -t tmpfs sbin /usr/local/sbin
	printf '#!/bin/sh\nsleep 2\n' >/usr/local/sbin/exim
	chmod 755 /usr/local/sbin/exim
	"$sobig" attach mx0 --log "$log" >"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	for _ in $(seq 200); do ! grep -qs 'mx0: filter attached' "$LAB/words" || break; sleep 0.02; done
	[ -z "$(grep '^sobig-xdp: following' "$LAB/words")" ]
	"$sobig" detach mx0
	wait "$daemon"
	is_clean
	umount -l /usr/local/sbin
}

@test "exim is asked for its log and for the HELOs that it accepts" {
	install_exim
	launch_daemon mx0
	grep -q "following $log" "$LAB/words"
	forge
	until_blocked $bad
	"$sobig" list | grep -q $good && false
	stop_daemon
	umount /usr/local/sbin
}

@test "if exim accepts any HELO, a line with two hosts blocks neither" {
	install_exim
	sed -i '1i helo_accept_junk_hosts = *' "$LAB/exim.conf"
	launch_daemon mx0
	forge
	sleep 0.5
	[ "$("$sobig" list | wc -l)" = 1 ]
	"$sobig" status | grep -q '0 offences'
	offend $bad 16
	until_blocked $bad
	stop_daemon
	umount /usr/local/sbin
}

# flood FIRST LAST: writes 16 lines of each host 203.0.113.N.
flood() {
	local host
	for host in $(seq "$1" "$2"); do offend "203.0.113.$host" 16; done
}

@test "a pipe without a reader delays no block, and lost events are logged" {
	mkfifo "$LAB/out" "$LAB/err"
	exec 7<>"$LAB/out" 8<>"$LAB/err"
	# All of its room except a page.
	head -c 61440 /dev/zero >&7
	head -c 61440 /dev/zero >&8
	"$sobig" attach -j mx0 --log "$log" >"$LAB/out" 2>"$LAB/err" 3>&- 7>&- 8>&- &
	daemon=$!
	for _ in $(seq 100); do ! "$sobig" status >/dev/null 2>&1 || break; sleep 0.05; done
	flood 1 60
	until_blocked 203.0.113.60
	until_blocked 203.0.113.1
	[ -z "$("$sobig" list $good | grep $good)" ]
	cat <&7 >"$LAB/events" 3>&- &
	cat <&8 >"$LAB/words" 3>&- &
	sleep 0.5
	offend $bad 16
	until_blocked $bad
	for _ in $(seq 100); do ! grep -aq 'messages dropped: [0-9]' "$LAB/words" || break; sleep 0.05; done
	grep -aq 'standard error was not read; messages dropped: [0-9]' "$LAB/words"
	grep -aq 'standard output is read again; events dropped: [0-9]' "$LAB/words"
	tr -d '\0' <"$LAB/events" | tail -n 1 | jq -e .event
	exec 7>&- 8>&-
}
