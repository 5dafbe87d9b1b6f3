# SPDX-License-Identifier: GPL-2.0-only
# The state survives the daemon; its failures are reported, and protection continues.

load live.bash

state=/var/lib/sobig-xdp

# until_entered TEXT: waits until the history contains it.
until_entered() {
	local _
	for _ in $(seq 400); do
		! "$sobig" list --history | grep -q -- "$1" || return 0
		sleep 0.05
	done
	"$sobig" list --history
	return 1
}

# until_status TEXT: waits until the first line of status contains it; the daemon updates its statistics once a second.
until_status() {
	local _
	for _ in $(seq 400); do
		! { "$sobig" status || true; } | head -n 1 | grep -qi -- "$1" || return 0
		sleep 0.05
	done
	"$sobig" status
	return 1
}

is_blocked() {
	"$sobig" list "$1" | grep -q "$1"
}

start_with() {
	printf '%s\n' "$@" >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
}

@test "after a reboot, blocks that have not expired are active before a packet is judged" {
	start_server
	start_daemon
	offend $bad 16
	offend $bad6 16
	until_blocked $bad
	until_blocked $bad6
	"$sobig" block 203.0.113.0/24 --for 2h
	"$sobig" block $good
	"$sobig" unblock $good
	until_entered $bad
	until_entered 2001:db8:666
	before=$("$sobig" list $bad -j --ndjson | jq -r .until)
	stop_daemon
	is_clean
	[ "$(reach $bad)" = connected ]
	# The host sends SYNs all the time.
	(while :; do reach $bad; done) >"$LAB/attempts" 3>&- &
	start_daemon
	for _ in $(seq 200); do
		[ "$("$sobig" status -j | jq '.interfaces[0].counters.dropped')" = 0 ] || break
		sleep 0.05
	done
	[ "$("$sobig" status -j | jq '.interfaces[0].counters.dropped')" -gt 0 ]
	[ "$("$sobig" status -j | jq '.interfaces[0].counters.passed_syn')" = 0 ]
	is_blocked 203.0.113.0/24
	[ "$(reach $bad6)" = silence ]
	[ "$(reach $good)" = connected ]
	after=$("$sobig" list $bad -j --ndjson | jq -r .until)
	[ $(($(date -d "$after" +%s) - $(date -d "$before" +%s))) -le 2 ]
	[ $(($(date -d "$before" +%s) - $(date -d "$after" +%s))) -le 2 ]
}

@test "tables of another version are created anew, and blocks are restored from the history" {
	start_server
	start_daemon --persist
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	stop_daemon
	# Of a version with a smaller front table.
	rm "$pins/front"
	bpftool map create "$pins/front" type array key 4 value 64 entries 1 name front
	start_daemon
	until_said "belong to another version; creating new ones"
	is_blocked $bad
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	stop_daemon
	is_clean
}

@test "an upgrade from version 0.1 takes over blocks and filter without a gap" {
	start_server
	start_daemon --persist
	offend $bad 16
	until_blocked $bad
	since=$("$sobig" list -j $bad | jq -r '.blocks[0].since')
	stop_daemon KILL || true
	# As version 0.1 pinned them, and no state from which the block could be restored.
	for family in 4 6; do mv "$pins/block_info$family" "$pins/ledger$family"; done
	rm "$(echo $pins/if*/stats)"
	bpftool map create "$(echo $pins/if*)/pulse" type array key 4 value 64 entries 1 name pulse
	rm -rf "$state"
	(
		while :; do
			ip -d link show mx0 | grep -q 'prog/xdp' || echo gap
			sleep 0.002
		done
	) >"$LAB/gaps" 2>&1 3>&- &
	watcher=$!
	start_daemon
	[ "$("$sobig" list -j $bad | jq -r '.blocks[0].since')" = "$since" ]
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	kill $watcher
	[ ! -s "$LAB/gaps" ]
	[ -z "$(grep 'creating new ones' "$LAB/words")" ]
	[ ! -e "$pins/ledger4" ]
	[ -z "$(ls $pins/if*/pulse 2>/dev/null)" ]
	stop_daemon
	is_clean
}

