#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A real fail2ban bans with our action: its hosts are dropped, and served again after the unban.

load live

setup() {
	need_lab
	fail2ban=$top/build/yardsticks/usr/bin
	[ -x "$fail2ban/fail2ban-server" ] || skip 'fail2ban is not unpacked'
	start_lab
	configure 5m
	start_server
	start_daemon
}

teardown() {
	[ -z "${LAB_INSIDE-}" ] || {
		[ ! -S "$LAB/socket" ] || client stop >/dev/null || true
		stop_lab
	}
}

# configure BANTIME: a jail of a mail server, and one of ssh, that read $LAB/offences and $LAB/logins.
configure() {
	mkdir -p "$LAB/fail2ban/"{action.d,filter.d}
	cp "$top/scripts/integration/fail2ban/sobig-xdp.conf" "$LAB/fail2ban/action.d/"
	printf '[Definition]\nfailregex = offence of <HOST>$\n' >"$LAB/fail2ban/filter.d/offences.conf"
	: >"$LAB/offences"
	: >"$LAB/logins"
	cat >"$LAB/fail2ban/fail2ban.conf" <<-END
		[Definition]
		loglevel = INFO
		logtarget = $LAB/fail2ban.log
		socket = $LAB/socket
		pidfile = $LAB/pid
		dbfile = $LAB/bans.sqlite3
		dbpurgeage = 1d
	END
	cat >"$LAB/fail2ban/jail.conf" <<-END
		[DEFAULT]
		enabled = true
		filter = offences
		backend = polling
		usedns = no
		maxretry = 3
		findtime = 10m
		bantime = $1
		# As in Debian's jail.conf.
		protocol = tcp
		chain = INPUT
		banaction = sobig-xdp[sobig="$sobig"]
		action_ = %(banaction)s[port="%(port)s", protocol="%(protocol)s", chain="%(chain)s"]
		action = %(action_)s
		[offences]
		port = smtp
		logpath = $LAB/offences
		[sshd]
		port = ssh
		logpath = $LAB/logins
	END
}

client() {
	PYTHONPATH=$top/build/yardsticks/usr/lib/python3/dist-packages python3 "$fail2ban/fail2ban-client" -c "$LAB/fail2ban" "$@"
}

start_fail2ban() {
	PYTHONPATH=$top/build/yardsticks/usr/lib/python3/dist-packages python3 "$fail2ban/fail2ban-server" -c "$LAB/fail2ban" \
		-f start >"$LAB/fail2ban.out" 2>&1 3>&- &
	local _
	for _ in $(seq 100); do
		! client status offences >/dev/null 2>&1 || return 0
		sleep 0.1
	done
	cat "$LAB/fail2ban.out" "$LAB/fail2ban.log"
	return 1
}

# accuse ADDRESS [FILE]: writes three lines to the log that fail2ban reads.
accuse() {
	local _
	for _ in 1 2 3; do
		echo "$(date '+%F %T') offence of $1" >>"$LAB/${2-offences}"
	done
}

# until_logged PATTERN: waits until fail2ban logs it.
until_logged() {
	local end=$((SECONDS + 60))
	until grep -q -- "$1" "$LAB/fail2ban.log"; do
		[ $SECONDS -lt $end ] || { cat "$LAB/fail2ban.log"; return 1; }
		sleep 0.1
	done
}

# until_listed ADDRESS yes|no: waits; fail2ban, which polls here, may need half a minute.
until_listed() {
	local listed end=$((SECONDS + 60))
	while [ $SECONDS -lt $end ]; do
		listed=no
		! "$sobig" list "$1" | grep -q fail2ban || listed=yes
		[ $listed != "$2" ] || return 0
		sleep 0.1
	done
	"$sobig" list
	cat "$LAB/fail2ban.log"
	return 1
}

@test "fail2ban's ban drops the host's SYNs, its unban lets them pass" {
	start_fail2ban
	accuse $bad
	accuse $bad6
	until_listed $bad yes
	until_listed $bad6 yes
	"$sobig" list | grep -q 'fail2ban offences'
	[ "$(reach $bad)" = silence ]
	[ "$(reach $bad6)" = silence ]
	[ "$(reach $good)" = connected ]
	client set offences unbanip $bad
	client set offences unbanip $bad6
	until_listed $bad no
	until_listed $bad6 no
	[ "$(reach $bad)" = connected ]
	[ "$(reach $bad6)" = connected ]
}

