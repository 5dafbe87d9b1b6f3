#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The metrics: valid, correct, and available even if nothing is attached.

load live

prometheus=$top/build/prometheus/usr/bin/prometheus
promtool=$top/build/prometheus/usr/bin/promtool
poke=${SOBIG_BUILD:-$top/build}/selftests/poke

teardown() {
	local link
	[ -n "${LAB_INSIDE-}" ] || return 0
	stop_lab
	for link in mx1 mx2 'q"\x'; do
		ip link delete "$link" 2>/dev/null || true
	done
}

# value SERIES: its value in the current output of `metrics`.
value() {
	"$sobig" metrics | series=$1 awk '{ at = $0; sub(/ [^ ]*$/, "", at) } at == ENVIRON["series"] { print $NF }'
}

# is SERIES VALUE
is() {
	local got
	got=$(value "$1")
	[ "$got" = "$2" ] || { echo "$1 is \"$got\", not $2"; return 1; }
}

serve() {
	"$sobig" metrics --listen "$1" 2>"$LAB/served" 3>&- &
	server=$!
	until grep -q serving "$LAB/served"; do
		[ -d /proc/$server ] || { cat "$LAB/served"; return 1; }
		sleep 0.02
	done
}

@test "drops, blocks, offences and rules have their figures" {
	start_server
	start_daemon
	offend $bad 16
	offend $bad6 16
	until_blocked $bad
	until_blocked $bad6
	"$sobig" block 203.0.113.0/24
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	sleep 1.1
	is 'sobig_xdp_up' 1
	is 'sobig_xdp_attached{interface="mx0",mode="native"}' 1
	is 'sobig_xdp_daemon_running{interface="mx0"}' 1
	is 'sobig_xdp_blocks{family="ipv4"}' 1
	is 'sobig_xdp_blocks{family="ipv6"}' 1
	is 'sobig_xdp_blocks_limit{family="ipv4"}' 196608
	is 'sobig_xdp_networks' 1
	is 'sobig_xdp_rule_active_blocks{rule="(manual)"}' 1
	is 'sobig_xdp_rule_active_blocks{rule="worm-storm"}' 2
	is 'sobig_xdp_rule_blocks_total{rule="worm-storm"}' 2
	is 'sobig_xdp_rule_offences_total{rule="worm-storm"}' 32
	is 'sobig_xdp_offences_total{class="virus"}' 32
	is 'sobig_xdp_log_lines_total' 32
	is 'sobig_xdp_log_readable' 1
	is 'sobig_xdp_brake_engaged' 0
	is 'sobig_xdp_packets_total{interface="mx0",verdict="passed_syn"}' 1
	[ "$(value 'sobig_xdp_packets_total{interface="mx0",verdict="dropped"}')" -ge 1 ]
	[ $(($(date +%s) - $(value sobig_xdp_log_last_line_timestamp_seconds))) -lt 20 ]
	[ $(($(date +%s) - $(value sobig_xdp_process_start_time_seconds))) -lt 30 ]
}

@test "two interfaces of one daemon count its lines once, two daemons have a sum" {
	ip link add mx1 type veth peer name world1
	ip link add mx2 type veth peer name world2
	launch_daemon mx0 mx1 --log "$log"
	offend $good 5
	sleep 1.2
	is 'sobig_xdp_log_lines_total' 5
	is 'sobig_xdp_daemon_running{interface="mx1"}' 1
	"$sobig" attach mx2 --log "$log" >/dev/null 2>&1 3>&- &
	until "$sobig" status | grep -q '^daemon .* mx2'; do sleep 0.1; done
	offend $good 5
	sleep 1.2
	is 'sobig_xdp_log_lines_total' 15
}

@test "problems appear in the metrics" {
	[ -x "$poke" ] || skip 'build/selftests/poke is missing; try: make tests'
	start_daemon
	halt_daemon
	for field in brake:brake_engaged state_error:state_writable config_error:config_ok dry_run:dry_run; do
		"$poke" "$pins"/if*/stats "${field%:*}" 1
	done
	"$poke" "$pins"/if*/stats braked 1
	"$poke" "$pins"/if*/stats readable 0
	is 'sobig_xdp_brake_engaged' 1
	is 'sobig_xdp_state_writable' 0
	is 'sobig_xdp_config_ok' 0
	is 'sobig_xdp_dry_run' 1
	is 'sobig_xdp_log_readable' 0
	is 'sobig_xdp_problem{kind="brake"}' 1
	kill -KILL $daemon
	wait $daemon || true
	is 'sobig_xdp_daemon_running{interface="mx0"}' 0
	is 'sobig_xdp_brake_engaged' ''
	ip link set dev mx0 xdp off
	is 'sobig_xdp_attached{interface="mx0",mode="none"}' 0
	is 'sobig_xdp_up' 0
}