@test "the state of version 0.1 is taken over: its blocks are restored, its history stays" {
	start_server
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	stop_daemon
	[ "$(reach $bad)" = connected ]
	tamper "ALTER TABLE blocks RENAME COLUMN dry_run TO trial"
	start_daemon
	is_blocked $bad
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	offend $good 16
	until_blocked $good
	until_entered $good
	[ "$("$sobig" list --history -j | jq '.blocks | length')" = 2 ]
	stop_daemon
}

@test "lines that were written without a daemon are judged, once" {
	start_daemon
	offend $bad 10
	offend $good 10
	sleep 1.5
	stop_daemon
	offend $bad 6
	mv "$log" "$log.1"
	offend $good 5
	start_daemon
	until_blocked $bad
	sleep 1
	[ -z "$("$sobig" list $good | grep $good)" ]
	offend $good 1
	until_blocked $good
}

@test "a repeat offender is blocked for twice as long each time, over a restart as well" {
	start_with '[rule worm-storm]' 'block = 2s'
	for length in 2 4 8; do
		offend $bad 16
		until_blocked $bad
		until_said "blocked $bad for ${length}s"
		until_entered "$bad"
		while is_blocked $bad; do sleep 0.1; done
		sleep 1
		stop_daemon
		start_with '[rule worm-storm]' 'block = 2s'
	done
	[ "$("$sobig" list --history -j $bad | jq -c '[.blocks[].repeats]')" = '[2,1,0]' ]
}

@test "the verdicts of a dry run are not blocks after a restart" {
	start_server
	start_daemon --dry-run
	offend $bad 16
	until_said "dry run: block $bad"
	until_entered "dry run.*worm-storm"
	stop_daemon
	start_daemon
	sleep 0.5
	[ -z "$("$sobig" list | grep $bad)" ]
	[ "$(reach $bad)" = connected ]
	# It is not a repeat offender either.
	offend $bad 16
	until_said "blocked $bad for 1h (worm-storm: more than 15 in 5m)"
}

@test "blocks that were removed at once, or are of allowed hosts, are not restored" {
	start_daemon
	for host in $bad $good 192.0.2.21; do offend $host 16; done
	until_blocked 192.0.2.21
	"$sobig" unblock $bad
	"$sobig" allow add $good
	until_entered 192.0.2.21
	stop_daemon
	"$sobig" allow del $good
	start_daemon
	is_blocked 192.0.2.21
	[ -z "$("$sobig" list | grep -E "$bad|$good")" ]
	[ "$("$sobig" list --history | grep -c unblocked)" = 2 ]
}

# ends ADDRESS: the end of its block according to list, explain and the history, each as text and as JSON.
ends() {
	"$sobig" list "$1" | awk 'NR == 2 { print $4, $5 }'
	"$sobig" explain "$1" | sed -n '1s/.* until \(.*\), for another.*/\1/p; s/^  until    *//p'
	"$sobig" list --history "$1" | awk 'NR == 2 { print $3, $4 }'
	for end in $("$sobig" list -j "$1" | jq -r '.blocks[].until') \
		$("$sobig" explain -j "$1" | jq -r '.block.until, .history[].until') \
		$("$sobig" list --history -j "$1" | jq -r '.blocks[].until'); do
		date -d "$end" '+%F %T'
	done
}

@test "list, explain and the history agree on the end of a block, over a restart" {
	local host first=0
	start_daemon
	for host in $(seq 11 18); do
		if [ $((host % 2)) = 0 ]; then "$sobig" block 203.0.113.$host --for 1h; else offend 203.0.113.$host 16; fi
		sleep 0.13
	done
	for host in $(seq 11 18); do until_blocked 203.0.113.$host; until_entered 203.0.113.$host; done
	for _ in 1 2; do
		for host in $(seq 11 18); do
			ends 203.0.113.$host >"$LAB/ends"
			cat "$LAB/ends"
			[ "$(wc -l <"$LAB/ends")" = 8 ]
			[ "$(sort -u "$LAB/ends" | wc -l)" = 1 ]
			cat "$LAB/ends" >>"$LAB/all$first"
		done
		[ $first = 0 ] || break
		stop_daemon
		start_daemon
		first=1
	done
	cmp "$LAB/all0" "$LAB/all1"
}

