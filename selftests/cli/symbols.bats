#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Properties of the sources that the object files show.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	cd "$BATS_TEST_TMPDIR"
	mapfile -t objects < <(cd "$top" && printf '%s\n' user/{common,exim,config,read,judge,allow,kernel,state,daemon,status,replay,top,cli}/*.c user/read/*/*.c | sed "s|^\(.*\)c\$|${SOBIG_BUILD:-$top/build}/\1o|")
	tests=("${SOBIG_BUILD:-$top/build}"/selftests/{unit/*,verdict,fuzz}/*.o)
	[ ${#objects[@]} -gt 80 ]
	[ ${#tests[@]} -gt 10 ]
}

# names LETTER OBJECT...: the symbols of that kind.
names() {
	local letter=$1
	shift
	nm -g "$@" | awk -v "letter=$letter" 'NF >= 2 && $(NF - 1) == letter { print $NF }' | sort -u
}

@test "every function is used, and static if only its own file uses it" {
	names T "${objects[@]}" | grep -vx main >defined
	names U "${objects[@]}" "${tests[@]}" >wanted
	[ "$(wc -l <defined)" -gt 300 ]
	comm -23 defined wanted >left
	cat left
	[ ! -s left ]
}

# All others take CLOCK_MONOTONIC, or an interval.
@test "nothing waits for a time of the wall clock, which can be set" {
	names U "${objects[@]}" | sed 's/@.*//' >wanted
	grep -qx clock_gettime wanted
	grep -xE 'pthread_timedjoin_np|pthread_(mutex|rwlock)_timed.*lock|sem_timedwait|mq_timed.*|alarm|setitimer' wanted >found || true
	cat found
	[ ! -s found ]
}
