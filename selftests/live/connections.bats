# SPDX-License-Identifier: GPL-2.0-only
# What becomes of the open connections of a host when it is blocked, with a real exim.

load live.bash

load=$BATS_TEST_DIRNAME/smtp_load.py
poke=${SOBIG_BUILD:-$top/build}/selftests/poke

# Of each of five connections, the message that exim has in hand when it ends, and one that it completes between the
# block and that.
in_flight=10

# begin_load NAME FROM CONNECTIONS KIND: connections that are open, and send nothing until go_load.
begin_load() {
	local to=$LAB_MX
	case $2 in *:*) to=$LAB_MX6 ;; esac
	mkfifo "$LAB/go.$1"
	world python3 "$load" "$2" "$to" "$3" "$4" "$LAB/stop" <"$LAB/go.$1" >"$LAB/load.$1" 2>&1 3>&- &
	exec {fd}>"$LAB/go.$1"
	pid_of[$1]=$! fd_of[$1]=$fd
	for _ in $(seq 500); do ! grep -qs open "$LAB/load.$1" || return 0; sleep 0.02; done
	cat "$LAB/load.$1"
	return 1
}

go_load() {
	local name
	for name; do echo go >&"${fd_of[$name]}"; done
}

# end_load NAME...: stops all, and waits for what they print.
end_load() {
	local name
	touch "$LAB/stop"
	for name; do
		wait "${pid_of[$name]}"
		sed -n 2p "$LAB/load.$name" | tee "$LAB/result.$name"
	done
}

# messages ADDRESS [SINCE]: how many messages of that host exim logged, of those after a time as in its log.
messages() {
	awk -v since="${2-}" -v host="[$1]" 'index($0, host) && / rejected after DATA:| <= / && $1 " " $2 > since' "$log" | wc -l
}

# The time of the event that ADDRESS was blocked, as in exim's log.
block_time() {
	jq -r --arg a "$1" 'select(.event == "block" and .address == $a) | .time' "$LAB/events" | head -n 1 | tr T ' ' | tr -d Z
}

ready_for_load() {
	declare -gA pid_of fd_of
	rm "$log"
	export TZ=UTC
	lab_exim "$top" 3>&-
	printf '[filter]\n%s\n' "$1" >"$LAB/sobig.conf"
	shift
	launch_daemon mx0 --log "$log" -c "$LAB/sobig.conf" "$@"
}

until_ended() {
	for _ in $(seq 200); do
		[ "$("$sobig" status -j | jq '.interfaces[0].daemon.connections_ended')" = "$1" ] && return 0
		sleep 0.05
	done
	"$sobig" status
	return 1
}

# What both hosts sent on five connections each: the blocked one after its block.
storm() {
	local time
	begin_load bad "$1" 5 bad
	begin_load good "$2" 5 good
	go_load bad good
	until_blocked "$1"
	sleep 3
	end_load bad good
	time=$(block_time "${3:-$1}")
	[ -n "$time" ]
	after=$(messages "$1" "$time")
	echo "blocked: $(messages "$1") messages, $after of them after the block; neighbour: $(messages "$2"), $(messages "$2" "$time") after" >&3
	[ "$(messages "$2" "$time")" -gt 10 ]
	[ "$(jq .open "$LAB/result.good")" = 5 ]
	[ "$(reach "$1")" = silence ]
	[ "$(reach "$2")" = connected ]
}

@test "five open connections of a blocked host end, and its neighbour's five go on" {
	ready_for_load 'connections = end'
	storm $bad $good
	[ "$after" -le $in_flight ]
	[ "$(jq .open "$LAB/result.bad")" = 0 ]
	until_ended 5
	"$sobig" status | grep -q '5 open connections of blocked hosts ended'
	grep -q 'open connections of blocked hosts ended: ' "$LAB/words"
	[ "$(jq -s 'map(select(.event == "connections").ended) | add' "$LAB/events")" = 5 ]
}

