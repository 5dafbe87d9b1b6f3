# SPDX-License-Identifier: GPL-2.0-only
# Standing: learned from the old logs, kept over restarts, and what it means for a block.

load live.bash

# stamp AGO [SECONDS]: the timestamp of a line, AGO days ago and some seconds later.
stamp() {
	date -d "@$(($(date +%s) - $1 * 86400 + ${2:-0}))" '+%F %T'
}

# accepted FILE ADDRESS TIMES AGO: messages that exim took AGO days ago.
accepted() {
	local i
	for i in $(seq "$3"); do
		echo "$(stamp "$4" "$i") 1xVO3f-00036y-2K <= s@e H=(h) [$2] P=esmtp S=900 id=x@y"
	done >>"$1"
}

# old_logs ADDRESS: four days of a little mail of ADDRESS and others, in rotated logs.
old_logs() {
	local day
	for day in 4 3 2 1; do
		accepted "$log.$day" "$1" 5 "$day"
		accepted "$log.$day" 192.0.2.200 20 "$day"
		touch -d "$day days ago" "$log.$day"
	done
	gzip "$log.3" "$log.4"
}

# saved SQL: the row in the state.
saved() {
	python3 -c 'import sqlite3, sys; print(*sqlite3.connect("/var/lib/sobig-xdp/state.db").execute(sys.argv[1]))' "$1"
}

# rejected ADDRESS TIMES: a recipient that does not exist.
rejected() {
	local _
	for _ in $(seq "$2"); do
		printf '%(%F %T)T H=(h) [%s] F=<s@e> rejected RCPT <x@y>: Unrouteable address\n' -1 "$1" >>"$log"
	done
}

@test "a stranger is blocked after a few offences, a known sender of the old logs is not" {
	start_server
	old_logs $good
	start_daemon
	until_said 'learned the standing'
	grep 'learned the standing of 2 hosts from 100 lines of 4 days of logs' "$LAB/words"
	rejected $bad 5
	rejected $good 40
	until_blocked $bad
	sleep 1
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
}

@test "without old logs, the rule for strangers is a dry run, and the rule of 2003 blocks" {
	start_server
	start_daemon
	until_said 'learned the standing'
	rejected $bad 5
	offend $good 16
	until_blocked $good
	sleep 1.5
	"$sobig" status -j | jq -e '[.rules[] | select(.name == "strangers")][0].dry_runs >= 1'
	listed=$("$sobig" list)
	[[ $listed != *$bad* ]]
	[ "$(reach $bad)" = connected ]
	[ "$(reach $good)" = silence ]
	# The first line does not say more than it protects, and explain says why nothing happened.
	until_shows '^OK: mx0 protected, 1 host blocked, last log line [0-9]*s ago; still learning (1 of 3 days)$'
	"$sobig" explain $bad | grep -q '^  learning from 1 of 3 days of log: until then, no rule for strangers'
}

@test "old lines block nobody at the first attach, though replay does, and points are counted from 0" {
	start_server
	old_logs $good
	offend $bad 20
	"$sobig" replay --ndjson "$log" "$log".* | jq -r 'select(.kind == "replay-block").address' | grep -qx $bad
	start_daemon
	until_said 'learned the standing'
	! "$sobig" list | grep -q $bad || false
	"$sobig" explain $bad | tee "$LAB/explained"
	grep -qx '  points   none now' "$LAB/explained"
	# Times in the log are whole seconds.
	sleep 1.1
	offend $bad 1
	until "$sobig" status | grep -q ' 1 offence,'; do sleep 0.1; done
	! "$sobig" list | grep -q $bad || false
	"$sobig" explain $bad | tee "$LAB/explained"
	grep -q '^  points   1 of 15 for worm-storm, 5 of 8 for strangers' "$LAB/explained"
	[ "$(reach $bad)" = connected ]
	# It is the second new one that exceeds the limit for strangers.
	offend $bad 1
	until_blocked $bad
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
}

