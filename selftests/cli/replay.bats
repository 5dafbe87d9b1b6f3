#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# replay of generated days whose true results are known: every figure, for all kinds of log files.

bats_require_minimum_version 1.5.0

ladder=60,120,180,300,600,900,1200,1800
sweep='limit=5..30 window=1m..30m'

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top day=$BATS_FILE_TMPDIR/day TZ=UTC
	mkdir "$day" "$day/rotated" "$day/syslog"
	python3 "$top/selftests/replay/day.py" 200000 "$day/mainlog"
	python3 "$top/selftests/replay/day.py" 200000 "$day/rotated/mainlog" --pieces 5
	python3 "$top/selftests/replay/day.py" 50000 "$day/syslog/mail.log" --syslog
	for policy in storm site; do
		python3 "$top/selftests/replay/truth.py" --conf "$top/selftests/replay/$policy.json" >"$day/$policy.conf"
	done
}

setup() {
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	out=$BATS_TEST_TMPDIR/out.json
	log=$BATS_TEST_TMPDIR/mainlog
}

# truth DAY POLICY [RULE]: compares $out, with the sweep of RULE, with the true figures.
truth() {
	python3 "$top/selftests/replay/truth.py" "$1" "$top/selftests/replay/$2.json" "$out" \
		${3:+--sweep "$3" "$(seq -s, 5 30)" $ladder}
}

# ask EXPRESSION: asserts it about the document d in $out.
ask() {
	python3 -c "import json, sys; d = json.load(open(sys.argv[1])); assert $1, $1" "$out"
}

virus() {
	echo "$1 1xVO3f-00036y-2K H=(h) [$2] F=<s@e> rejected after DATA: This message contains a virus (x)."
}

@test "all figures of the policy of 2003 and of 208 others are correct" {
	"$sobig" replay -c "$day/storm.conf" "$day/mainlog" --sweep "$sweep" -j >"$out"
	run truth "$day/mainlog.truth" storm worm-storm
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *' figures compared, 0 wrong' ]]
	ask '(d["blocked_hosts"] > 100, d["price"] > 10, d["avoided"] > 10000) == (True,) * 3'
}

@test "all figures of several rules with points, repeats and a dry run are correct" {
	"$sobig" replay -c "$day/site.conf" "$day/mainlog" --sweep limit=5..30 window=1m..30m --rule everything -j >"$out"
	run truth "$day/mainlog.truth" site everything
	echo "$output"
	[ "$status" = 0 ]
	ask 'all(r["dry_runs" if r["dry_run"] else "blocked"]["verdicts"] > 10 for r in d["rules"])'
	ask 'max(b["repeats"] for b in d["blocks"]) > 1'
}

# world LEARN [KEY=NUMBER]: counts the defaults over a world, and tells truth.py another number for KEY of the rule strangers.
world() {
	printf '[standing]\nlearn = %s\n' "$1" >"$BATS_TEST_TMPDIR/conf"
	"$sobig" check -c "$BATS_TEST_TMPDIR/conf" -j >"$BATS_TEST_TMPDIR/policy"
	if [ "${2:-}" ]; then
		python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); d["rules"][1][sys.argv[2]] = int(sys.argv[3]); json.dump(d, open(sys.argv[1], "w"))' \
			"$BATS_TEST_TMPDIR/policy" "${2%=*}" "${2#*=}"
	fi
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$BATS_FILE_TMPDIR/world/mainlog" -j >"$out"
	run python3 "$top/selftests/replay/truth.py" "$BATS_FILE_TMPDIR/world/columns" "$BATS_TEST_TMPDIR/policy" "$out"
	echo "$output"
}

@test "all figures of the defaults, with standing, networks and both brakes, are correct over a world of mail" {
	python3 "$top/selftests/replay/worlds.py" --world net48 --seed 3 --days 5 --out "$BATS_FILE_TMPDIR/world"
	python3 "$top/selftests/replay/truth.py" --world "$BATS_FILE_TMPDIR/world" "$BATS_FILE_TMPDIR/world/columns"
	for learn in 3d 0d; do
		world $learn
		[ "$status" = 0 ]
		[[ $output == *' figures compared, 0 wrong' ]]
		ask '(d["blocked_networks"] > 0, d["avoided"] > 1000) == (True, True)'
	done
	# A number that differs is found.
	world 0d limit=9
	[ "$status" = 1 ]
	world 0d again=0
	[ "$status" = 1 ]
}