@test "all valid names of interfaces and rules are escaped" {
	ip link add 'q"\x' type veth peer name world1
	launch_daemon 'q"\x' --log "$log"
	is 'sobig_xdp_daemon_running{interface="q\"\\x"}' 1
	[ ! -x "$promtool" ] || "$sobig" metrics | "$promtool" check metrics
	"$sobig" metrics -j | python3 -c 'import json, sys
samples = {m["name"]: m["samples"] for m in json.load(sys.stdin)["metrics"]}
assert samples["sobig_xdp_daemon_running"] == [{"labels": {"interface": "q\"\\x"}, "value": 1}], samples["sobig_xdp_daemon_running"]'
}

@test "the JSON and the text have the same values" {
	start_daemon
	"$sobig" block $bad
	# Until no packet arrives in between.
	until
		"$sobig" metrics >"$LAB/text"
		"$sobig" metrics -j >"$LAB/json"
		"$sobig" metrics >"$LAB/after"
		cmp -s "$LAB/text" "$LAB/after"
	do :; done
	python3 - "$LAB/json" >"$LAB/told" <<-'EOF'
		import json, sys
		document = json.load(open(sys.argv[1]))
		assert (document["kind"], document["shape"]) == ("metrics", 4)
		for family in document["metrics"]:
		    print("# HELP", family["name"], family["help"])
		    print("# TYPE", family["name"], family["type"])
		    for sample in family["samples"]:
		        labels = ",".join(f'{name}="{value}"' for name, value in sample["labels"].items())
		        print(family["name"] + ("{" + labels + "}" if labels else ""), sample["value"])
	EOF
	diff "$LAB/told" "$LAB/text"
}

