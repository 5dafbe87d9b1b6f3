#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The journal of a unit as a source: each message of its exim counts once, and no others.

load live

setup() {
	need_lab
	writer=$top/build/journal/usr/lib/systemd/systemd-journal-remote
	[ -x "$writer" ] || writer=$top/build/journal/lib/systemd/systemd-journal-remote # up to Debian 12
	[ -x "$writer" ] || skip 'systemd-journal-remote is not unpacked; to unpack it: scripts/deps test'
	start_lab
	give_machine_id
	mount -t tmpfs tmpfs /var/log
	mkdir -p /var/log/journal/0123456789abcdef0123456789abcdef
	mkfifo "$LAB/export"
	"$writer" -o /var/log/journal/0123456789abcdef0123456789abcdef/system.journal - <"$LAB/export" >"$LAB/writer" 2>&1 3>&- &
	local pid=$!
	exec 5>"$LAB/export"
	record other.service sshd 6 'so that there is a journal'
	until [ -e /var/log/journal/0123456789abcdef0123456789abcdef/system.journal ]; do
		kill -0 $pid || { cat "$LAB/writer"; return 1; }
		sleep 0.05
	done
}

# Visible only inside: a machine id, which is the name of the journal's folder.
give_machine_id() {
	[ -e /etc/machine-id ] || : >/etc/machine-id
	echo 0123456789abcdef0123456789abcdef >"$LAB/machine-id"
	mount --bind "$LAB/machine-id" /etc/machine-id
}

teardown() {
	exec 5>&-
	[ -z "${LAB_INSIDE-}" ] || {
		umount /etc/machine-id /var/log 2>/dev/null || true
		stop_lab
	}
}

# record UNIT IDENTIFIER PRIORITY TEXT: an entry of the journal.
record() {
	local now
	now=$(date +%s%6N)
	printf '%s\n' "__REALTIME_TIMESTAMP=$now" "__MONOTONIC_TIMESTAMP=$now" _BOOT_ID=00000000000000000000000000000001 \
		_MACHINE_ID=0123456789abcdef0123456789abcdef _TRANSPORT=syslog _PID=123 "_SYSTEMD_UNIT=$1" "SYSLOG_IDENTIFIER=$2" \
		"PRIORITY=$3" "MESSAGE=$4" '' >&5
}

# viruses UNIT IDENTIFIER COUNT ADDRESS PRIORITY...
viruses() {
	local unit=$1 identifier=$2 count=$3 address=$4 priority i
	shift 4
	for i in $(seq "$count"); do
		for priority in "$@"; do
			record "$unit" "$identifier" "$priority" "1xVO3f-00036y-2K H=(h) [$address] F=<s$i@e> rejected after DATA: This message contains a virus (x)."
		done
	done
}

@test "messages of a unit's exim in the journal lead to a block" {
	launch_daemon mx0 --journal exim4
	viruses exim4.service exim 16 $bad 6
	until_blocked $bad
	grep -q 'following journal of exim4' "$LAB/words"
	stop_daemon
}

@test "the reject log's copies, other units and other programs do not count" {
	launch_daemon mx0 --journal exim4.service
	viruses exim4.service exim 15 $bad 6 5
	viruses other.service exim 16 198.51.100.70 6
	viruses exim4.service pipe 16 198.51.100.71 6
	viruses exim4.service exim 16 $bad6 6
	until_blocked $bad6
	[ "$("$sobig" list | grep -c /64)" = 1 ]
	[ "$("$sobig" list | grep -c '198')" = 0 ]
	stop_daemon
}

@test "older messages of the journal do not count" {
	viruses exim4.service exim 16 $bad 6
	sleep 0.5
	launch_daemon mx0 --journal exim4
	viruses exim4.service exim 16 $bad6 6
	until_blocked $bad6
	[ "$("$sobig" list | grep -c "$bad")" = 0 ]
	stop_daemon
}

@test "lines of the journal that are not counted are reported, once each" {
	local i priority
	launch_daemon mx0 --journal exim4
	for i in $(seq 16); do
		for priority in 6 5; do
			record exim4.service exim $priority "H=(x$i) [192.0.2.9] y) [$bad] F=<s@e> rejected after DATA: This message contains a virus (x)."
		done
	done
	for i in 2 17; do
		record exim4.service exim $((i == 2 ? 6 : 5)) "[1/$i] H=($(printf '%0850d' 0)"
		record exim4.service exim $((i == 2 ? 6 : 5)) "[2/$i] ) [$bad] F=<s@e> rejected after DATA: This message contains a virus (x)."
	done
	record exim4.service exim 6 "H=($(printf '%08300d' 0)) [$bad] F=<s@e> rejected RCPT <a@b>: no"
	record exim4.service pipe 6 "H=($(printf '%08300d' 0)) [$bad] F=<s@e> rejected RCPT <a@b>: no"
	record other.service exim 6 "H=($(printf '%08300d' 0)) [$bad] F=<s@e> rejected RCPT <a@b>: no"
	viruses exim4.service exim 16 $bad6 6
	until_blocked $bad6
	sleep 1.5
	run "$sobig" status
	echo "$output"
	[ "$status" = 1 ]
	[[ ${lines[0]} == 'LINES NOT COUNTED: 18 in 5 minutes'*'are doubtful'* ]]
	[[ $output == *'18 lines not counted: 16 doubtful, 1 overlong, 1 cut'* ]]
	[ "$("$sobig" list | grep -c "$bad ")" = 0 ]
	stop_daemon
}