@test "a wrong figure is detected" {
	"$sobig" replay -c "$day/storm.conf" --limit 16 "$day/mainlog" -j >"$out"
	run truth "$day/mainlog.truth" storm
	[ "$status" = 1 ]
}

@test "the sweep's cell of the configured values equals the replay" {
	"$sobig" replay -c "$day/storm.conf" "$day/mainlog" --sweep "$sweep" -j >"$out"
	ask '[(c["avoided"], c["price"], c["hosts"], c["paying_hosts"]) for c in d["sweep"] if (c["limit"], c["window"]) == (15, 300)] == [(d["avoided"], d["price"], d["blocked_hosts"], d["paying_hosts"])]'
	"$sobig" replay -c "$day/storm.conf" --limit 7 --window 11m --for 20m "$day/mainlog" --sweep "$sweep" -j >"$out"
	ask '[(c["avoided"], c["price"], c["hosts"], c["paying_hosts"]) for c in d["sweep"] if (c["limit"], c["window"]) == (7, 660)] == [(d["avoided"], d["price"], d["blocked_hosts"], d["paying_hosts"])]'
}

# alone RULE: a configuration in which no other rule is enabled, and no brake withholds a block.
alone() {
	local rule
	printf '[brake]\nknown-senders = off\n'
	for rule in $("$sobig" check -c /dev/null -j | jq -r '.rules[].name'); do
		[ "$rule" = "$1" ] || printf '[rule %s]\nenabled = no\n' "$rule"
	done
}

@test "a sweep judges by standing: its cell of the configured values equals a replay with that rule alone" {
	for world in earners forwarders; do
		python3 "$top/selftests/replay/worlds.py" --world $world --seed 3 --days 6 --out "$BATS_TEST_TMPDIR/$world"
		for rule in worm-storm strangers known-senders password-guessing; do
			alone $rule >"$BATS_TEST_TMPDIR/conf"
			values=$("$sobig" check -c "$BATS_TEST_TMPDIR/conf" -j | jq -r ".rules[] | select(.name == \"$rule\") | \"limit=\\(.limit) window=\\(.window)s\"")
			"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$BATS_TEST_TMPDIR/$world/mainlog" --rule $rule --sweep "$values" -j >"$BATS_TEST_TMPDIR/$world.$rule"
			out=$BATS_TEST_TMPDIR/$world.$rule
			ask '[(c["blocks"], c["hosts"], c["avoided"], c["price"], c["paying_hosts"]) for c in d["sweep"]] == [(sum(not b["dry_run"] for b in d["blocks"]), d["blocked_hosts"], d["avoided"], d["price"], d["paying_hosts"])]'
		done
	done
	# Strangers are blocked by the rule for them, known senders by theirs, and good mail is delayed.
	[ "$(jq -c '.sweep[0] | [.hosts > 100, .known_hosts]' "$BATS_TEST_TMPDIR/earners.strangers")" = '[true,0]' ]
	[ "$(jq -c '.sweep[0] | [.hosts > 3, .hosts == .known_hosts, .avoided == .known_avoided]' "$BATS_TEST_TMPDIR/earners.known-senders")" = '[true,true,true]' ]
	[ "$(jq -c '.sweep[0] | [.price > 10, .known_price]' "$BATS_TEST_TMPDIR/forwarders.strangers")" = '[true,0]' ]
}