@test "the same with IPv6" {
	ready_for_load ''
	storm $bad6 $good6 2001:db8:666::/64
	[ "$after" -le $in_flight ]
	[ "$(jq .open "$LAB/result.bad")" = 0 ]
}

@test "with connections = finish, the connections of a blocked host go on" {
	ready_for_load 'connections = finish'
	storm $bad $good
	[ "$after" -gt 20 ]
	[ "$(jq .open "$LAB/result.bad")" = 5 ]
	[ "$("$sobig" status -j | jq -c '.interfaces[0].daemon | [.connections, .connections_ended, .connections_error]')" = '["finish",0,null]' ]
}

@test "the verdict of a dry run ends no connection" {
	ready_for_load 'connections = end' --dry-run
	begin_load bad $bad 2 bad
	go_load bad
	until_blocked $bad
	sleep 2
	end_load bad
	[ "$(jq .open "$LAB/result.bad")" = 2 ]
	[ "$("$sobig" status -j | jq '.interfaces[0].daemon.connections_ended')" = 0 ]
}

@test "block and import end open connections, their neighbours' go on" {
	ready_for_load 'connections = end'
	begin_load bad $bad 2 good
	begin_load bad6 $bad6 3 good
	begin_load good $good 2 good
	run "$sobig" block $bad
	[ "${lines[1]}" = '2 open connections ended' ]
	[ "$("$sobig" block -j $bad | jq .connections_ended)" = 0 ]
	echo 2001:db8:666::/48 >"$LAB/list"
	[ "$("$sobig" import -j "$LAB/list" | jq .connections_ended)" = 3 ]
	go_load bad bad6 good
	sleep 0.5
	end_load bad bad6 good
	[ "$(jq -s -c 'map(.open)' "$LAB/result.bad" "$LAB/result.bad6" "$LAB/result.good")" = '[0,0,2]' ]
	[ "$(messages $good)" -gt 2 ]
}

@test "block leaves open connections alone if told to, by option or configuration" {
	ready_for_load 'connections = end'
	begin_load bad $bad 2 good
	begin_load good $good 2 good
	[ "$("$sobig" block --finish-connections $bad)" = "$bad: blocked for 1h" ]
	printf '[filter]\nconnections = finish\n' >"$LAB/sobig.conf"
	[ "$("$sobig" block $good)" = "$good: blocked for 1h" ]
	[ "$(reach $good)" = silence ]
	go_load bad good
	sleep 0.5
	end_load bad good
	[ "$(jq -s -c 'map(.open)' "$LAB/result.bad" "$LAB/result.good")" = '[2,2]' ]
}

@test "a reload changes what becomes of open connections" {
	ready_for_load 'connections = finish'
	begin_load bad $bad 2 good
	begin_load good $good 2 good
	offend $bad 16
	until_blocked $bad
	printf '[filter]\nconnections = end\n' >"$LAB/sobig.conf"
	kill -HUP $daemon
	for _ in $(seq 100); do ! grep -q 'configuration reloaded' "$LAB/words" || break; sleep 0.05; done
	offend $good 16
	until_ended 2
	go_load bad good
	sleep 0.5
	end_load bad good
	[ "$(jq -s -c 'map(.open)' "$LAB/result.bad" "$LAB/result.good")" = '[2,0]' ]
}

@test "a connection to a port that is not protected goes on" {
	ready_for_load ''
	start_server 2222
	coproc world python3 "$peer" hold $bad $LAB_MX 2222 3>&-
	read -r answer <&"${COPROC[0]}"
	begin_load bad $bad 1 good
	"$sobig" block $bad | grep -q '1 open connection ended'
	echo hello >&"${COPROC[1]}"
	read -r answer <&"${COPROC[0]}"
	[ "$answer" = hello ]
	go_load bad
	end_load bad
	[ "$(jq .open "$LAB/result.bad")" = 0 ]
}

