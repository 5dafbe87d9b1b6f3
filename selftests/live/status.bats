#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The first line of status: OK, or the problem and what to do.

load live

poke=${SOBIG_BUILD:-$top/build}/selftests/poke

# says STATUS TEXT...: the exit status, and texts in the first line.
says() {
	local text
	run "$sobig" status
	echo "$output"
	[ "$status" = "$1" ]
	for text in "${@:2}"; do
		[[ ${lines[0]} == *"$text"* ]] || return 1
	done
}

# The daemon is stopped, so that it does not overwrite the planted values.
freeze_daemon() {
	halt_daemon
	stats=$(echo "$pins"/if*/stats)
}

setup() {
	need_lab
	[ -x "$poke" ] || skip 'build/selftests/poke is missing; try: make tests'
	start_lab
}

teardown() {
	local link
	[ -n "${LAB_INSIDE-}" ] || return 0
	stop_lab
	for link in mx1 mx2; do
		ip link delete $link 2>/dev/null || true
	done
}

@test "without problems, the first line is OK and the exit status 0" {
	start_daemon
	says 0 'OK: mx0 protected, 0 hosts blocked'
	"$sobig" block $bad
	says 0 'OK: mx0 protected, 1 host blocked'
	[ "$("$sobig" status -j | python3 -c 'import json, sys; print(json.load(sys.stdin)["ok"])')" = True ]
}

@test "if nothing is attached, status fails and says how to attach" {
	run "$sobig" status
	[ "$status" = 1 ]
	[[ $output == *'not attached to any interface'*'sobig-xdp attach IF'* ]]
}

@test "each problem has a line that says what to do, and the worst is first" {
	start_daemon
	freeze_daemon
	"$poke" "$stats" dry_run 1
	says 1 'DRY RUN (mx0): nothing is dropped; to drop packets, attach without --dry-run'
	"$poke" "$stats" config_error 1
	says 1 'RELOAD REFUSED: ' '`sobig-xdp check` shows the error'
	"$poke" "$stats" state_lost 3
	"$poke" "$stats" state_lost_until 4000000000
	says 1 'STATE FULL: 3 blocks were not saved, and a restart does not restore them; ' /var/lib/sobig-xdp
	"$poke" "$stats" state_lost_until 1
	says 1 'RELOAD REFUSED'
	"$poke" "$stats" state_error 28
	says 1 'STATE NOT WRITABLE: No space left on device; '
	"$poke" "$stats" started 1
	"$poke" "$stats" last_line 1
	# It needs an hour of silence.
	[ "$(cut -d. -f1 /proc/uptime)" -lt 3700 ] || says 1 'LOG SILENT: no new line for ' "$log"
	"$poke" "$stats" readable 0
	says 1 "LOG NOT READABLE: no new blocks are added; check that $log exists"
	"$poke" "$stats" classes_off 64
	says 1 'CLASS OFF: dnsbl does not count for an hour, because many known senders suddenly had such offences; '
	"$poke" "$stats" brake 500
	"$poke" "$stats" braked 1
	says 1 'BRAKE ENGAGED: within an hour, verdicts were made on more than 500 known senders, or on known senders that sent more than 10% of the mail; further verdicts on known senders are dry runs; check the scanner, the DNS lists, and `sobig-xdp list`; to resume blocking: sobig-xdp release'
	[ "$("$sobig" status -j | python3 -c 'import json, sys; print(*(t["kind"] for t in json.load(sys.stdin)["problems"]))')" \
		= 'brake class-off log-unreadable state-unwritable config-refused dry-run' ]
	"$poke" "$stats" heartbeat 1
	says 1 "DAEMON STUCK (mx0): no heartbeat from process $daemon for " 'kill -9 it, then: sobig-xdp attach mx0'
	kill -KILL $daemon
	wait $daemon || true
	says 1 'DAEMON NOT RUNNING (mx0): ' 'sobig-xdp attach mx0'
	ip link set dev mx0 xdp off
	says 1 'NOT FILTERED (mx0): ' 'sobig-xdp attach mx0'
	ip link delete mx0
	says 1 'INTERFACE NOT FOUND (#' "rm -r $pins/if"
}

@test "a deleted log is noticed without a new line, and found again" {
	rm "$log"
	start_daemon
	says 1 'LOG NOT READABLE' "$log"
	: >"$log"
	sleep 2.5
	says 0 'OK:'
}