@test "known senders have a table of their own in a sweep, and maps in the page" {
	for day in 02 03 04 05; do
		for second in $(seq 10 29); do
			echo "2026-03-$day 10:20:$second +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300"
		done
		for second in 10 11 12 13; do virus "2026-03-$day 11:22:$second +0000" 203.0.113.9; done
	done >"$log"
	for second in 10 11 12 13; do virus "2026-03-05 12:22:$second +0000" 198.51.100.7; done >>"$log"
	echo '2026-03-05 12:23:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300' >>"$log"
	run "$sobig" replay "$log" --sweep 'limit=3..4 window=5m' --html "$BATS_TEST_TMPDIR/page"
	echo "$output"
	[[ $output == *'Known senders in this sweep: how many would have been blocked, and messages of theirs delayed'* ]]
	[[ $(sed -n '/^Known senders/,$p' <<<"$output") == *$'\n        3  1 1 \n        4  0 0 '* ]]
	grep -q '<h3>Known senders</h3>' "$BATS_TEST_TMPDIR/page"
	grep -q 'title="more than 3 in 5m: 0 offences of known senders avoided, 1 accepted message delayed"' "$BATS_TEST_TMPDIR/page"
	grep -q 'title="more than 4 in 5m: 0 offences of known senders avoided, 0 accepted messages delayed"' "$BATS_TEST_TMPDIR/page"
	# Of strangers only, there is nothing to tell apart.
	sed -i '/198.51.100.7/d' "$log"
	run "$sobig" replay "$log" --sweep 'limit=3..4 window=5m' --html "$BATS_TEST_TMPDIR/page"
	[[ $output == *'no known sender would have been blocked'* ]]
	! grep -q '<h3>Known senders</h3>' "$BATS_TEST_TMPDIR/page"
}

@test "a rule for networks is not swept, since a sweep judges hosts" {
	virus '2003-08-24 11:22:33 +0000' 198.51.100.7 >"$log"
	run --separate-stderr "$sobig" replay "$log" --sweep limit=5..9 --rule networks
	[ "$status" = 2 ]
	[ -z "$output" ]
	[[ $stderr == *'--rule = "networks": it judges networks; expected a rule for hosts'* ]]
}

@test "rotated and compressed logs are read in the order of their times, however they are ordered on the command line" {
	cd "$day/rotated"
	"$sobig" replay -c "$day/storm.conf" mainlog mainlog.3.gz mainlog.1 mainlog.4.gz mainlog.2.gz -j >"$out"
	ask '[f["name"] for f in d["files"]] == ["mainlog.4.gz", "mainlog.3.gz", "mainlog.2.gz", "mainlog.1", "mainlog"]'
	truth mainlog.truth storm
}

@test "standard input is sorted by time like other logs" {
	cat "$day/mainlog" | "$sobig" replay -c "$day/storm.conf" - -j >"$out"
	truth "$day/mainlog.truth" storm
	cd "$day/rotated"
	zcat mainlog.3.gz | "$sobig" replay -c "$day/storm.conf" mainlog mainlog.2.gz - mainlog.4.gz mainlog.1 -j >"$out"
	ask 'd["files"][1]["name"] == "standard input"'
	truth mainlog.truth storm
	"$sobig" replay -c "$day/storm.conf" mainlog - <mainlog.3.gz mainlog.2.gz mainlog.4.gz <(cat mainlog.1) -j >"$out"
	truth mainlog.truth storm
}

@test "a syslog file is replayed like a main log" {
	"$sobig" replay -c "$day/storm.conf" "$day/syslog/mail.log" -j >"$out"
	truth "$day/syslog/mail.log.truth" storm
}

@test "NDJSON has the same data, one document per line" {
	"$sobig" replay -c "$day/storm.conf" "$day/mainlog" --sweep "$sweep" -j >"$out"
	"$sobig" replay -c "$day/storm.conf" "$day/mainlog" --sweep "$sweep" --ndjson >"$out.lines"
	python3 - "$out" "$out.lines" <<-'EOF'
		import json, sys
		whole = json.load(open(sys.argv[1]))
		lines = [json.loads(line) for line in open(sys.argv[2])]
		for name, kind in (("blocks", "replay-block"), ("payers", "replay-payer"), ("steps", "replay-step"), ("sweep", "replay-cell")):
		    entries = [line for line in lines if line.get("kind") == kind]
		    for entry in entries:
		        assert (entry.pop("kind"), entry.pop("shape")) == (kind, whole["shape"])
		    assert entries and entries == whole.pop(name), name
		assert whole.pop("settings") == []  # of --advise
		assert lines[0] == whole
	EOF
}

