#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# One thing has one name wherever an operator can see it; words.py has the list of retired words.

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	copy=$BATS_TEST_TMPDIR/copy
}

problems() {
	python3 "$top/selftests/cli/words.py" "${1:-$top}"
}

# plant FILE TEXT: appends it, with escapes, to that file of an otherwise empty tree.
plant() {
	mkdir -p "$copy/$(dirname "$1")"
	printf '%b\n' "$2" >>"$copy/$1"
}

@test "no retired word is in messages, manuals, JSON, metrics, alerts, events or names of files" {
	run problems
	echo "$output"
	[ "$output" = '' ]
}

@test "a planted word is found in each of these places" {
	plant user/cli/message.c 'log_info("it is fine");\nlog_info("the block was taken off");'
	plant user/cli/split.c 'log_info("%s would "\n\t "block");'
	plant user/status/json.c 'json_add(out, "spared_offences", 1);'
	plant user/status/metrics.c 'metric("sobig_xdp_trials_total", help);'
	plant user/daemon/event.c 'event("Lapsed");'
	plant user/man/page.8 'this block has\n.Sq run\n.Em out .'
	plant user/man/json.5 '.It Va troubles[].kind Em string'
	plant README.md 'hosts that are\nnever blocked'
	plant headers/maps.h '__u64 knocks;'
	plant scripts/monitoring/prometheus/rules.yml '      - alert: SobigXdp\n        expr: sobig_xdp_guarded == 0'
	plant selftests/live/guard.bats ''
	run problems "$copy"
	[ "$status" = 1 ]
	diff <(echo "$output") - <<-END
		README.md:2: never blocked
		headers/maps.h:1: knocks
		scripts/monitoring/prometheus/rules.yml:2: guarded
		selftests/live/guard.bats: guard in the name
		user/cli/message.c:2: taken off
		user/cli/split.c:1: would block
		user/daemon/event.c:1: Lapsed
		user/man/json.5:1: troubles
		user/man/page.8:2: run out
		user/status/json.c:1: spared
		user/status/metrics.c:1: trials
	END
}

@test "longer words, comments in C and names of version 0.1 are not taken for retired words" {
	plant README.md 'heartbeat, skin, returned, beaten, trialogue, Troubleshooting, outlet'
	plant user/cli/comment.c '/* would block */ // the "crew"\nlog_info("a // heartbeat");\n#include "replay/pulse.h"'
	plant user/kernel/stats.c 'stats_unpin("pulse");'
	run problems "$copy"
	echo "$output"
	[ "$status" = 0 ]
	plant user/kernel/links.c 'stats_unpin("pulse");'
	[ "$(problems "$copy")" = 'user/kernel/links.c:1: pulse' ]
}
