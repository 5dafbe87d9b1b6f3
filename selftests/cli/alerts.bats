#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# Prometheus' alert rules and Grafana's dashboard, judged by Prometheus' own tool.

top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
promtool=$top/build/prometheus/usr/bin/promtool
rules=$top/scripts/monitoring/prometheus/sobig-xdp.yml
dashboard=$top/scripts/monitoring/grafana/sobig-xdp.json

need_promtool() {
	[ -x "$promtool" ] || skip "no promtool: prometheus could not be had; try: scripts/deps test"
}

@test "the alert rules are valid" {
	need_promtool
	"$promtool" check rules "$rules"
}

@test "each alert is silent without a problem, and fires with the right text with one" {
	need_promtool
	# Each is under test, first of all.
	diff <(sed -n 's/^ *- alert: //p' "$rules" | sort) <(sed -n 's/^  - name: //p' "$top/selftests/prometheus/alerts.yml" | sort)
	run "$promtool" test rules "$top/selftests/prometheus/alerts.yml"
	echo "$output"
	[ "$status" = 0 ]
}

@test "each alert says what the problem is and what to do" {
	[ "$(grep -c 'alert:' "$rules")" = "$(grep -c 'summary:' "$rules")" ]
	[ "$(grep -c 'alert:' "$rules")" = "$(grep -c 'description: >-' "$rules")" ]
	[ "$(grep -c 'alert:' "$rules")" = "$(grep -cE 'severity: (critical|warning|info)$' "$rules")" ]
}

@test "the dashboard is valid JSON, and Prometheus can parse all of its expressions" {
	need_promtool
	# As rules, with Grafana's variables filled in.
	python3 - "$dashboard" >"$BATS_TEST_TMPDIR/rules.yml" <<-'EOF'
		import json, sys
		board = json.load(open(sys.argv[1]))
		assert {v["name"] for v in board["templating"]["list"]} == {"datasource", "instance", "interface"}
		assert len({p["id"] for p in board["panels"]}) == len(board["panels"])
		print("groups: [{name: board, rules: [")
		for panel in board["panels"]:
		    for target in panel["targets"]:
		        expr = target["expr"].replace("$__rate_interval", "1m").replace("$instance", ".*").replace("$interface", ".*")
		        print("{record: 'board:panel%d_%s', expr: %s}," % (panel["id"], target["refId"], json.dumps(expr)))
		print("]}]")
	EOF
	"$promtool" check rules "$BATS_TEST_TMPDIR/rules.yml"
}