@test "each message that a host sends while blocked counts as price, and no other" {
	for second in 10 11 12 13; do virus "2003-08-24 11:22:$second +0000" 198.51.100.7; done >"$log"
	cat >>"$log" <<-'EOF'
		2003-08-24 11:23:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300
		2003-08-24 11:23:01 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.8] P=esmtp S=300
		2003-08-24 11:23:02 +0000 H=(h) [198.51.100.7] F=<s@e> rejected RCPT <a@b>: Unrouteable address
		2003-08-24 11:32:12 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300
		2003-08-24 11:32:13 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300
	EOF
	printf '[rule strangers]\nenabled = no\n' >"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 10m "$log" -j >"$out"
	ask '(d["offences"], d["avoided"], d["arrivals"], d["price"]) == (5, 1, 4, 2)'
	ask '[(b["address"], b["since"], b["until"]) for b in d["blocks"]] == [("198.51.100.7", "2003-08-24T11:22:13Z", "2003-08-24T11:32:13Z")]'
	run "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 10m "$log"
	[[ $output == *'avoided   1 of 5 offences (20.0 %) would never have reached exim'* ]]
	[[ $output == *'price     2 accepted messages (50.0 %), of 1 host, would have been delayed'* ]]
}

@test "a delayed message is lost only if its block lasts for four more days" {
	for second in 10 11 12 13; do virus "2003-08-24 11:22:$second +0000" 198.51.100.7; done >"$log"
	for time in '24 11:23:00' '27 11:22:13' '27 11:22:14' '30 11:00:00'; do
		echo "2003-08-$time +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.7] P=esmtp S=300"
	done >>"$log"
	printf '[standing]\nenabled = no\n[rule strangers]\nenabled = no\n[rule worm-storm]\nmax = 30d\n' >"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 7d "$log" -j >"$out"
	ask '(d["price"], d["lost"], d["payers"][0]["lost"], d["rules"][0]["blocked"]["lost"]) == (4, 2, 2, 2)'
	run "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 7d "$log"
	[[ $output == *'price     4 accepted messages (100.0 %), of 1 host, would have been delayed'* ]]
	[[ $output == *'lost      2 of them: the block would have lasted for 4 more days'* ]]
	# The same messages behind a short block are late, not lost; and a dry run loses what a block would.
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 4d "$log" -j >"$out"
	ask '(d["price"], d["lost"]) == (3, 0)'
	printf 'dry-run = yes\n' >>"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 --for 7d "$log" -j >"$out"
	ask '(d["lost"], [r["dry_runs"]["lost"] for r in d["rules"] if r["name"] == "worm-storm"]) == (0, [2])'
}

@test "a class that accuses good senders is named with the time for which it was off, and no other class is" {
	for host in 1 2 3 4 5; do
		for second in 10 11 12 13 14 15 16 17 18 19; do
			echo "2003-08-24 10:2$host:$second +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.$host.7] P=esmtp S=300"
		done
	done >"$log"
	# Two days later the senders are clean; three of five are accused by the same list, one of a virus.
	for host in 1 2 3 4; do echo "2003-08-26 09:0$host:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.$host.7] P=esmtp S=300"; done >>"$log"
	virus '2003-08-26 09:05:00 +0000' 198.51.4.7 >>"$log"
	for host in 1 2 3; do
		echo "2003-08-26 09:0$((host + 5)):00 +0000 H=(h) [198.51.$host.7] F=<s@e> rejected RCPT <x@y>: 198.51.$host.7 is in a black list at zen.spamhaus.org"
	done >>"$log"
	echo '2003-08-26 09:09:00 +0000 H=(h) [203.0.113.9] F=<s@e> rejected RCPT <x@y>: 203.0.113.9 is in a black list at zen.spamhaus.org' >>"$log"
	"$sobig" replay "$log" -j >"$out"
	ask 'd["classes_off"] == [{"class": "dnsbl", "from": "2003-08-26T09:08:00Z", "until": "2003-08-26T10:08:00Z", "offences": 2}]'
	run "$sobig" replay "$log"
	[[ $output == *'class     dnsbl was off from 2003-08-26 09:08:00 to 2003-08-26 10:08:00: 2 offences did not count'* ]]
	sed -i '/198.51.3.7.*black list/d' "$log"
	"$sobig" replay "$log" -j >"$out"
	ask 'd["classes_off"] == []'
}