@test "list shows the start of each block, over a restart as well" {
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	since=$("$sobig" list -j --ndjson $bad | jq -r .since)
	stop_daemon
	sleep 2
	start_daemon
	after=$("$sobig" list -j --ndjson $bad | jq -r .since)
	[ $(($(date -d "$after" +%s) - $(date -d "$since" +%s))) -le 1 ]
}

@test "a deleted state is noticed, and a new one is created" {
	start_daemon
	offend $bad 1
	sleep 1.5
	rm $state/state.db*
	offend $good 16
	until_blocked $good
	until_said 'another program removed the state'
	until_entered $good
}

# at TIME ADDRESS LOG: a virus with that timestamp.
at() {
	echo "$(date -d "$1" '+%F %T') H=(h) [$2] F=<s@e> rejected after DATA: This message contains a virus (x)." >>"$3"
}

@test "two logs with different clocks are judged each by its own" {
	: >"$LAB/log/other"
	start_daemon --log "$LAB/log/other"
	# The correction needs a while.
	at '2 days ago' 192.0.2.21 "$LAB/log/other"
	sleep 11
	# The first line after a leap of days is not accepted.
	for _ in $(seq 17); do
		offend $bad 1
		at '2 days ago' $good "$LAB/log/other"
	done
	until_blocked $bad
	until_blocked $good
	until_said 'the clock of .*other is 2d behind the system clock'
}

@test "lines that are late, all at once, are judged by their own times" {
	start_daemon
	for i in $(seq 16 -1 1); do
		at "$((i * 25)) seconds ago" $good "$log"
		at "$((i * 15)) seconds ago" $bad "$LAB/late"
	done
	cat "$LAB/late" >>"$log"
	until_blocked $bad
	[ -z "$("$sobig" list | grep $good)" ]
}

@test "a rotated log without a successor yet is not a problem, and no loss is reported" {
	start_daemon
	offend $bad 3
	sleep 1.2
	mv "$log" "$log.1"
	until_said 'was rotated: waiting'
	sleep 1.2
	"$sobig" status | head -n 1 | grep -q 'OK:'
	stop_daemon
	start_daemon
	"$sobig" status | head -n 1 | grep -q 'OK:'
	[ -z "$(grep -E 'was removed|does not exist' "$LAB/words")" ]
	offend $bad 13
	until_blocked $bad
}

@test "the configuration is read again on SIGHUP, completely or not at all" {
	start_with '[rule worm-storm]' 'limit = 100'
	offend $bad 16
	offend $good 2
	sleep 0.5
	[ -z "$("$sobig" list | grep $bad)" ]
	# One line is wrong: the limit does not change either.
	printf '[rule worm-storm]\nlimit = 3\n[rule other]\nclas = spam\n' >"$LAB/sobig.conf"
	kill -HUP $daemon
	until_said 'configuration refused'
	grep -q 'sobig.conf:4:.*did you mean "class"' "$LAB/words"
	until_status 'reload refused'
	offend $good 3
	sleep 0.5
	[ -z "$("$sobig" list | grep $good)" ]
	printf '[rule worm-storm]\nlimit = 3\n[filter]\nports = 25, 26\n[class worm]\npattern = nothing but trouble\n' >"$LAB/sobig.conf"
	kill -HUP $daemon
	until_said 'configuration reloaded'
	until_status 'OK:'
	"$sobig" status | grep -q 'ports 25, 26'
	echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected RCPT <a@b>: nothing but trouble" >>"$log"
	echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected RCPT <c@b>: nothing but trouble" >>"$log"
	echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected RCPT <d@b>: nothing but trouble" >>"$log"
	echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected RCPT <e@b>: nothing but trouble" >>"$log"
	until_blocked $good
	[ -d /proc/$daemon ]
}