@test "only /metrics is served" {
	start_daemon
	serve 9762
	[ "$(curl -s -o "$LAB/page" -w '%{http_code} %{content_type}' http://127.0.0.1:9762/metrics)" \
		= '200 text/plain; version=0.0.4; charset=utf-8' ]
	grep -q '^sobig_xdp_up 1$' "$LAB/page"
	curl -s http://127.0.0.1:9762/ | grep -q '<a href="/metrics">'
	[ "$(curl -s -o /dev/null -w '%{http_code}' http://127.0.0.1:9762/etc/passwd)" = 404 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -d x=1 http://127.0.0.1:9762/metrics)" = 405 ]
	[ "$(curl -s -I -w '%{http_code}' -o /dev/null http://127.0.0.1:9762/metrics)" = 200 ]
	# A port without an address is on the loopback interface only.
	[ -z "$(ss -Hltn 'sport = :9762' | grep -v 127.0.0.1)" ]
	# A connection can be used for several requests.
	[ "$(curl -s -o /dev/null -o /dev/null -w '%{num_connects}' http://127.0.0.1:9762/metrics http://127.0.0.1:9762/metrics)" = 10 ]
	# A client that sends nothing is disconnected in time, and excludes no other client.
	for _ in $(seq 12); do
		python3 -c 'import socket, time; s = socket.create_connection(("127.0.0.1", 9762)); time.sleep(60)' 3>&- &
	done
	sleep 0.5
	curl -s -m 5 http://127.0.0.1:9762/metrics | grep -q '^sobig_xdp_up 1$'
	kill -TERM $server
	got=0
	wait $server || got=$?
	[ $got = 0 ]
}

# send_slowly COUNT ADDRESS: COUNT connections from ADDRESS, each with a request that is sent letter by letter; a closed one is
# opened again, and "again" is printed.
send_slowly() {
	python3 - "$@" <<-'EOF' 3>&- &
		import selectors, socket, sys, time
		count, address, again = int(sys.argv[1]), sys.argv[2], sys.argv[3:] == ["again"]
		def connect():
		    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
		    sock.bind((address, 0))
		    sock.settimeout(5)
		    sock.connect(("::1" if ":" in address else "127.0.0.1", 9762))
		    try:
		        sock.send(b"GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: ")
		    except OSError:
		        pass
		    return sock
		socks = [connect() for _ in range(count)]
		print("ready", file=open("/mnt/lab/dawdling", "w"), flush=True)
		while True:
		    for place, sock in enumerate(socks):
		        try:
		            sock.send(b"x")
		        except OSError:
		            socks[place] = connect() if again else sock
		    time.sleep(0.2)
	EOF
	until [ -s "$LAB/dawdling" ]; do sleep 0.05; done
	rm "$LAB/dawdling"
}

# scrapes ADDRESS: three scrapes from ADDRESS, each on a new connection.
scrapes() {
	local _
	for _ in 1 2 3; do
		curl -s -m 5 --interface "$1" http://127.0.0.1:9762/metrics | grep -q '^sobig_xdp_up 0$'
	done
}

@test "a slow client excludes no other client, and uses no more than its share of memory" {
	serve 9762
	send_slowly 32 127.0.0.1
	scrapes 127.0.0.1
	scrapes 127.0.0.2
	send_slowly 200 127.0.0.1
	scrapes 127.0.0.1
	send_slowly 200 127.0.0.3 again
	scrapes 127.0.0.2
	scrapes 127.0.0.2
	# Those that are still in the queue of the listener count as established, too, until they are accepted and closed.
	for ((i = 0; i < 300; i++)); do
		[ "$(ss -Htn state established 'sport = :9762' | wc -l)" -gt 70 ] || break
		sleep 0.1
	done
	[ "$(ss -Htn state established 'sport = :9762' | wc -l)" -le 70 ]
	[ "$(find /proc/$server/fd | wc -l)" -le 100 ]
	# A connection that has been answered waits for the next request, as before.
	[ "$(curl -s -o /dev/null -o /dev/null -w '%{num_connects}' --interface 127.0.0.2 http://127.0.0.1:9762/metrics http://127.0.0.1:9762/)" = 10 ]
}

@test "it listens on IPv6, and reports an address that it cannot listen on" {
	serve '[::1]:9762'
	curl -s 'http://[::1]:9762/metrics' | grep -q '^sobig_xdp_up 0$'
	run "$sobig" metrics --listen '[::1]:9762'
	[ "$status" = 1 ]
	[[ $output == *'cannot listen on [::1]:9762: Address already in use'* ]]
	for address in 0 70000 :9762 localhost:9762 ::1:9762 '[::1]' 1.2.3:9 x; do
		run "$sobig" metrics --listen "$address"
		[ "$status" = 2 ]
		[[ $output == *"--listen = \"$address\": expected a port, or a local address"* ]]
	done
}

@test "it continues to serve while daemons start and stop" {
	serve 9762
	curl -s http://127.0.0.1:9762/metrics | grep -q '^sobig_xdp_up 0$'
	start_daemon
	curl -s http://127.0.0.1:9762/metrics | grep -q '^sobig_xdp_up 1$'
	stop_daemon
	curl -s http://127.0.0.1:9762/metrics | grep -q '^sobig_xdp_up 0$'
}

@test "promtool has no complaint" {
	[ -x "$promtool" ] || skip "no promtool: prometheus could not be had; try: scripts/deps test"
	"$sobig" metrics | "$promtool" check metrics
	start_daemon
	"$sobig" metrics | "$promtool" check metrics
}

@test "alerts and dashboard use only existing metrics" {
	start_daemon
	"$sobig" metrics | sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' | sort -u >"$LAB/there"
	grep -oh 'sobig_xdp_[a-z_]*' "$top/scripts/monitoring/prometheus/sobig-xdp.yml" "$top/scripts/monitoring/grafana/sobig-xdp.json" \
		| sort -u >"$LAB/wanted"
	[ "$(wc -l <"$LAB/wanted")" -gt 15 ]
	[ -z "$(comm -13 "$LAB/there" "$LAB/wanted")" ]
}

# ask QUERY: the value of the only series that Prometheus returns.
ask() {
	curl -s --get --data-urlencode "query=$1" http://127.0.0.1:9090/api/v1/query |
		python3 -c 'import json, sys; r = json.load(sys.stdin)["data"]["result"]; print(r[0]["value"][1] if len(r) == 1 else r)'
}

# soon QUERY VALUE
soon() {
	local _ got
	for _ in $(seq 60); do
		got=$(ask "$1" 2>/dev/null) || true
		[ "$got" != "$2" ] || return 0
		sleep 0.25
	done
	echo "$1 is \"$got\", not $2"
	return 1
}

@test "a real Prometheus scrapes each dropped SYN" {
	[ -x "$prometheus" ] || skip "no Prometheus: it could not be had; try: scripts/deps test"
	cat >"$LAB/prometheus.yml" <<-EOF
		global: {scrape_interval: 1s, evaluation_interval: 1s}
		rule_files: ["$top/scripts/monitoring/prometheus/sobig-xdp.yml"]
		scrape_configs:
		  - job_name: sobig-xdp
		    static_configs: [{targets: ["127.0.0.1:9762"]}]
	EOF
	start_server
	serve 9762
	"$prometheus" --config.file="$LAB/prometheus.yml" --storage.tsdb.path="$LAB/tsdb" \
		--web.listen-address=127.0.0.1:9090 --log.level=warn >"$LAB/prometheus.log" 2>&1 3>&- &
	# Before anything is attached, it is scraped, and sobig_xdp_up is 0.
	soon 'up{job="sobig-xdp"}' 1
	soon 'sobig_xdp_up' 0
	soon 'count(ALERTS{alertname="SobigXdpNotAttached", alertstate="pending"})' 1
	start_daemon
	offend $bad 16
	until_blocked $bad
	for _ in 1 2 3; do [ "$(reach $bad)" = silence ]; done
	soon 'sobig_xdp_up' 1
	soon 'sobig_xdp_blocks{family="ipv4"}' 1
	dropped=$("$sobig" status -j | python3 -c 'import json, sys; print(json.load(sys.stdin)["interfaces"][0]["counters"]["dropped"])')
	[ "$dropped" -ge 3 ]
	soon 'sobig_xdp_packets_total{verdict="dropped", interface="mx0"}' "$dropped"
	soon 'sum(sobig_xdp_packets_total{verdict=~"dropped.*"})' "$dropped"
	soon 'sobig_xdp_offences_total{class="virus"}' 16
	soon 'up{job="sobig-xdp"}' 1
	kill -KILL $daemon
	wait $daemon || true
	soon 'count(ALERTS{alertname="SobigXdpNoDaemon", alertstate="pending", interface="mx0"})' 1
}