@test "allowed addresses are not blocked; host names are not looked up, with a warning" {
	for second in 10 11 12 13; do virus "2003-08-24 11:22:$second +0000" 198.51.100.7; done >"$log"
	printf '[allow]\naddress = 198.51.100.0/24\nhost = mx.example\n' >"$BATS_TEST_TMPDIR/conf"
	run --separate-stderr "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 "$log"
	[[ $output == *'4 offences of allowed hosts'*'blocked   none'* ]]
	[[ $stderr == *'does not look up host names in the allow list (1)'* ]]
	printf '# our own\n198.51.100.7 # a customer\nmx.example\nmx2.example\n' >"$BATS_TEST_TMPDIR/list"
	printf '[allow]\nfile = %s\n' "$BATS_TEST_TMPDIR/list" >"$BATS_TEST_TMPDIR/conf"
	run --separate-stderr "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 "$log"
	[[ $output == *'4 offences of allowed hosts'*'blocked   none'* ]]
	[[ $stderr == *'does not look up host names in the allow list (2)'* ]]
	printf '[allow]\naddress = 198.51.100.0/29\n' >"$BATS_TEST_TMPDIR/conf"
	virus "2003-08-24 11:22:20 +0000" 198.51.100.8 >>"$log"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 "$log" --sweep limit=1..3 -j >"$out"
	ask '(d["allowed_offences"], sum(c["blocks"] for c in d["sweep"])) == (4, 0)'
}

@test "the brake withholds blocks of known senders, and not those of strangers" {
	# An offence of another class each, so that no class is switched off.
	texts=('' 'Unrouteable address' 'relay not permitted' 'spam' 'Sender verify failed')
	for host in 1 2 3 4; do
		for second in 10 11 12 13 14 15 16 17 18 19; do
			echo "2003-08-24 10:2$host:$second +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.$host] P=esmtp S=300"
		done
		echo "2003-08-24 10:3$host:10 +0000 H=(h) [198.51.100.$host] F=<s@e> rejected RCPT <x@y>: ${texts[host]}"
		for second in 10 11 12 13; do
			virus "2003-08-24 11:2$host:$second +0000" 198.51.100.$host
			virus "2003-08-24 11:2$host:$second +0000" 203.0.113.$host
		done
	done | sort >"$log"
	printf '[brake]\nknown-senders = 1/h\n' >"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 "$log" -j >"$out"
	ask '(d["brake"]["limit"], d["brake"]["engaged_at"], d["brake"]["withheld"]) == (1, "2003-08-24T11:22:13Z", 3)'
	ask 'sorted(b["address"] for b in d["blocks"] if b["rule"] == "worm-storm" and not b["dry_run"]) == ["198.51.100.1", "203.0.113.1", "203.0.113.2", "203.0.113.3", "203.0.113.4"]'
	run "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" --limit 3 "$log"
	[[ $output == *'brake     engaged at 2003-08-24 11:22:13: known senders were about to be blocked, more than 1 in an hour or too much of the mail; 3 such blocks were dry runs'* ]]
}

@test "a blocked network is shown as one; its members and its good senders are not called blocked" {
	printf '[standing]\nlearn = 1d\n[rule small]\nclass = virus\nlimit = 4\nwindow = 1h\nblock = 1h\nnetwork = /24\nfor = strangers\nhosts = 3\n' >"$BATS_TEST_TMPDIR/conf"
	for rule in worm-storm strangers known-senders networks small-networks; do printf '[rule %s]\nenabled = no\n' $rule; done >>"$BATS_TEST_TMPDIR/conf"
	storm() {
		for host in 1 2 3 4 5 6; do virus "2003-08-$1 11:22:0$host +0000" 198.51.100.$host; done
		echo "2003-08-$1 11:30:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.77] P=esmtp S=300"
		virus "2003-08-$1 11:31:00 +0000" 198.51.101.1
	}
	storm 24 >"$log"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log" -j >"$out"
	ask '[(b["address"], b["host"], b["dry_run"], b["learning"], b["braked"]) for b in d["blocks"]] == [("198.51.100.0/24", "198.51.100.5", True, True, False)]'
	ask '(d["blocked_networks"], d["avoided"], d["rules"][-1]["dry_runs"]) == (0, 0, {"verdicts": 1, "hosts": 1, "avoided": 1, "price": 1, "lost": 0})'
	run "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log"
	[[ $output == *'1 of the verdicts are dry runs because standing needs more than 1 day of log'* ]]
	storm 25 | sed 's/\.100\./.102./' >>"$log"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log" -j >"$out"
	ask '[(b["address"], b["host"]) for b in d["blocks"] if not b["dry_run"]] == [("198.51.102.0/24", "198.51.102.5")]'
	ask '(d["hosts"], d["blocked_hosts"], d["blocked_networks"], d["avoided"], d["price"]) == (13, 0, 1, 1, 1)'
	ask '[(p["address"], p["blocks"], p["first_blocked"], p["rule"]) for p in d["payers"]] == [("198.51.102.77", 0, None, None)]'
	ask '[n["blocked"] for n in d["top_networks"]] == [0, 0]'
	run "$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log"
	[[ $output == *'1 of these blocks are of networks'*'198.51.102.77 '*'its network was blocked'* ]]
	[[ $output != *1970* ]]
}