@test "standing is kept over a restart and a kill, and lines are counted once" {
	old_logs $good
	start_daemon
	until_said 'learned the standing'
	accepted "$log" $good6 7 0
	sleep 2.5
	stop_daemon
	accepted "$log" $good6 5 0
	start_daemon
	sleep 2.5
	stop_daemon KILL || true
	accepted "$log" $good6 3 0
	start_daemon
	sleep 2.5
	stop_daemon
	[[ $(<"$LAB/words") != *'learned the standing'* ]]
	[ "$(saved "SELECT accepted_today FROM standing WHERE kind=0 AND substr(hex(host),1,12)='20010DB80667'")" = '(15,)' ]
	# Of the old logs: three finished days, and the last one, which is not over for a host that was not seen since.
	[ "$(saved "SELECT days, accepted_today FROM standing WHERE kind=0 AND substr(hex(host),25)='C6336408'")" = '(7, 5)' ]
}

@test "a network of strangers is blocked without the known sender and the allowed host in it" {
	start_server
	old_logs $good
	printf '[allow]\naddress = 198.51.100.99\n' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	until_said 'learned the standing'
	for i in $(seq 60); do
		rejected 198.51.100.$((100 + i)) 1
	done
	sleep 1.5
	"$sobig" list
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" list 198.51.100.99 | grep -v '^ADDRESS' && return 1
	grep 'blocked 198.51.100.0/24 for 6h' "$LAB/words"
}

@test "explain shows the standing of a host and the points that it has for each rule" {
	old_logs $good
	start_daemon
	until_said 'learned the standing'
	rejected $good 3
	rejected $bad 2
	rejected 203.0.113.9 4
	sleep 2.5
	"$sobig" explain $good | tee "$LAB/good"
	grep 'standing known sender: 12 messages accepted and 3 offences lately (20% offences), 4 good days of the last 30$' "$LAB/good"
	grep 'points   6 of 500 for known-senders, 4 of 40 for networks (all of 198.51.100.0/24)$' "$LAB/good"
	"$sobig" explain $bad | tee "$LAB/bad"
	grep 'standing stranger: no mail was accepted from it$' "$LAB/bad"
	grep 'points   4 of 8 for strangers, 4 of 40 for networks (all of 198.51.100.0/24)$' "$LAB/bad"
	offend $good 12
	sleep 1.5
	"$sobig" explain $good | grep 'points   12 of 15 for worm-storm, 66 of 500 for known-senders,'
	"$sobig" explain 203.0.113.9 -j | jq -e '.standing.known == false and .standing.offences_percent == 100 and (.points | map(.rule) == ["strangers", "networks"])'
}

@test "with extend = yes, the block of a known sender ends in time, that of a stranger is extended" {
	old_logs $good
	printf '[filter]\nextend = yes\n' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	until_said 'learned the standing'
	offend $good 16
	offend $bad 16
	until_blocked $good
	until_blocked $bad
	[ "$("$sobig" list -j $bad | jq -c '.blocks[0].extend')" = true ]
	[ "$("$sobig" list -j $good | jq -c '.blocks[0].extend')" = false ]
}

@test "explain counts no line whose HELO can name another host" {
	local _
	start_daemon
	for _ in 1 2 3; do
		printf '%(%F %T)T H=(a) [203.0.113.77] F=<s@e> rejected RCPT <x@y>: Unrouteable address) [%s] F=<s@e> rejected RCPT <x@y>: Unrouteable address\n' -1 $bad >>"$log"
	done
	rejected 203.0.113.78 3
	sleep 1.5
	"$sobig" explain 203.0.113.77 | tee "$LAB/named"
	[ "$(grep -c '[0-9] for strangers' "$LAB/named")" = 0 ]
	"$sobig" explain 203.0.113.78 | grep '^  points   6 of 8 for strangers'
}
