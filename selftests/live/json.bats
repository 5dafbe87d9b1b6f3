# SPDX-License-Identifier: GPL-2.0-only
# The JSON of all commands matches sobig-xdp-json(5), member by member; an error prints no JSON.

bats_require_minimum_version 1.5.0
load live.bash

page=$top/user/man/sobig-xdp-json.5
shapes=$top/selftests/live/shapes.py
poke=${SOBIG_BUILD:-$top/build}/selftests/poke

setup() {
	need_lab
	start_lab
	mkdir "$LAB/json" "$LAB/state"
	told=0
}

# collect COMMAND...: saves its document, and the one with --ndjson.
collect() {
	told=$((told + 1))
	"$sobig" "$@" -j >"$LAB/json/$told.json" || [ $? = 1 ]
	"$sobig" "$@" --ndjson >"$LAB/json/$told.lines" || [ $? = 1 ]
}

until_told() {
	local _
	for _ in $(seq 150); do
		! grep -qs "\"event\":\"$1\"" "$LAB/events" || return 0
		sleep 0.02
	done
	echo "no event $1"
	return 1
}

# A configuration with something of everything.
write_site() {
	echo 203.0.113.77 >"$LAB/allowed"
	printf '%s\n' '[filter]' 'blocks = 4096' 'syn-rate = 900/s burst 900' '[brake]' 'known-senders = 3/h' \
		'[allow]' 'address = 203.0.113.76' 'host = localhost' "file = $LAB/allowed" "providers = $LAB/allowed" \
		'[class worm]' 'pattern = own words' '[rule picky]' 'class = policy' 'match = picky' 'limit = 1' \
		'window = 1m' 'block = 1m' '[rule shown]' 'class = worm' 'limit = 1' 'window = 1m' 'block = 1m' \
		'dry-run = yes' 'ports = all' '[rule again]' 'class = virus' 'limit = 20' 'window = 5m' 'block = 1h' >"$LAB/site.conf"
}

write_old_log() {
	local second
	for second in 10 11 12 13; do
		echo "2003-08-24 11:22:$second +0000 H=(h) [198.51.100.7] F=<s@e> rejected after DATA: This message contains a virus (x)."
		echo "2003-08-24 11:22:$second +0000 H=(h) [198.51.100.8] I=[192.0.2.25]:25 F=<s@e> rejected after DATA: This message contains a virus (x)."
		echo "2003-08-24 11:22:$second +0000 H=(h) [198.51.100.9] F=<s@e> rejected after DATA: own words"
		printf '2003-08-24 11:22:%s.250 +0000 H=(h) [2001:db8::9] F=<s@e> rejected after DATA: \303\244\377"\\\n' $second
	done >"$LAB/old"$'\377'log
	echo "2003-08-24 11:23:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300" >>"$LAB/old"$'\377'log
}

# Two days, each with a storm of strangers and good mail of others.
write_two_days() {
	local day hour host second
	for day in 24 25; do
		for hour in 08 09 10; do
			for host in 1 2 3 4 5; do
				for second in 10 20 30; do
					echo "2003-08-$day $hour:0$host:$second +0000 H=(h) [198.51.100.$host] F=<s@e> rejected after DATA: This message contains a virus (x)."
				done
				echo "2003-08-$day $hour:2$host:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [203.0.113.$host] P=esmtp S=300"
			done
		done
	done >"$LAB/days.log"
	printf '[standing]\nlearn = 0d\n' >"$LAB/days.conf"
}

# Three good senders whom the same list accuses.
write_accused_log() {
	local host second
	for host in 1 2 3; do
		for second in 10 11 12 13 14 15 16 17 18 19; do
			echo "2003-08-24 10:2$host:$second +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.$host.7] P=esmtp S=300"
		done
	done >"$LAB/accused.log"
	for host in 1 2 3; do
		echo "2003-08-25 09:0$host:00 +0000 H=(h) [198.51.$host.7] F=<s@e> rejected RCPT <x@y>: 198.51.$host.7 is in a black list at zen.spamhaus.org"
	done >>"$LAB/accused.log"
}