@test "the block of a /28 avoids nothing of its neighbour" {
	printf '[standing]\nlearn = 0d\n[rule small]\nclass = virus\nlimit = 4\nwindow = 1h\nblock = 1h\nnetwork = /28\nfor = strangers\nhosts = 3\n' >"$BATS_TEST_TMPDIR/conf"
	for rule in worm-storm strangers known-senders networks small-networks; do printf '[rule %s]\nenabled = no\n' $rule; done >>"$BATS_TEST_TMPDIR/conf"
	for host in 1 2 3 4 5 6 20; do virus "2003-08-24 11:22:$((host + 10)) +0000" 198.51.100.$host; done >"$log"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log" -j >"$out"
	ask '([b["address"] for b in d["blocks"]], d["blocked_networks"], d["avoided"]) == (["198.51.100.0/28"], 1, 1)'
}

@test "no privilege is needed" {
	[ "$(id -u)" = 0 ] || skip "not root: all tests here run without privilege"
	cp "$sobig" "$BATS_TEST_TMPDIR/sobig-xdp"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" "$BATS_TEST_TMPDIR/sobig-xdp"
	virus "2003-08-24 11:22:33 +0000" 198.51.100.7 |
		setpriv --reuid=65534 --regid=65534 --clear-groups "$BATS_TEST_TMPDIR/sobig-xdp" replay -
}

@test "an empty log is not an error" {
	run --separate-stderr "$sobig" replay /dev/null --sweep "$sweep" --html "$BATS_TEST_TMPDIR/page"
	[ "$status" = 0 ]
	[[ $output == '0 lines in 1 log, no offences and no accepted messages'* ]]
	[ -z "$stderr" ]
	"$sobig" replay /dev/null -j >"$out"
	ask '(d["lines"], d["from"], d["blocks"]) == (0, None, [])'
}

@test "an unreadable file is named before anything is counted" {
	run --separate-stderr "$sobig" replay "$day/mainlog" /no/such/file
	[ "$status" = 1 ]
	[ -z "$output" ]
	[[ $stderr == *'cannot read "/no/such/file": '* ]]
	run "$sobig" replay "$BATS_TEST_TMPDIR"
	[ "$status" = 1 ]
}

@test "a truncated .gz is reported, and the rest is counted" {
	cd "$day/rotated"
	head -c -2000 mainlog.2.gz >"$BATS_TEST_TMPDIR/mainlog.2.gz"
	run --separate-stderr "$sobig" replay -j mainlog mainlog.1 "$BATS_TEST_TMPDIR/mainlog.2.gz" mainlog.3.gz mainlog.4.gz
	[ "$status" = 1 ]
	[[ $stderr == *'mainlog.2.gz" to its end: it is truncated'* ]]
	echo "$output" >"$out"
	ask '[f["complete"] for f in d["files"]] == [True, True, False, True, True]'
	ask '199000 < d["lines"] < 200000'
}

@test "a log that is given twice is read once; overlapping logs are reported" {
	run --separate-stderr "$sobig" replay -j "$day/rotated/mainlog" "$day/rotated/../rotated/mainlog"
	[[ $stderr == *'is given twice and is read once'* ]]
	echo "$output" >"$out"
	ask 'len(d["files"]) == 1'
	run --separate-stderr "$sobig" replay "$day/mainlog" "$day/rotated/mainlog.1"
	[[ $stderr == *'begins before the end of the previous log'* ]]
}