@test "the brake: blocks of known senders are a dry run until the operator releases it, those of strangers are not" {
	start_server
	start_with '[brake]' 'known-senders = 2/h'
	know 192.0.2.21 192.0.2.22 $bad
	for host in 192.0.2.21 192.0.2.22 $bad; do offend $host 16; done
	until_said 'brake engaged'
	is_blocked 192.0.2.22
	"$sobig" list $bad | grep -q 'dry run'
	[ "$(reach $bad)" = connected ]
	until_status 'brake engaged'
	offend 203.0.113.23 16
	until_said "^.*blocked 203.0.113.23 for 1h"
	# Over a restart as well.
	stop_daemon
	start_with '[brake]' 'known-senders = 2/h'
	until_status 'brake engaged'
	offend $bad 16
	until_said "dry run: block $bad"
	[ "$(reach $bad)" = connected ]
	"$sobig" release | grep -q 'Brake released'
	until_said 'brake released'
	until_status 'OK:'
	offend $bad 16
	until_said "^.*blocked $bad for 5m"
	[ "$(reach $bad)" = silence ]
	"$sobig" release | grep -q 'was not engaged'
}

@test "explain shows the rule, the counts and the log lines, and no control characters" {
	start_daemon
	printf '%s H=(h) [%s] F=<\033[2J@e> rejected after DATA: This message contains a virus (\033]0;x\007).\n' "$(date '+%F %T')" $bad >>"$log"
	offend $bad 15
	until_blocked $bad
	until_entered $bad
	"$sobig" explain $bad >"$LAB/out"
	cat -v "$LAB/out"
	grep -q "^$bad is blocked until" "$LAB/out"
	grep -q 'worm-storm: more than 15 in 5m' "$LAB/out"
	[ "$(grep -c 'rejected after DATA' "$LAB/out")" = 10 ]
	[ "$(grep -c $'\033' "$LAB/out")" = 0 ]
	"$sobig" explain $bad -j | jq -e '.blocked and (.history[0].lines | length == 10)'
	"$sobig" explain $good | grep -q "^$good is not blocked"
	"$sobig" explain 127.0.0.1 | grep -q 'It is an allowed host'
}

@test "a full disk costs history, never protection, and is reported; later all blocks are written" {
	mkdir -p $state
	mount -t tmpfs -o size=320k,mode=750 full $state
	start_server
	start_daemon
	dd if=/dev/zero of=$state/filler bs=4k 2>/dev/null || true
	offend $bad 16
	until_blocked $bad
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	until_said 'cannot write the state: No space left'
	until_status 'state'
	rm $state/filler
	until_said 'can be written again'
	until_entered $bad
}

@test "a damaged state is renamed and reported, at the start and later" {
	mkdir -p $state
	head -c 100000 /dev/urandom >$state/state.db
	start_daemon
	until_said 'is damaged'
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	ls $state/state.db.damaged-*
	# While the file is open.
	head -c 20000 /dev/urandom | dd of=$state/state.db conv=notrunc 2>/dev/null
	head -c 20000 /dev/urandom | dd of=$state/state.db-wal conv=notrunc 2>/dev/null
	offend $good 16
	until_blocked $good
	until_said 'a new one was created'
	until_entered $good
}

@test "a state folder that cannot be written is reported, and protection continues" {
	mkdir -p $state
	mount -t tmpfs -o ro,mode=750 readonly $state
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_said 'cannot write the state: Read-only'
	until_status 'state'
	# A manual block is also made, with a warning.
	"$sobig" block 203.0.113.9 2>"$LAB/err"
	grep -q 'a reboot removes these blocks' "$LAB/err"
	is_blocked 203.0.113.9
	mount -o remount,rw $state
	until_said 'can be written again'
	until_entered $bad
}