@test "status says it where connections cannot be ended" {
	start_daemon
	stop_daemon KILL || true
	"$sobig" status | grep 'open connections' && false
	"$poke" "$pins"/if*/stats connections_error 95
	"$sobig" status | grep -q 'open connections of blocked hosts continue: this kernel cannot end them'
	"$poke" "$pins"/if*/stats connections_error 1
	"$sobig" status | grep -q 'open connections of blocked hosts continue: Operation not permitted'
	[ "$("$sobig" status -j | jq -r '.interfaces[0].daemon.connections_error')" = 'Operation not permitted' ]
	"$sobig" detach mx0
}

# launch_refused FILTER ARGUMENT...: a daemon under a kernel that cannot end connections.
launch_refused() {
	printf '[filter]\n%s\n' "$1" >"$LAB/sobig.conf"
	shift
	rm -f "$LAB/events"
	LD_PRELOAD=${SOBIG_BUILD:-$top/build}/selftests/no_destroy.so "$sobig" attach -j mx0 --log "$log" -c "$LAB/sobig.conf" "$@" \
		>"$LAB/events" 2>"$LAB/words" 3>&- &
	daemon=$!
	until grep -qs '"ready"' "$LAB/events"; do
		[ -d "/proc/$daemon" ] || { cat "$LAB/words"; return 1; }
		sleep 0.02
	done
}

@test "a kernel without CONFIG_INET_DIAG_DESTROY: it is said once, hosts are blocked, connections go on" {
	local host said='this kernel cannot end open connections (it was built without CONFIG_INET_DIAG_DESTROY)'
	ready_for_load ''
	stop_daemon
	launch_refused ''
	begin_load bad $bad 2 good
	for host in $bad $good 203.0.113.1 203.0.113.2; do
		offend $host 16
		until_blocked $host
	done
	until_shows 'open connections of blocked hosts continue: this kernel cannot end them'
	[ "$("$sobig" status -j | jq -r '.interfaces[0].daemon | .connections_ended, .connections_error')" = $'0\nOperation not supported' ]
	[ "$(reach $bad)" = silence ]
	go_load bad
	sleep 0.5
	end_load bad
	[ "$(jq .open "$LAB/result.bad")" = 2 ]
	sleep 1.5
	[ "$(grep -cF "$said" "$LAB/words")" = 1 ]
	stop_daemon
	# Who accepts that is not told.
	launch_refused 'connections = finish'
	offend $good6 16
	until_blocked $good6
	sleep 1.5
	[ "$(grep -cF "$said" "$LAB/words")" = 0 ]
	! "$sobig" status | grep 'open connections of blocked hosts continue'
}

@test "among many hosts that are blocked at once, the one with open connections loses them" {
	local host
	ready_for_load ''
	begin_load bad $bad 2 good
	begin_load good $good 2 good
	{
		for host in $(seq 200); do offend "203.0.113.$host" 16; done
		offend $bad 16
		for host in $(seq 200); do offend "10.9.8.$host" 16; done
	} 2>&1
	until_blocked 10.9.8.200
	until_ended 2
	go_load bad good
	sleep 0.5
	end_load bad good
	[ "$(jq -s -c 'map(.open)' "$LAB/result.bad" "$LAB/result.good")" = '[0,2]' ]
}

@test "the capabilities of the service are enough to end connections" {
	local caps program=$sobig
	caps=$(sed -n 's/^CapabilityBoundingSet=//p' "$top/scripts/systemd/sobig-xdp@.service" | tr 'A-Z ' 'a-z,' |
		sed 's/cap_/+/g')
	sobig=$LAB/limited
	printf '#!/bin/sh\nexec setpriv --bounding-set=-all,%s --inh-caps=-all %s "$@"\n' "$caps" "$program" >"$sobig"
	chmod 755 "$sobig"
	ready_for_load ''
	begin_load bad $bad 2 good
	begin_load good $good 2 good
	offend $bad 16
	until_ended 2
	go_load bad good
	sleep 0.5
	end_load bad good
	[ "$(jq -s -c 'map(.open)' "$LAB/result.bad" "$LAB/result.good")" = '[0,2]' ]
}
