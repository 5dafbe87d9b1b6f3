#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A real fail2ban bans by our action: its hosts fall silent, and are heard again when it lifts the ban.

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

# configure BANTIME: a jail that reads $LAB/offences.
configure() {
	mkdir -p "$LAB/fail2ban/"{action.d,filter.d}
	cp "$top/scripts/fail2ban/sobig-xdp.conf" "$LAB/fail2ban/action.d/"
	printf '[Definition]\nfailregex = offence of <HOST>$\n' >"$LAB/fail2ban/filter.d/offences.conf"
	: >"$LAB/offences"
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
		[offences]
		enabled = true
		filter = offences
		backend = polling
		logpath = $LAB/offences
		usedns = no
		maxretry = 3
		findtime = 10m
		bantime = $1
		action = sobig-xdp[sobig="$sobig"]
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

# accuse ADDRESS: thrice, in the log that fail2ban reads.
accuse() {
	local _
	for _ in 1 2 3; do
		echo "$(date '+%F %T') offence of $1" >>"$LAB/offences"
	done
}

# until_listed ADDRESS yes|no: fail2ban, which polls here, may take half a minute.
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

@test "the block lasts as long as the ban, and a ban for ever a year" {
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
		assert 270 < left["198.51.100.7"] <= 301
		assert 365 * 86400 < left["198.51.100.8"] <= 366 * 86400 + 1
	END
}

@test "fail2ban that ends lifts its own bans and nobody else's blocks, and sets them again when it starts" {
	start_fail2ban
	"$sobig" block $good --reason 'by hand'
	client set offences banip $bad
	until_listed $bad yes
	client stop
	until_listed $bad no
	"$sobig" list | grep -q 'by hand'
	[ "$(reach $good)" = silence ]
	start_fail2ban
	until_listed $bad yes
	[ "$(reach $bad)" = silence ]
}