@test "the size of the history is limited, and active blocks stay" {
	start_with '[state]' 'size = 1M' '[brake]' 'known-senders = off' '[filter]' 'blocks = 65536'
	for i in $(seq 0 39); do
		for j in $(seq 1 250); do echo "10.1.$i.$j"; done
	done | "$sobig" block - -c "$LAB/sobig.conf" --for 1s
	sleep 1.2
	for i in $(seq 0 39); do
		for j in $(seq 1 250); do echo "10.2.$i.$j"; done
	done | "$sobig" block - -c "$LAB/sobig.conf" --for 1h >"$LAB/out" 2>&1 || true
	offend $bad 16
	until_blocked $bad
	[ "$("$sobig" list | grep -c '^10.2')" = 10000 ]
	[ "$(stat -c %s $state/state.db)" -le 1048576 ]
}

@test "status, metrics and the journal report blocks for which the state has no room" {
	start_with '[state]' 'size = 1M' '[brake]' 'known-senders = off' '[filter]' 'blocks = 65536'
	until_status 'OK:'
	# All blocks are still active, so that none can be deleted.
	for i in $(seq 0 99); do
		"$sobig" block $(seq -f "10.3.$i.%.0f" 250) --for 1h -c "$LAB/sobig.conf" >"$LAB/out" 2>"$LAB/err"
		[ ! -s "$LAB/err" ] || break
	done
	grep -q 'cannot write the state: No space left' "$LAB/err"
	for host in $(seq -f '10.4.0.%.0f' 250) $(seq -f '10.4.1.%.0f' 250) $bad; do offend $host 16; done >"$LAB/out"
	until_blocked $bad
	until_status 'STATE FULL: [1-9][0-9]* blocks were not saved'
	until_said 'the state is full: [1-9][0-9]* blocks so far were not saved'
	"$sobig" status -j | jq -e '.interfaces[0].daemon | .state_lost > 0 and .state == "/var/lib/sobig-xdp"'
	[ "$("$sobig" status -j | jq -c '[.problems[].kind]')" = '["state-full"]' ]
	"$sobig" metrics | grep -q '^sobig_xdp_state_lost_blocks_total [1-9]'
	is_blocked $bad
}

# ask SQL: the first value of the result.
ask() {
	python3 -c 'import sqlite3, sys
print(*(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone() or ["nothing"]))' $state/state.db "$1"
}

# tamper SQL: writes to the state directly.
tamper() {
	python3 -c 'import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
db.executescript(sys.argv[2])
db.commit()' $state/state.db "$1"
}

@test "an invalid row blocks no host, is logged once, and its neighbours are restored" {
	start_server
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	stop_daemon
	# All of IPv4, 198.51.100.0/1 with bits after the prefix, and this machine itself.
	for row in "x'00000000000000000000ffff00000000', 0" "x'00000000000000000000ffffc6336400', 1" \
		"x'00000000000000000000ffff7f000001', 32"; do
		tamper "INSERT INTO blocks(host, length, since, until, quiet, dry_run, repeats, reason, serial, event, lines)
			SELECT $row, since, until, 0, 0, 0, 'manual', 0, event, '' FROM blocks WHERE id = 1"
	done
	start_daemon
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	[ "$("$sobig" list -j --ndjson | jq -r .address)" = "$bad" ]
	until_said 'has 3 invalid rows'
	for _ in $(seq 60); do
		[ "$("$sobig" status -j | jq '.interfaces[0].daemon.state_bad')" != 3 ] || break
		sleep 0.05
	done
	[[ "$("$sobig" status)" == *'3 invalid rows of the state skipped'* ]]
	"$sobig" metrics | grep -qx 'sobig_xdp_state_bad_rows 3'
	sleep 1.2
	[ "$(grep -c '3 invalid rows' "$LAB/words")" = 1 ]
	"$sobig" list --history 2>"$LAB/err" | grep -q $bad
	grep -q '3 rows of the state are invalid and were skipped' "$LAB/err"
	"$sobig" explain $good 2>"$LAB/err" >"$LAB/out"
	grep -q "^$good is not blocked" "$LAB/out"
}