# After a rotation, exim creates the next file with its next line.
@test "a renamed log is reported at once, and is a problem if no new one appears" {
	start_daemon
	mv "$log" "$log.1"
	sleep 1.5
	says 0 "OK: mx0 protected, 0 hosts blocked; $log was moved away " ' ago, waiting for exim to create the next one'
	[ "$("$sobig" status -j | python3 -c 'import json, sys; print(json.load(sys.stdin)["interfaces"][0]["daemon"]["log_gone"] is None)')" = False ]
	: >"$log"
	sleep 1.5
	says 0 'OK:'
	[[ $output != *'moved away'* ]]
	rm "$log"
	sleep 63
	says 1 "LOG FILE MISSING: no new blocks are added; $log was moved away 1m" 'exim -bP log_file_path'
	: >"$log"
	sleep 1.5
	says 0 'OK:'
	offend $bad 16
	until_blocked $bad
}

# uncounted COUNT: lines that can be read in two ways.
uncounted() {
	local i
	for ((i = 0; i < $1; i++)); do
		echo "$(date '+%F %T') SMTP syntax error in \"FOO H=[192.0.2.9] \" H=(h) [$bad] unrecognized command"
	done >>"$log"
	sleep 1.5
}

@test "lines that are not counted are reported, and are a problem if a host may evade its block" {
	start_server
	start_daemon
	uncounted 15
	says 0 'OK:'
	[[ $output == *'15 lines not counted: 15 doubtful'* ]]
	uncounted 1
	says 1 'LINES NOT COUNTED: 16 in 5 minutes, and the hosts that cause them are not blocked; ' 'WHAT IS NOT COUNTED in sobig-xdp(8)'
	[[ $output == *'16 lines not counted: 16 doubtful'* ]]
	{
		printf '%s **** log string overflowed log buffer ****\n' "$(date '+%F %T')"
		printf '%s H=(%08300d) [%s] F=<a@b> rejected RCPT <c@d>: no\n' "$(date '+%F %T')" 0 $bad
		printf '%s mx exim[7]: [1/2] H=(x) [%s] F=<a@b>\n' "$(date '+%FT%TZ')" $bad
	} >>"$log"
	sleep 1.5
	"$sobig" metrics | grep '^sobig_xdp_lines_skipped_total'
	[ "$("$sobig" metrics | grep -c '^sobig_xdp_lines_skipped_total{kind="\(doubtful"} 16\|overlong"} 1\|overflowed"} 1\)$')" = 3 ]
	"$sobig" metrics | grep -q '^sobig_xdp_problem{kind="lines-skipped"} 1$'
	[ "$("$sobig" status -j | python3 -c 'import json, sys; d = json.load(sys.stdin)["interfaces"][0]["daemon"]; print(d["skipped"], d["skipped_recent"], d["skipped_kinds"])')" \
		= "18 18 {'doubtful': 16, 'overlong': 1, 'overflowed': 1, 'cut': 0, 'proxied': 0}" ]
	# No host is counted for lines that others forged.
	[ "$(reach $bad)" = connected ]
	[ "$(reach $good)" = connected ]
}

# Among a thousand times as many other lines, they are normal.
@test "a few lines that are not counted, among very many, are not a problem" {
	start_daemon
	for i in $(seq 17000); do echo "$(printf '%(%F %T)T') 1xVhtP-00001s-39 Completed"; done >>"$log"
	uncounted 16
	says 0 'OK:'
}

@test "lines that syslog truncated are reported" {
	: >"$log"
	start_daemon
	for i in $(seq 16); do
		printf '%s mx exim[%d]: [1/2] H=(%0700d) [%s] F=<a@b> rejected RCPT <c@d>: no\n' "$(date '+%FT%TZ')" "$i" 0 $bad
		printf '%s mx exim[%d]: [2/2]  or never\n' "$(date '+%FT%TZ')" "$i"
		printf '%s mx exim[%d]: [1/2] 1xVhtP-00001s-39 <= a@b H=(x) [%s] P=esmtp\n' "$(date '+%FT%TZ')" "$i" $bad
	done >>"$log"
	sleep 1.5
	says 1 'LINES NOT COUNTED: 16 in 5 minutes' 'were cut by syslog'
	[[ $output == *'16 lines not counted: 16 cut'* ]]
}

@test "a stuck daemon is noticed" {
	start_daemon
	halt_daemon
	sleep 32
	says 1 'DAEMON STUCK (mx0)'
	kill -CONT $daemon
	sleep 1.5
	says 0 'OK:'
}

@test "a table that is nearly full is a problem" {
	start_daemon --blocks 2000
	for i in $(seq 0 1799); do echo "203.$((i / 250)).113.$((i % 250 + 1))"; done | "$sobig" block -
	says 1 'TABLE NEARLY FULL: 1800 of 2000 IPv4 addresses; '
	"$sobig" unblock 203.0.113.1
	says 0 'OK:'
}