@test "an invalid sweep exits with 2 and shows a valid one" {
	for text in 'limit=9..5' 'limit=0..5' 'limit=5..1001' 'limit=..5' 'limit=5..' 'limit=a..b' 'window=5..9' 'window=1m..8d' \
		'window=30m..1m' 'limit=5..9 limit=1..2' 'height=1..2' '' ' ' 'limit=5...9' 'limit=-1..5' 'limit=5..9,window=1m..2m'; do
		run "$sobig" replay "$day/mainlog" --sweep "$text"
		echo "$text: $output"
		[ "$status" = 2 ]
		[[ $output == *'--sweep = "'"$text"'": expected'* ]]
	done
	run "$sobig" replay "$day/mainlog" --rule worm-storm
	[ "$status" = 2 ]
	run "$sobig" replay "$day/mainlog" --sweep limit=5 --rule worm-strom
	[ "$status" = 2 ]
	[[ $output == *'worm-storm'* ]]
	run "$sobig" replay
	[ "$status" = 2 ]
}

@test "a sweep's steps include its ends and the rule's own values, and are not too many" {
	virus "2003-08-24 11:22:33 +0000" 198.51.100.7 >"$log"
	"$sobig" replay "$log" --sweep 'limit=1..1000 window=1s..7d' -j >"$out"
	ask '(lambda l, w: (l[0], l[-1], 15 in l, len(l) <= 26, w[0], w[-1], 300 in w, len(w) <= 12))(sorted({c["limit"] for c in d["sweep"]}), sorted({c["window"] for c in d["sweep"]})) == (1, 1000, True, True, 1, 604800, True, True)'
	"$sobig" replay "$log" --sweep limit=3 -j >"$out"
	ask '[(c["limit"], c["window"]) for c in d["sweep"]] == [(3, 300)]'
	"$sobig" replay "$log" --sweep window=61s..62s -j >"$out"
	ask '[(c["limit"], c["window"]) for c in d["sweep"]] == [(15, 61), (15, 62)]'
}

unknown() {
	echo "2003-08-24 $1 +0000 H=(h) [$2] F=<s@e> rejected RCPT <a@b>: Unrouteable address"
}

# best PAGE: the pairs in its list of the best, with the number of hosts that each blocks.
best() {
	python3 - "$1" <<-'EOF'
		import re, sys
		found = re.findall(r'<td class="[^"]* best" title="more than (\d+) in (\w+): .*? delayed, (\d+) hosts?', open(sys.argv[1]).read())
		print(*(f"{limit}/{window}/{hosts}" for limit, window, hosts in found))
	EOF
}

@test "of pairs with equal results, the page shows the one that blocks fewest hosts, then the highest limit, then the shortest window" {
	printf '[rule weighed]\nclass = virus:3, unknown-user\nlimit = 6\nwindow = 5m\nblock = 1h\n' >"$BATS_TEST_TMPDIR/conf"
	for second in 10 11 12 13 14; do virus "2003-08-24 11:22:$second +0000" 198.51.100.7; done >"$log"
	# The third offence of three points is too many for 6, 7 and 8, and for each window alike.
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log" --rule weighed --sweep 'limit=6..9 window=1m..30m' --html "$out" >/dev/null
	[ "$(best "$out")" = 8/1m/1 ]
	# With an offence twelve minutes earlier, the third also exceeds 9 within a quarter of an hour; but that also blocks a
	# slow host, without any gain.
	{
		unknown 11:10:10 198.51.100.7
		for second in 10 11 12 13; do virus "2003-08-24 11:22:$second +0000" 198.51.100.7; done
		for time in 40:00 40:01 40:02 40:03 46:00 46:01 46:02; do unknown 11:$time 198.51.100.9; done
		virus '2003-08-24 11:52:30 +0000' 198.51.100.9
	} >"$log"
	"$sobig" replay -c "$BATS_TEST_TMPDIR/conf" "$log" --rule weighed --sweep 'limit=8..9 window=1m..30m' --html "$out" >/dev/null
	grep -q 'more than 9 in 30m: 1 of 13 offences avoided, 0 accepted messages of 0 hosts delayed, 2 hosts blocked' "$out"
	[ "$(best "$out")" = 8/1m/1 ]
}