@test "a manual block that is too wide to be restored is reported" {
	start_daemon
	"$sobig" block 112.0.0.0/7 113.0.0.0/8 --force --reason $'gr\303\274n' 2>"$LAB/err"
	grep -q '112.0.0.0/7 is wider than a /8: its block is not saved' "$LAB/err"
	[ "$(grep -c wider "$LAB/err")" = 1 ]
	stop_daemon
	start_daemon
	[ "$("$sobig" list -j --ndjson | jq -r '.address + " " + .reason')" = '113.0.0.0/8 gr??n' ]
}

@test "a state folder that other users can write is refused, and one that they can read is used" {
	start_server
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	stop_daemon
	chmod 777 $state
	start_daemon
	until_said 'others may write to it'
	[ "$(reach $bad)" = connected ]
	offend $good 16
	until_blocked $good
	until_status 'STATE NOT WRITABLE: .*others may write to it'
	"$sobig" list --history 2>"$LAB/err" || true
	grep -q 'others may write to it' "$LAB/err"
	stop_daemon
	chmod 755 $state
	start_daemon
	[ "$(reach $bad)" = silence ]
	until_status 'OK:'
}

@test "only root and its group can read the files of the state, whatever the umask" {
	umask 0
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	[ "$(stat -c %a $state/state.db $state/state.db-wal $state/state.db-shm | sort -u)" = 640 ]
	stop_daemon
	head -c 100000 /dev/urandom >$state/state.db
	chmod 644 $state/state.db
	start_daemon
	until_said 'is damaged'
	until_entered $bad || offend $good 16
	until_entered $good
	[ "$(stat -c %a $state/state.db* | sort -u)" = 640 ]
}

# start_at OFFSET ARGUMENTS...: a daemon whose wall clock is off by OFFSET seconds.
start_at() {
	rm -f "$LAB/events"
	echo "$1" >"$LAB/clock"
	LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$LAB/clock FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 \
		"$sobig" attach -j mx0 --log "$log" "${@:2}" >"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until grep -qs '"ready"' "$LAB/events"; do sleep 0.02; done
}

@test "a start with a clock that is 400 days ahead deletes nothing, and the next one has all of it" {
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	[ -e "$library" ] || skip 'needs libfaketime'
	start_server
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	"$sobig" block 203.0.113.0/24 --for 2h
	stop_daemon
	for _ in 1 2; do
		start_at +34560000
		# By that clock, all blocks have expired long ago. The daemon writes, and looks for old rows to delete.
		offend $good 16
		until_blocked $good
		until_entered $good
		sleep 2.5
		stop_daemon
	done
	start_daemon
	[ "$("$sobig" list --history -j | jq '[.blocks[] | select(.address == "'$bad'" or .address == "203.0.113.0/24")] | length')" = 2 ]
	is_blocked $bad
	is_blocked 203.0.113.0/24
	[ "$(reach $bad)" = silence ]
	# And it is known as a repeat offender.
	[ "$(ask "SELECT times FROM offenders WHERE host = x'00000000000000000000ffffc6336407'")" = 1 ]
}

@test "old blocks are deleted from the history when the time has really passed" {
	start_with '[state]' 'history = 1s'
	"$sobig" block 203.0.113.9 --for 1s
	"$sobig" block 203.0.113.10 --for 1h
	until_entered 203.0.113.9
	# The block ends within two seconds, and is kept for one more.
	sleep 4.5
	# Old rows are deleted at the start, and then each minute.
	stop_daemon
	start_with '[state]' 'history = 1s'
	offend $bad 1
	for _ in $(seq 50); do
		"$sobig" list --history | grep -q 203.0.113.9 || break
		sleep 0.1
	done
	[ "$("$sobig" list --history -j --ndjson | jq -r .address)" = 203.0.113.10 ]
}