@test "the block lasts as long as the ban, and a permanent ban lasts a year" {
	start_fail2ban
	accuse $bad
	until_listed $bad yes
	client set offences bantime -1
	client set offences banip $good
	until_listed $good yes
	"$sobig" list -j $bad $good >"$LAB/list"
	python3 - "$LAB/list" <<-'END'
		import datetime, json, sys
		blocks = json.load(open(sys.argv[1]))["blocks"]
		left = {b["address"]: (datetime.datetime.fromisoformat(b["until"].replace("Z", "+00:00")) -
		                       datetime.datetime.now(datetime.timezone.utc)).total_seconds() for b in blocks}
		print(left)
		# Rounded up to a second twice: in uptime, and in wall clock time.
		assert 270 < left["198.51.100.7"] <= 302
		assert 365 * 86400 < left["198.51.100.8"] <= 366 * 86400 + 2
	END
}

@test "fail2ban removes its own blocks and no others when it stops, and sets them again when it starts" {
	start_fail2ban
	"$sobig" block $good --reason 'the operator'
	client set offences banip $bad
	until_listed $bad yes
	client stop
	until_listed $bad no
	"$sobig" list | grep -q 'the operator'
	[ "$(reach $good)" = silence ]
	start_fail2ban
	until_listed $bad yes
	[ "$(reach $bad)" = silence ]
}

@test "a jail whose ports are not filtered is refused and logged, at its start and at each ban; one of the mail server bans" {
	start_fail2ban
	until_logged "ERROR.*port 22 of \"ssh\" is not protected on mx0 (protected ports: 25, 465, 587)"
	until_logged "ERROR.*Failed to start jail 'sshd' action 'sobig-xdp'"
	run ! grep -q "Failed to start jail 'offences'" "$LAB/fail2ban.log"
	accuse $good logins
	accuse $bad
	until_logged "ERROR.*Failed to execute ban jail 'sshd' action 'sobig-xdp'"
	until_listed $bad yes
	[ -z "$("$sobig" list $good | grep fail2ban)" ]
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
}

@test "a jail with a port that is not filtered is refused, and accepted once all are filtered" {
	sed -i 's/^port = smtp/port = smtp,2525/' "$LAB/fail2ban/jail.conf"
	start_fail2ban
	until_logged 'ERROR.*port 2525 of "2525" is not protected on mx0 (protected ports: 25, 465, 587)'
	client set offences banip $bad
	until_logged "ERROR.*Failed to execute ban jail 'offences' action 'sobig-xdp'"
	[ "$(reach $bad)" = connected ]
	client stop
	stop_daemon
	printf '[filter]\nports = 25, 2525\n' >"$LAB/own.conf"
	start_daemon -c "$LAB/own.conf"
	: >"$LAB/fail2ban.log"
	start_fail2ban
	until_listed $bad yes
	[ "$(reach $bad)" = silence ]
}

@test "an unban removes no block that fail2ban did not make" {
	start_fail2ban
	"$sobig" block $bad --for 1h --reason 'the operator'
	client set sshd banip $bad
	until_logged "ERROR.*Failed to execute ban jail 'sshd' action 'sobig-xdp'"
	client set offences banip $good
	until_listed $good yes
	client set sshd unbanip $bad
	client set offences unbanip $good
	until_listed $good no
	"$sobig" list $bad | grep -q 'the operator'
	[ "$(reach $bad)" = silence ]
}

@test "block --ports blocks only where all of these ports are protected" {
	local list
	for list in 25 smtp 'smtp 25' 25,smtp 25:25; do
		"$sobig" block $bad --ports "$list"
		"$sobig" unblock $bad
	done
	for list in 22 ssh 25,2525 24:26 0:65535; do
		run "$sobig" block $bad --ports "$list"
		[ "$status" = 1 ]
		[[ $output == *"is not protected on mx0 (protected ports: 25, 465, 587)"* ]]
	done
	for list in '' ',' nosuchservice 25- 65536 26:25 -1 1:2:3; do
		run "$sobig" block $bad --ports "$list"
		[ "$status" = 2 ]
		[[ $output == *'--ports = "'*'": expected '* ]]
	done
	[ "$(reach $bad)" = connected ]
	stop_daemon
	run "$sobig" block $bad --ports 25
	[ "$status" = 1 ]
}
