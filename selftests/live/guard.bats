# SPDX-License-Identifier: GPL-2.0-only
# From a log line to a SYN that dies, on a real interface, in both modes; and the way out.

load live.bash

setup() {
	need_lab
	start_lab
}

teardown() {
	[ -z "${LAB_INSIDE-}" ] || stop_lab
}

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

@test "a host above the limit is silenced and its neighbours are served, native" {
	check_block_in_mode native
}

@test "a host above the limit is silenced and its neighbours are served, generic" {
	check_block_in_mode generic
}

@test "auto takes native mode where the driver can" {
	start_daemon
	"$sobig" status | grep -q 'native mode'
}

@test "auto falls back to generic mode, and says why" {
	# The loopback device has no native XDP.
	"$sobig" attach lo --log "$log" -j >"$LAB/events" 2>"$LAB/words" 3>&- &
	until grep -q '"ready"' "$LAB/events"; do sleep 0.02; done
	cat "$LAB/words"
	grep -q 'cannot take the filter in native mode.*trying generic' "$LAB/words"
	"$sobig" status | grep -q 'generic mode'
	"$sobig" detach lo
	[ ! -e "$pins" ]
}

@test "the table reads like a table in bpftool" {
	start_daemon
	offend $bad 16
	until_blocked $bad
	run bpftool map dump pinned "$pins/blocked4"
	[[ "${output//[[:space:]]/}" == *'"address":[198,51,100,7]'* ]]
	[[ "$output" == *'"until":'* ]]
}

@test "a live connection of a blocked host goes on, a new one does not come about" {
	start_server
	start_daemon
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
	"$sobig" status | tee "$LAB/status"
	grep -q 'DRY RUN' "$LAB/status"
	grep -q '1 would have been dropped' "$LAB/status"
	grep -q 'would block 198.51.100.7' "$LAB/words"
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

@test "an entry that the kernel lost is put back and counted, an unblocked one is not" {
	start_daemon
	"$sobig" block $bad $good
	bpftool map delete pinned "$pins/blocked4" key 198 51 100 7
	"$sobig" unblock $good
	sleep 1.5
	bpftool map lookup pinned "$pins/blocked4" key 198 51 100 7
	! bpftool map lookup pinned "$pins/blocked4" key 198 51 100 8
	"$sobig" status | grep -q '1 lost by the kernel and put back'
}

@test "SIGTERM and SIGINT leave no program, no pin, no process" {
	for signal in TERM INT HUP; do
		start_daemon
		"$sobig" block $bad
		stop_daemon $signal
		[ ! -d /proc/$daemon ]
		is_clean
	done
}

@test "blocks lapse with the daemon dead" {
	start_server
	start_daemon --for 3s
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	[ "$(reach $bad)" = silence ]
	sleep 3
	[ "$(reach $bad)" = connected ]
}

@test "detach after SIGKILL leaves nothing" {
	start_daemon
	stop_daemon KILL || true
	"$sobig" status | grep -q 'NOBODY READS THE LOG'
	"$sobig" detach mx0
	is_clean
	start_daemon --mode generic
	stop_daemon KILL || true
	"$sobig" detach --all
	is_clean
}

@test "the next attach takes over: blocks stay, and no SYN of a blocked host slips through" {
	start_server
	start_daemon --for 1h
	offend $bad 16
	until_blocked $bad
	stop_daemon KILL || true
	first=$("$sobig" status -j | grep '"program"')
	# SYNs all the while; each one that was passed would be answered.
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

@test "--keep leaves filter and blocks, and detach takes them away" {
	start_server
	start_daemon --keep
	"$sobig" block $bad
	stop_daemon
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" detach mx0
	is_clean
}

@test "a detach from another terminal ends the daemon without a trace" {
	start_daemon
	"$sobig" detach --all
	wait $daemon
	grep -q 'taken off mx0 by somebody else' "$LAB/words"
	is_clean
}
