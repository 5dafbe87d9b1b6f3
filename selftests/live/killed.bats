# SPDX-License-Identifier: GPL-2.0-only
# A daemon that is killed in the middle of a storm, KILLS times.

load live.bash

@test "killed at random moments, it loses no block, blocks no good sender, counts no line twice" {
	run timeout 500 python3 "$top/selftests/live/killer.py" "$sobig" mx0 "$log" "$LAB/state" "${KILLS:-25}"
	echo "$output"
	[ "$status" = 0 ]
	is_clean
}