@test "commands with --pins use the state and the configuration of the daemon of these pins" {
	mkdir "$LAB/state"
	printf '%s\n' '[allow]' 'address = 203.0.113.77' >"$LAB/sobig.conf"
	(cd "$LAB" && exec "$sobig" attach -j mx0 --log "$log" --state "$LAB/state" -c sobig.conf --pins /sys/fs/bpf/own) \
		>"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until grep -qs '"ready"' "$LAB/events"; do
		[ -d "/proc/$daemon" ] || { cat "$LAB/words"; return 1; }
		sleep 0.02
	done
	pins=/sys/fs/bpf/own
	echo 203.0.113.2 >"$LAB/list"
	"$sobig" block 203.0.113.1 203.0.113.3 203.0.113.4 --pins $pins
	"$sobig" import "$LAB/list" --pins $pins
	"$sobig" unblock 203.0.113.3 --pins $pins
	"$sobig" allow add 203.0.113.4 --pins $pins
	! "$sobig" block 203.0.113.77 --pins $pins 2>"$LAB/err" || false
	grep -q '203.0.113.77' "$LAB/err"
	"$sobig" explain 203.0.113.1 --pins $pins | grep -q '203.0.113.1 was blocked manually on'
	[ "$("$sobig" list --history -j --pins $pins | jq '.blocks | length')" = 4 ]
	[ "$("$sobig" status -j --pins $pins | jq -r '.interfaces[0].daemon | .state + " " + .config')" = "$LAB/state $LAB/sobig.conf" ]
	"$sobig" status --pins $pins | grep -q "state  *$LAB/state, configuration $LAB/sobig.conf"
	grep -q 203.0.113.4 "$LAB/state/allow"
	[ ! -e $state ]
	# The statistics of a daemon that ended count as well, as long as its pins exist; --state has priority.
	kill -KILL $daemon
	wait $daemon || true
	"$sobig" block 203.0.113.5 --pins $pins
	"$sobig" block 203.0.113.6 --pins $pins --state "$LAB/other"
	[ ! -e $state ]
	"$sobig" detach --all --pins $pins
	start_daemon --state "$LAB/state" --pins $pins
	[ "$("$sobig" list -j --pins $pins | jq -r '.blocks[].address' | tr '\n' ' ')" = '203.0.113.1 203.0.113.2 203.0.113.5 ' ]
	stop_daemon
	pins=/sys/fs/bpf/sobig-xdp
	start_daemon
	[ -z "$("$sobig" list | grep 203.0.113)" ]
}

@test "detach --forget removes the blocks from the state; without it, all are restored" {
	start_server
	for how in live dead gone; do
		for forget in '' --forget; do
			rm -rf $state
			start_daemon --persist
			offend $bad 16
			until_blocked $bad
			"$sobig" block $good
			until_entered $bad
			# This one may not have been written yet.
			offend 192.0.2.21 16
			until_blocked 192.0.2.21
			if [ $how != live ]; then
				until_entered 192.0.2.21
				kill -KILL $daemon
				wait $daemon || true
			fi
			[ $how != gone ] || "$sobig" detach --all
			"$sobig" detach --all $forget >"$LAB/out"
			[ $how != live ] || wait $daemon
			is_clean
			start_daemon
			if [ "$forget" ]; then
				grep -q '^3 blocks removed from the state' "$LAB/out" || grep -q '^2 blocks removed from the state' "$LAB/out"
				[ "$("$sobig" list | wc -l)" = 1 ]
				[ "$(reach $bad)" = connected ]
				[ "$("$sobig" list --history | grep -c unblocked)" = 3 ]
			else
				[ "$("$sobig" list | wc -l)" = 4 ]
				[ "$(reach $bad)" = silence ]
			fi
			stop_daemon
		done
	done
}

