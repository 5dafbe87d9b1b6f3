# SPDX-License-Identifier: GPL-2.0-only
# Standing is exact over kills, ends, reloads, rotations and changes of the clock, KILLS times.

load live.bash

@test "killed, reloaded and with a clock that is set, it counts each line for standing exactly once" {
	library=$(echo /usr/lib/*/faketime/libfaketime.so.1)
	[ -e "$library" ] || skip 'needs libfaketime'
	run timeout 900 python3 "$top/selftests/live/standing_kept.py" "$sobig" mx0 "$log" "$LAB/state" "${KILLS:-15}" "$library"
	echo "$output"
	[ "$status" = 0 ]
	is_clean
}