# Two known senders of whom the second is more than the brake allows.
write_braked_log() {
	local host second
	for host in 7 8; do
		for second in 10 11 12 13 14 15 16 17 18 19; do
			echo "2003-08-24 11:2$host:$second +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.$host] P=esmtp S=300"
		done
		for second in 20 21 22; do
			echo "2003-08-24 11:2$host:$second +0000 H=(h) [198.51.100.$host] F=<s@e> rejected after DATA: This message contains a virus (x)."
		done
	done >"$LAB/braked.log"
	printf '%s\n' '[brake]' 'known-senders = 1/h' '[rule worm-storm]' 'limit = 1' >"$LAB/braked.conf"
}

# The status of an attach that waits for exim.
collect_starting() {
	mkdir "$LAB/bin"
	printf '#!/bin/sh\nexec sleep 20\n' >"$LAB/bin/exim"
	chmod 755 "$LAB/bin/exim"
	mount --bind "$LAB/bin" /usr/local/sbin
	"$sobig" attach mx0 >/dev/null 2>&1 3>&- &
	until compgen -G "$pins/if*/start"; do sleep 0.02; done
	collect status
	"$sobig" detach --all
	wait $!
	umount -l /usr/local/sbin
}

# The output of all commands.
tell_all() {
	write_site
	write_old_log
	collect parse "$LAB/old"$'\377'log --arrivals -c "$LAB/site.conf"
	mv "$LAB/json/$told.lines" "$LAB/json/$told.parse.lines"
	collect parse "$LAB/old"$'\377'log --unmatched
	mv "$LAB/json/$told.lines" "$LAB/json/$told.parse.lines"
	sed 's|3/m|1/m|' "$LAB/site.conf" >"$LAB/replay.conf"
	write_braked_log
	collect replay "$LAB/braked.log" -c "$LAB/braked.conf"
	collect replay "$LAB/old"$'\377'log --limit 3 -c "$LAB/replay.conf" --sweep 'limit=1..3 window=1m..2m'
	write_accused_log
	collect replay "$LAB/accused.log"
	collect replay /dev/null
	write_two_days
	collect replay "$LAB/days.log" -c "$LAB/days.conf" --advise --price 50%
	collect replay "$LAB/days.log" --advise
	collect check -c "$LAB/site.conf"
	printf '%s\n' '[allow]' 'address = 64.0.0.0/2' >"$LAB/wide.conf"
	collect check -c "$LAB/wide.conf"
	collect check
	collect metrics
	collect explain $bad --state "$LAB/state"
	collect list --history --state "$LAB/state"

	collect_starting
	start_server
	ip link add gone0 type veth peer name gone1
	launch_daemon gone0 --log "$log" --state "$LAB/state"
	stop_daemon
	start_daemon -c "$LAB/site.conf" --state "$LAB/state"
	collect status
	ip link delete gone0
	world python3 "$peer" hold $bad $LAB_MX 25 < <(sleep 5) >"$LAB/held" 3>&- &
	until grep -q connected "$LAB/held"; do sleep 0.02; done
	offend $bad 16
	until_blocked $bad
	until_told connections
	[ "$(reach $bad)" = silence ]
	echo "$(date '+%F %T') H=(h) [$bad] I=[$LAB_MX]:587 F=<s@e> rejected after DATA: This message contains a virus (x)." >>"$log"
	echo "$(date '+%F %T') H=(h) [$good] F=<s@e> rejected after DATA: own words" | tee -a "$log" "$log" >>"$log"
	until_told dry-run
	collect block $good6 --state "$LAB/state" --extend --reason $'K\303\244se \377'
	printf '%s\n' 203.0.113.1 203.0.113.2 203.0.113.0/29 nonsense >"$LAB/list"
	collect block - --state "$LAB/state" <"$LAB/list"
	collect import "$LAB/list" --state "$LAB/state"
	collect list
	collect list --sort drops $bad
	collect explain $bad --state "$LAB/state"
	collect explain 203.0.113.76 --state "$LAB/state" -c "$LAB/site.conf"
	collect unblock 203.0.113.1 203.0.113.99 --state "$LAB/state"
	collect unblock - --state "$LAB/state" <"$LAB/list"
	"$sobig" block 203.0.113.64/26 203.0.113.200 --force --state "$LAB/state"
	collect allow add 203.0.113.66 203.0.113.200 --state "$LAB/state"
	"$sobig" unblock 203.0.113.64/26 --state "$LAB/state" || true
	"$sobig" block 203.0.113.200 --force --state "$LAB/state"
	"$sobig" allow add 203.0.113.66 -j >"$LAB/json/add.json" --state "$LAB/state"
	collect allow list --state "$LAB/state"
	collect allow list --all --state "$LAB/state" -c "$LAB/site.conf"
	collect allow del 203.0.113.66 --state "$LAB/state"
	"$sobig" block $good --state "$LAB/state"
	echo $good >>"$LAB/state/allow"
	until_told unblock
	know 203.0.113.10{1,2,3,4,5}
	for host in 1 2 3 4 5; do offend 203.0.113.10$host 16; done
	until_told brake
	until "$sobig" status | grep -q 'BRAKE ENGAGED'; do sleep 0.1; done
	collect status
	halt_daemon
	"$poke" "$pins"/if*/stats classes_off 64
	collect status
	kill -CONT $daemon
	mv "$log" "$log.away"
	until "$sobig" status | grep -q 'moved away'; do sleep 0.1; done
	collect status
	mv "$log.away" "$log"
	collect release
	until_told release
	kill -HUP $daemon
	until_told reload
	halt_daemon
	"$poke" "$pins"/if*/stats state_error 28
	"$poke" "$pins"/if*/stats allow_error 120
	collect status
	collect metrics
	kill -CONT $daemon
	sleep 1.2
	collect list --history --state "$LAB/state"
	collect explain $bad --state "$LAB/state"
	collect unblock --all --state "$LAB/state"
	stop_daemon
	cp "$LAB/events" "$LAB/json/events.lines"
	ip link add "$(printf 'odd\377')" type veth peer name other0
	launch_daemon "$(printf 'odd\377')" --log "$log" --state "$LAB/state"
	cp "$LAB/events" "$LAB/json/odd.lines"
	collect status
	kill -KILL $daemon
	wait $daemon || true
	"$poke" "$pins"/if*/stats configured 0
	"$poke" "$pins"/if*/stats connections_error 95
	"$poke" "$pins"/if*/stats proxies 120
	collect status
	"$poke" "$pins"/if*/stats pid 0
	ip link set dev "$(printf 'odd\377')" xdp off
	collect status
	ip link delete other0
	collect status
	head -c 8192 /dev/zero | tr '\0' x >"$LAB/state/state.db"
	collect explain $bad --state "$LAB/state"
	start_daemon
	python3 "$top/selftests/live/deaf.py" "$sobig" status -j >"$LAB/json/status.deaf.json" || true
	"$sobig" detach --all -j >"$LAB/json/detach.json"
	collect detach --all
	collect detach --all --forget --state "$LAB/state"
}