@test "the page is complete and self-contained, and untrusted text in it is escaped" {
	ln -s "$day/mainlog" "$BATS_TEST_TMPDIR/<script>\"&'.log"
	page=$BATS_TEST_TMPDIR/page.html
	(cd "$BATS_TEST_TMPDIR" && "$sobig" replay -c "$day/site.conf" ./*script*.log --sweep "$sweep" --html page.html >/dev/null)
	python3 - "$page" <<-'EOF'
		import sys
		from html.parser import HTMLParser

		class Balance(HTMLParser):
		    def __init__(self):
		        super().__init__(convert_charrefs=True)
		        self.open, self.seen, self.words = [], {}, ""
		    def handle_starttag(self, tag, attributes):
		        self.seen[tag] = self.seen.get(tag, 0) + 1
		        for name, value in attributes:
		            assert name not in ("src", "href", "onload", "onclick"), (tag, name)
		        if tag not in ("meta", "br"):
		            self.open.append(tag)
		    def handle_startendtag(self, tag, attributes):
		        self.seen[tag] = self.seen.get(tag, 0) + 1
		    def handle_endtag(self, tag):
		        assert self.open.pop() == tag, (tag, self.getpos())
		    def handle_data(self, data):
		        self.words += data

		text = open(sys.argv[1], encoding="ascii").read()
		page = Balance()
		page.feed(text)
		page.close()
		assert not page.open, page.open
		for tag in ("script", "link", "img", "iframe", "object", "embed"):
		    assert tag not in page.seen, tag
		for word in ("http:", "https:", "url(", "@import", "<script", "javascript"):
		    assert word not in text.lower(), word
		assert page.seen["svg"] == 3 and page.seen["desc"] == 3 and page.seen["title"] > 3
		assert "<script>\"&'.log" in page.words
		assert text.rstrip().endswith("</html>")
	EOF
	[ "$(stat -c %a "$page")" = "$(printf '%o' $((0666 & ~$(umask))))" ]
	run "$sobig" replay "$day/mainlog" --html /no/such/folder/page.html
	[ "$status" = 1 ]
	[[ $output == *'cannot write "/no/such/folder/page.html": '* ]]
}

# at SECOND PORT TIMES [WORDS]: offences, or with WORDS accepted mail, of one host by a port that exim logged.
at() {
	local _
	for _ in $(seq "$3"); do
		printf '2003-08-24 11:22:%02u +0000 1xVO3g-00036y-2K %sH=(h) [198.51.100.7]:4711 I=[192.0.2.25]:%u %s\n' "$1" \
			"${4:+<= s@e }" "$2" "${4:-F=<s@e> rejected after DATA: This message contains a virus (x).}"
	done
}

@test "what comes by a port that a block leaves open is neither avoided nor a price" {
	{
		at 1 25 16
		at 2 25 4
		at 2 587 10
		at 3 25 2 'P=esmtp S=300'
		at 3 587 3 'P=esmtp S=300'
		at 4 465 1
	} >"$BATS_TEST_TMPDIR/log"
	"$sobig" replay -j "$BATS_TEST_TMPDIR/log" --sweep 'limit=15' >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '[.offences, .avoided, .arrivals, .price]' "$BATS_TEST_TMPDIR/json")" = '[31,4,5,2]' ]
	[ "$(jq -c '.sweep[0] | [.avoided, .price]' "$BATS_TEST_TMPDIR/json")" = '[4,2]' ]
	printf '[rule worm-storm]\nports = 25, 587\n' >"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -j "$BATS_TEST_TMPDIR/log" -c "$BATS_TEST_TMPDIR/conf" --sweep 'limit=15' >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '[.offences, .avoided, .arrivals, .price]' "$BATS_TEST_TMPDIR/json")" = '[31,14,5,5]' ]
	[ "$(jq -c '.sweep[0] | [.avoided, .price]' "$BATS_TEST_TMPDIR/json")" = '[14,5]' ]
	# The offences by the open port count on, and close it where their rule does.
	{
		at 1 25 16
		at 2 587 16
		at 3 25 1
	} >"$BATS_TEST_TMPDIR/log"
	printf '[rule strangers]\nenabled = no\n' >"$BATS_TEST_TMPDIR/conf"
	"$sobig" replay -j "$BATS_TEST_TMPDIR/log" -c "$BATS_TEST_TMPDIR/conf" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '[.avoided, .blocks_count // (.blocks | length)]' "$BATS_TEST_TMPDIR/json")" = '[1,2]' ]
	# Without a port, everything counts as before.
	sed -i 's/ I=\[192.0.2.25\]:[0-9]*//' "$BATS_TEST_TMPDIR/log"
	"$sobig" replay -j "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c .avoided "$BATS_TEST_TMPDIR/json")" = 17 ]
}
