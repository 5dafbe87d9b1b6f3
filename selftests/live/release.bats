# SPDX-License-Identifier: GPL-2.0-only
# release reaches the daemon whose brake is engaged, in any PID namespace, and no process with the same id in another one.

load live.bash

poke=$top/build/selftests/poke

# Starts a daemon as process 2 of a new PID namespace, with its brake engaged.
start_apart() {
	printf '%s\n' '[brake]' 'known-senders = 2/h' >"$LAB/sobig.conf"
	# shellcheck disable=SC2016
	unshare --pid --fork --kill-child --mount-proc \
		bash -c '"$@" & wait' - "$sobig" attach -j mx0 --log "$log" -c "$LAB/sobig.conf" \
		>"$LAB/events" 2>"$LAB/words" 3>&- &
	until grep -qs '"ready"' "$LAB/events"; do sleep 0.02; done
	[ "$("$sobig" status -j | jq '.interfaces[0].daemon.pid')" = 2 ]
	brake
}

brake() {
	local host
	know 203.0.113.10{1,2,3,4,5}
	for host in 1 2 3 4 5; do offend 203.0.113.10$host 16; done
	until is_braked; do sleep 0.05; done
}

is_braked() {
	"$sobig" status | grep -q 'BRAKE ENGAGED'
}

@test "in another PID namespace, a process that has the daemon's id is not signalled, and release says why" {
	start_apart
	# Process 2 there is a sleep, which SIGUSR1 would end.
	# shellcheck disable=SC2016
	run unshare --pid --fork --kill-child --mount-proc bash -c '
		sleep 600 3>&- &
		[ $! = 2 ] || exit 9
		"$1" release
		status=$?
		kill -0 2 || exit 8
		kill 2
		exit $status' - "$sobig"
	echo "$output"
	[ "$status" = 1 ]
	[[ $output == *"cannot signal the daemon: process 2 does not hold the lock of $pins/if"* ]]
	[[ $output == *'if the daemon runs in another PID namespace, such as a container, run this command there, or on the host'* ]]
	[[ $output != *'Brake released'* ]]
	is_braked
}

@test "from the host, release reaches a daemon in another PID namespace" {
	start_apart
	"$sobig" release | grep -q 'Brake released'
	grep -q 'brake released' "$LAB/words"
}

@test "in the PID namespace of the daemon, release reaches it" {
	start_apart
	nsenter --target "$(pgrep -x -f "$sobig attach .*")" --pid --mount "$sobig" release | grep -q 'Brake released'
	grep -q 'brake released' "$LAB/words"
}

@test "a daemon whose id belongs to another process is found by its lock" {
	local innocent release
	printf '%s\n' '[brake]' 'known-senders = 2/h' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	brake
	sleep 600 3>&- &
	innocent=$!
	halt_daemon
	"$poke" "$pins"/if*/stats pid $innocent
	"$sobig" release >"$LAB/released" 2>&1 &
	release=$!
	sleep 0.3
	kill -CONT $daemon
	wait $release
	grep -q 'Brake released' "$LAB/released"
	kill -0 $innocent
}

@test "a daemon that does not release its brake is reported" {
	printf '%s\n' '[brake]' 'known-senders = 2/h' >"$LAB/sobig.conf"
	start_daemon -c "$LAB/sobig.conf"
	brake
	halt_daemon
	run "$sobig" release
	[ "$status" = 1 ]
	[[ $output == *"process $daemon was signalled, but its brake is still engaged"* ]]
	kill -CONT $daemon
}

@test "a stuck daemon is named by its id in this PID namespace, or not at all" {
	start_apart
	pkill -STOP -x -f "$sobig attach .*"
	"$poke" "$pins"/if*/stats heartbeat 1
	"$sobig" status | grep -q "DAEMON STUCK (mx0): no heartbeat from process $(pgrep -x -f "$sobig attach .*") for "
	run unshare --pid --fork --kill-child --mount-proc "$sobig" status
	[[ $output == *'its process is not visible from here: kill -9 it in its own PID namespace, where it is process 2'* ]]
}