@test "each member is documented, and each documented one is printed with its type" {
	tell_all
	python3 "$shapes" "$page" "$LAB"/json/*
	# A page with any other member is detected.
	python3 "$shapes" --doctored "$page" "$LAB"/json/*
}

# refused STATUS ARGUMENTS...: with -j as with --ndjson, nothing on stdout.
refused() {
	local form
	for form in -j --ndjson; do
		run --separate-stderr "$sobig" "${@:2}" $form
		echo "${*:2}: $status" "$output" "$stderr"
		[ "$status" = "$1" ]
		[ -z "$output" ]
		[ -n "$stderr" ]
	done
}

@test "an error is printed on standard error only" {
	refused 1 status
	refused 1 list
	refused 1 block $bad
	refused 1 unblock $bad
	refused 1 unblock --all
	refused 1 release
	refused 1 detach eth77
	refused 1 import "$LAB/none"
	refused 1 parse "$LAB/none"
	refused 1 parse "$LAB"
	refused 1 replay "$LAB/none"
	refused 1 attach eth77 --log "$log"
	refused 1 allow add nonsense
	refused 2 list nonsense
	refused 2 explain nonsense
	refused 2 block
	refused 2 allow
	refused 2 top
	refused 2 completion bash
	refused 2 lookup
	refused 2 metrics --listen 9762
	printf 'nonsense\n' >"$LAB/bad.conf"
	refused 1 check -c "$LAB/bad.conf"
	refused 1 parse -c "$LAB/bad.conf" "$log"
	refused 1 replay -c "$LAB/bad.conf" "$log"
	refused 1 allow list -c "$LAB/bad.conf"
	refused 1 list --history -c "$LAB/bad.conf"
	head -c 8192 /dev/zero | tr '\0' x >"$LAB/state/state.db"
	refused 1 list --history --state "$LAB/state"
	start_daemon
	refused 1 import "$LAB/none"
}