@test "nouns agree with their numbers, one or many" {
	start_daemon
	freeze_daemon
	for field in lines offences blocked watched 'skipped[0]' watch_drops logs; do "$poke" "$stats" $field 1; done
	"$poke" "$stats" 'classes[0]' 1
	"$sobig" status | tee "$LAB/status" || true
	grep -Eq '^  judged    1 line, 1 offence, 1 block, 1 watched host$' "$LAB/status"
	grep -q '^ *1 line not counted: 1 doubtful$' "$LAB/status"
	grep -q '^ *1 time a rule forgot a host' "$LAB/status"
	for field in lines offences blocked watched 'skipped[0]' watch_drops logs; do "$poke" "$stats" $field 2; done
	"$sobig" status | tee "$LAB/status" || true
	grep -Eq '^  judged    2 lines, 2 offences, 2 blocks, 2 watched hosts$' "$LAB/status"
	grep -q '^ *2 lines not counted: 2 doubtful$' "$LAB/status"
	grep -q '^ *2 times a rule forgot a host' "$LAB/status"
	grep -q "$log and 1 other log, at byte " "$LAB/status"
	"$poke" "$stats" logs 3
	"$sobig" status | grep -q "$log and 2 other logs, at byte "
}

@test "classes and rules that do not fit are summed up" {
	local class number=31
	start_daemon
	freeze_daemon
	for class in $(seq 0 16); do
		number=$((number + 1000))
		"$poke" "$stats" "classes[$class]" $number
	done
	"$sobig" status | tee "$LAB/status"
	python3 - "$LAB/status" <<-'EOF'
		import re, sys
		line = next(line for line in open(sys.argv[1]) if line.startswith("  offences"))
		assert len(line) <= 81, line
		shown = [int(number) for number in re.findall(r"[a-z] (\d+)", line.split(", and ")[0])]
		rest = re.search(r", and (\d+) other classes, (\d+) offences$", line)
		assert shown == sorted(shown, reverse=True) and shown[0] == 17031, shown
		assert len(shown) + int(rest[1]) == 17, line
		assert sum(shown) + int(rest[2]) == sum(31 + 1000 * i for i in range(1, 18)), line
	EOF
	# More rules than fit.
	number=1
	for rule in worm-storm password-guessing strangers known-senders known-guessing networks small-networks; do
		"$sobig" block 203.0.113.$number --reason "$rule: a test" >/dev/null
		number=$((number + 1))
	done
	"$sobig" status | tee "$LAB/status"
	grep -q '^  and 1 other rule: 1 active, 0 SYNs dropped$' "$LAB/status"
	"$sobig" block 203.0.113.$number 203.0.113.$((number + 1)) --reason 'hammering: a test' >/dev/null
	"$sobig" status | grep -q '^  and 2 other rules: 2 active, 0 SYNs dropped$'
}

@test "a host that two rules count is watched once" {
	start_daemon
	for _ in 1 2 3; do
		echo "$(date '+%F %T') H=(h) [$bad] F=<s@e> rejected RCPT <a@b>: $bad is listed at sbl.example"
		echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected RCPT <a@b>: Unrouteable address"
	done >>"$log"
	until "$sobig" status | grep -q ' 6 offences'; do sleep 0.1; done
	"$sobig" status | grep -q ' 2 watched hosts$'
	[ "$("$sobig" status -j | jq '.interfaces[0].daemon.watched')" = 2 ]
	"$sobig" metrics | grep -qx 'sobig_xdp_watched_hosts 2'
}

@test "one interface or two, it fits a screen of 80 by 24; a second daemon has six lines more" {
	local most=23 pair
	ip link add mx1 type veth peer name world1
	ip link add mx2 type veth peer name world2
	start_daemon
	offend $bad 16
	until_blocked $bad
	"$sobig" block 203.0.113.0/24 --reason 'a net'
	for pair in one two; do
		[ $pair = one ] || "$sobig" attach mx1 --log "$log" >/dev/null 2>&1 3>&- &
		# It is "mx1, starting" until its daemon is seen, too.
		[ $pair = one ] || until { "$sobig" status || true; } | grep -q '^mx1$'; do sleep 0.1; done
		[ $pair = one ] || most=29
		"$sobig" status | tee "$LAB/status"
		[ "$(fold -w 80 "$LAB/status" | wc -l)" -le $most ]
	done
	"$sobig" detach --all
	launch_daemon mx1 mx2 --log "$log"
	"$sobig" status | tee "$LAB/status"
	[ "$(fold -w 80 "$LAB/status" | wc -l)" -le 23 ]
	# One daemon is shown once.
	[ "$(grep -c '^daemon .* for mx1, mx2' "$LAB/status")" = 1 ]
}