@test "detach --forget is refused while another interface uses the blocks" {
	ip link add mx1 type veth peer name world1
	launch_daemon mx0 mx1 --log "$log"
	"$sobig" block $bad
	run "$sobig" detach mx0 --forget
	[ "$status" = 1 ]
	[[ $output == *'mx1 uses the same blocks'*'detach --all --forget'* ]]
	is_blocked $bad
	"$sobig" detach mx0 mx1 --forget -j | jq -e '.forgotten == 1 and (.detached | length == 2)'
}

@test "a dry run lists no restored block as blocked, and the real run after it has them active" {
	start_server
	start_daemon
	offend $bad 16
	until_blocked $bad
	until_entered $bad
	"$sobig" list $bad | grep -v 'dry run' | grep -q $bad
	stop_daemon
	for persist in '' --persist; do
		# shellcheck disable=SC2086 # none or one
		start_daemon --dry-run $persist
		"$sobig" block 203.0.113.9
		[ "$(reach $bad)" = connected ]
		"$sobig" list | grep $bad | grep -q 'dry run'
		[ "$("$sobig" list -j | jq -c '[.blocks[].dry_run]')" = '[true,true]' ]
		"$sobig" explain $bad | grep -q "^$bad is not blocked: its block is a dry run until "
		[ "$("$sobig" explain $bad -j | jq .blocked)" = false ]
		[ "$("$sobig" status -j | jq -c '[.rules[].active] | add')" = 0 ]
		[ "$persist" ] || until_said 'blocks as dry run: they are listed'
		stop_daemon
		start_daemon $persist
		[ "$(reach $bad)" = silence ]
		[ "$(reach $good)" = connected ]
		[ "$("$sobig" list -j | jq -c '[.blocks[].dry_run]')" = '[false,false]' ]
		[ "$("$sobig" explain $bad -j | jq .blocked)" = true ]
		stop_daemon
	done
}

@test "the wall clock is set forward and back by an hour: blocks stay, and new ones are made" {
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	[ -e "$library" ] || skip 'needs libfaketime'
	start_server
	# libfaketime ends the program if the file is empty: it is replaced, never truncated.
	set_clock() {
		echo "$1" >"$LAB/clock.new"
		mv "$LAB/clock.new" "$LAB/clock"
	}
	set_clock +0
	rm -f "$LAB/events"
	LD_PRELOAD=$library FAKETIME_TIMESTAMP_FILE=$LAB/clock FAKETIME_NO_CACHE=1 DONT_FAKE_MONOTONIC=1 \
		"$sobig" attach -j mx0 --log "$log" >"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until grep -qs '"ready"' "$LAB/events"; do sleep 0.02; done
	hour() { # what exim would write now
		for _ in $(seq "$3"); do
			echo "$(date -d "$1" '+%F %T') H=(h) [$2] F=<s@e> rejected after DATA: This message contains a virus (x)." >>"$log"
		done
	}
	hour now $bad 16
	until_blocked $bad
	left=$("$sobig" list -j --ndjson $bad | jq -r .until)
	set_clock +3600
	hour '+1 hour' $good 15
	hour '+1 hour' 192.0.2.21 16
	until_blocked 192.0.2.21
	set_clock +0
	hour now 192.0.2.22 16
	until_blocked 192.0.2.22
	hour now $good 1
	sleep 0.5
	[ -z "$("$sobig" list | grep $good)" ]
	[ "$("$sobig" list -j --ndjson $bad | jq -r .until)" = "$left" ]
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	grep -q 'clock' "$LAB/words" && false
	until_entered 192.0.2.22
	stop_daemon
	is_clean
}

@test "a log that cannot be read after its rotation is reported, blocks stay, and it is read again" {
	start_server
	install -m 644 /dev/null "$LAB/log/other"
	start_daemon
	offend $bad 16
	until_blocked $bad
	mv "$log" "$log.1"
	mkdir "$log"
	until_said 'cannot read'
	until_status 'LOG NOT READABLE'
	[ "$(reach $bad)" = silence ]
	rmdir "$log"
	offend $good 16
	until_blocked $good
}
