#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# replay --advise: what it advises, how it is tested, and when it says that it cannot tell.

bats_require_minimum_version 1.5.0

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top world=$BATS_FILE_TMPDIR/world TZ=UTC
	python3 "$top/selftests/replay/worlds.py" --world botnet --seed 3 --days 7 --out "$world"
	export advice=$BATS_FILE_TMPDIR/advice.json
	"${SOBIG_BUILD:-$top/build}/sobig-xdp" replay -c /dev/null --advise "$world/mainlog" -j >"$advice" 2>"$advice.words"
	jq -j .advice.configuration "$advice" >"$BATS_FILE_TMPDIR/advice.conf"
}

setup() {
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	conf=$BATS_FILE_TMPDIR/advice.conf
	log=$BATS_TEST_TMPDIR/mainlog
	own=$BATS_TEST_TMPDIR/own.conf
	: >"$own"
}

# The tests without it run the same threads.
need_speed() {
	[ "${SAN-}" != thread ] || skip 'a hundred passes of a world take minutes under ThreadSanitizer'
}

# advise LOG [OPTION...]: prints what --advise says of it with the configuration $own, as JSON.
advise() {
	"$sobig" replay -c "$own" --advise -j "$@" 2>/dev/null | jq -c .advice
}

# day DATE: a day with a storm of strangers, whose share of good mail comes from others.
day() {
	local host hour
	for hour in 08 09 10 11; do
		for host in 1 2 3 4 5 6 7; do
			for second in 10 20 30; do
				echo "$1 $hour:0$host:$second +0000 1xVO3f-00036y-2K H=(h) [198.51.100.$host] F=<s@e> rejected after DATA: This message contains a virus (x)."
			done
			echo "$1 $hour:2$host:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [203.0.113.$host] P=esmtp S=300"
		done
	done
}

@test "advised_configuration_loads" {
	[ "$(jq -r .advice.outcome "$advice")" = confirmed ]
	grep -q '^\[rule strangers\]$' "$conf"
	run --separate-stderr "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	# It changes what the advice says, and nothing else.
	"$sobig" check -c /dev/null -j | jq '.rules | map(del(.limit, .window))' >"$BATS_TEST_TMPDIR/before"
	"$sobig" check -c "$conf" -j | jq '.rules | map(del(.limit, .window))' >"$BATS_TEST_TMPDIR/after"
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	! cmp <("$sobig" check -c /dev/null -j | jq .rules) <("$sobig" check -c "$conf" -j | jq .rules)
}

@test "a_rule_whose_numbers_make_no_difference_is_not_in_the_advice" {
	# Nobody guesses passwords here, though the rules for strangers are varied together; and no IPv6 network offends.
	for date in 02 03; do day 2026-03-$date; done >"$log"
	printf '[standing]\nlearn = 0d\n' >"$own"
	advise "$log" --price 50% >"$BATS_TEST_TMPDIR/said"
	[ "$(jq -r .configuration "$BATS_TEST_TMPDIR/said")" = $'[rule strangers]\nlimit = 4\n[rule networks]\nlimit = 20' ]
}

@test "advice_is_tested_on_days_that_did_not_choose_it" {
	need_speed
	jq -e '.advice | .choosing.days == ["2026-03-05", "2026-03-06"] and .testing.days == ["2026-03-07", "2026-03-08"] and .learning_days == 3' "$advice"
	# Whatever happens on the testing days, the same is chosen: here, the last two are all good mail but one offence.
	grep -v '^2026-03-0[78].*\(rejected\|failed\|error\|unexpected\)' "$world/mainlog" >"$log"
	grep '^2026-03-08.*rejected' "$world/mainlog" | tail -1 >>"$log"
	advise "$log" >"$BATS_TEST_TMPDIR/other"
	[ "$(jq -r .outcome "$BATS_TEST_TMPDIR/other")" = not-confirmed ]
	[[ $(jq -r .reason "$BATS_TEST_TMPDIR/other") == 'Not confirmed: on the days that did not choose it, it does no better'* ]]
	diff <(jq '.choosing, .configuration' "$BATS_TEST_TMPDIR/other") <(jq '.advice | .choosing, .configuration' "$advice")
}

@test "advice_has_the_figures_that_a_replay_and_a_policy_of_its_own_count_on_each_half" {
	need_speed
	run python3 "$top/selftests/replay/advice.py" "$sobig" "$world"
	echo "$output"
	[ "$status" = 0 ]
	[[ $output == *'0 wrong' ]]
	# A wrong figure is found, on either half.
	for half in choosing testing; do
		printf '#!/bin/sh\n"%s" "$@" | jq "if .advice then .advice.%s.advised.avoided += 1 else . end"\n' "$sobig" $half >"$BATS_TEST_TMPDIR/wrong"
		chmod 755 "$BATS_TEST_TMPDIR/wrong"
		run python3 "$top/selftests/replay/advice.py" "$BATS_TEST_TMPDIR/wrong" "$world"
		[ "$status" = 1 ]
		[[ $output == *"advised, $half: replay: is "* ]]
		[[ $output == *"advised, $half: truth: is "* ]]
	done
}

@test "advice_never_exceeds_the_price_on_the_choosing_half" {
	need_speed
	local price before=0
	for price in 0.05% 0.3% 100%; do
		"$sobig" replay -c "$own" --advise --price $price "$world/mainlog" -j 2>/dev/null >"$BATS_TEST_TMPDIR/$price"
		jq -e --argjson most "${price%\%}" '.advice.choosing | .advised.price * 100 <= .arrivals * $most' "$BATS_TEST_TMPDIR/$price"
		# No setting that was tried avoids more at this price, by more than a tie.
		jq -e --argjson most "${price%\%}" '.advice.choosing as $of | [.settings[].choosing | select(.price * 100 <= $of.arrivals * $most) | .avoided] | max <= $of.advised.avoided + $of.offences / 1000' \
			"$BATS_TEST_TMPDIR/$price"
		# The higher the price, the more is avoided.
		jq -e ".advice.choosing.advised.avoided >= $before" "$BATS_TEST_TMPDIR/$price"
		before=$(jq .advice.choosing.advised.avoided "$BATS_TEST_TMPDIR/$price")
	done
	# The neighbour: at any price, one costs more than a twentieth of a percent.
	jq -e '.advice.choosing | .advised.price * 100 > .arrivals * 0.05' "$BATS_TEST_TMPDIR/100%"
}

@test "who_follows_the_advice_is_told_that_nothing_is_better" {
	need_speed
	cp "$conf" "$own"
	advise "$world/mainlog" >"$BATS_TEST_TMPDIR/said"
	jq -e '.outcome == "nothing-better" and .configuration == null and .testing.advised == null' "$BATS_TEST_TMPDIR/said"
	[[ $(jq -r .reason "$BATS_TEST_TMPDIR/said") == 'Nothing is better than what is configured'* ]]
	# What is configured does what was advised.
	[ "$(jq -c .testing.configured "$BATS_TEST_TMPDIR/said")" = "$(jq -c .advice.testing.advised "$advice")" ]
}

@test "too_few_days_gets_no_advice" {
	need_speed
	day 2026-03-02 >"$log"
	printf '[standing]\nlearn = 0d\n' >"$own"
	advise "$log" --price 50% >"$BATS_TEST_TMPDIR/said"
	jq -e '[.outcome, .configuration, .choosing.advised] == ["too-few-days", null, null]' "$BATS_TEST_TMPDIR/said"
	[ "$(jq -r .reason "$BATS_TEST_TMPDIR/said")" = 'No advice: 1 day of log; expected at least 2, to choose on one and to test on the other' ]
	# The neighbour: a second day is enough.
	day 2026-03-03 >>"$log"
	[ "$(advise "$log" --price 50% | jq -r '.outcome | test("confirmed|better")')" = true ]
	# Days on which standing is learned do not count.
	printf '[standing]\nlearn = 1d\n' >"$own"
	[ "$(advise "$log" --price 50% | jq -r .reason)" = \
		'No advice: 1 day of log left after 1 on which standing had too few days of log; expected at least 2, to choose on one and to test on the other' ]
	: >"$own"
	[ "$(advise "$log" --price 50% | jq -c '[.outcome, .learning_days]')" = '["too-few-days",2]' ]
	[ "$(advise /dev/null | jq -r .outcome)" = too-few-days ]
	run --separate-stderr "$sobig" replay -c "$own" --advise "$log"
	[ "$status" = 0 ]
	[[ $output == *$'\nNo advice: 0 days of log left after 2 '* ]]
	[[ $output != *'[rule '* ]]
}

@test "a_half_without_offences_or_with_too_little_mail_gets_no_advice" {
	need_speed
	printf '[standing]\nlearn = 0d\n' >"$own"
	day 2026-03-02 >"$log"
	day 2026-03-03 | grep '<=' >>"$log"
	[ "$(advise "$log" --price 50% | jq -r .reason)" = 'No advice: no offence on the days that would test; replay more days of log' ]
	day 2026-03-02 | grep '<=' >"$log"
	day 2026-03-03 >>"$log"
	[ "$(advise "$log" --price 50% | jq -r .reason)" = 'No advice: no offence on the days that would choose; replay more days of log' ]
	day 2026-03-02 >"$log"
	day 2026-03-03 >>"$log"
	[ "$(advise "$log" --price 3% | jq -r .reason)" = \
		'No advice: 28 accepted messages on the days that would choose, of which a single one would be more than the price of 3%; replay more days of log' ]
	[ "$(advise "$log" --price 4% | jq -r .outcome)" != too-few-messages ]
}

@test "a_price_that_no_setting_keeps_gets_no_advice_but_the_lowest_price" {
	printf '[standing]\nlearn = 0d\n[rule all]\nclass = virus\nlimit = 1\nwindow = 1d\nblock = 2d\n' >"$own"
	for date in 2026-03-02 2026-03-03; do
		day $date
		for hour in 12 13; do
			for host in 1 2 3 4 5 6 7; do
				echo "$date $hour:2$host:00 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.$host] P=esmtp S=300"
			done
		done
	done >"$log"
	advise "$log" --price 5% >"$BATS_TEST_TMPDIR/said"
	jq -e '.outcome == "too-expensive" and .configuration == null' "$BATS_TEST_TMPDIR/said"
	[ "$(jq -r .reason "$BATS_TEST_TMPDIR/said")" = 'No advice: no setting delays at most 5% of the accepted messages; the lowest price is 33.333 %' ]
}

@test "rules_of_the_site_are_printed_whole_and_load_alone" {
	need_speed
	cat >"$own" <<-'EOT'
		[rule strangers]
		enabled = no
		[rule own]
		class = virus:5, worm:5, relay:5, dnsbl:4, spam:2, helo:2, sender:2, rdns, protocol
		for = strangers
		share = 80%
		limit = 60
		window = 6h
		block = 12h
		max = 2d
		remember = 7d
		again = 2
		known-max = 1h
		ports = 25, 587
		[rule words]
		class = unknown-user:2
		match = (Unrouteable|Unknown) +[a-z]
		for = strangers
		limit = 60
		window = 1h
		block = 1h
	EOT
	advise "$world/mainlog" --limit 14 >"$BATS_TEST_TMPDIR/said"
	jq -r .configuration "$BATS_TEST_TMPDIR/said" >"$BATS_TEST_TMPDIR/said.conf"
	grep -q '^\[rule own\]$' "$BATS_TEST_TMPDIR/said.conf"
	grep -q '^\[rule words\]$' "$BATS_TEST_TMPDIR/said.conf"
	"$sobig" check -c "$BATS_TEST_TMPDIR/said.conf"
	# Alone or after the site's file, the rule is the same; --limit of the command line is in it.
	cat "$own" "$BATS_TEST_TMPDIR/said.conf" >"$BATS_TEST_TMPDIR/both.conf"
	for rule in own words worm-storm; do
		diff <("$sobig" check -c "$BATS_TEST_TMPDIR/said.conf" -j | jq ".rules[] | select(.name == \"$rule\")") \
			<("$sobig" check -c "$BATS_TEST_TMPDIR/both.conf" -j | jq ".rules[] | select(.name == \"$rule\")")
		diff <("$sobig" check -c "$own" -j | jq ".rules[] | select(.name == \"$rule\") | del(.limit, .window)") \
			<("$sobig" check -c "$BATS_TEST_TMPDIR/both.conf" -j | jq ".rules[] | select(.name == \"$rule\") | del(.limit, .window)")
	done
	[ "$("$sobig" check -c "$BATS_TEST_TMPDIR/said.conf" -j | jq -c '.rules[0] | [.name, .limit]')" = '["worm-storm",14]' ]
}

@test "rules_for_everyone_alone_leave_nothing_to_try" {
	for rule in strangers known-senders password-guessing known-guessing networks small-networks; do printf '[rule %s]\nenabled = no\n' $rule; done >"$own"
	advise "$world/mainlog" >"$BATS_TEST_TMPDIR/said"
	jq -e '[.outcome, .settings] == ["no-settings", 1]' "$BATS_TEST_TMPDIR/said"
}

@test "the_text_has_both_settings_on_both_halves_and_the_configuration" {
	need_speed
	run --separate-stderr "$sobig" replay -c "$own" --advise "$world/mainlog"
	[ "$status" = 0 ]
	[[ $stderr == *' settings'* ]]
	echo "$output" | sed -n '/^Advice/,$p' >"$BATS_TEST_TMPDIR/text"
	cat "$BATS_TEST_TMPDIR/text"
	for half in choosing testing; do
		for who in configured advised; do
			grep -q "^\(as \)\?$who .* $(jq ".advice.$half.$who.avoided" "$advice") ([0-9.]* %) .* $(jq ".advice.$half.$who.price" "$advice") ([0-9.]* %) " "$BATS_TEST_TMPDIR/text"
		done
	done
	sed '1,/^# For /d' "$BATS_TEST_TMPDIR/text" | cmp - "$conf"
}

@test "the_page_has_the_advice_with_its_figures_and_configuration_escaped" {
	need_speed
	printf '[rule strangers]\nenabled = no\n[rule own]\nclass = virus:5, worm:5, relay:5, dnsbl:4, spam:2, unknown-user:2\nmatch = <script>|[a-z]\nfor = strangers\nlimit = 60\nwindow = 6h\nblock = 12h\n' >"$own"
	"$sobig" replay -c "$own" --advise "$world/mainlog" --html "$BATS_TEST_TMPDIR/page" -j >"$BATS_TEST_TMPDIR/said" 2>/dev/null
	python3 - "$BATS_TEST_TMPDIR/page" "$BATS_TEST_TMPDIR/said" <<-'EOT'
		import html, json, re, sys
		page, advice = open(sys.argv[1], encoding="ascii").read(), json.load(open(sys.argv[2]))["advice"]
		assert "match = <script>|[a-z]" in advice["configuration"]
		assert "<script" not in page
		assert html.unescape(re.search(r"<pre[^>]*>(.*?)</pre>", page, re.S)[1]) == advice["configuration"]
		assert html.escape(advice["reason"]) in page
		row = re.search(r'<tr><th scope="row">advised</th>(.*?)</tr>', page)[1]
		prices = re.findall(r">([0-9,]+) \([0-9.]+&nbsp;%\)<", row)
		assert [int(price.replace(",", "")) for price in prices] == [advice[half]["advised"]["price"] for half in ("choosing", "testing")]
	EOT
	"$sobig" replay -c "$own" "$world/mainlog" --html "$BATS_TEST_TMPDIR/page" >/dev/null
	! grep -q Advice "$BATS_TEST_TMPDIR/page"
}

@test "each_setting_that_was_tried_is_an_entry_of_the_json" {
	need_speed
	jq -e '.advice.settings == (.settings | length) and .settings[0].rules == [] and (.settings | map(.rules) | unique | length) == .advice.settings' "$advice"
	jq -e '.settings[0].choosing == .advice.choosing.configured and .settings[0].testing == .advice.testing.configured' "$advice"
	"$sobig" replay -c "$own" --advise "$world/mainlog" --ndjson 2>/dev/null >"$BATS_TEST_TMPDIR/lines"
	diff <(jq -c '.settings[]' "$advice") <(jq -c 'select(.kind == "replay-setting") | del(.kind, .shape)' "$BATS_TEST_TMPDIR/lines")
	diff <(jq .advice "$advice") <(head -1 "$BATS_TEST_TMPDIR/lines" | jq .advice)
	[ "$("$sobig" replay -c "$own" /dev/null -j | jq -c '[.advice, .settings]')" = '[null,[]]' ]
}

@test "a_price_is_a_share_and_needs_an_advice" {
	need_speed
	local text
	for text in '' x % .% 100.1% 101 -1 0.1%% 1.2.3 0,1 '0.1 %' 0.00001% 1e2 99999999999; do
		run "$sobig" replay --advise --price "$text" /dev/null
		echo "$text: $output"
		[ "$status" = 2 ]
		[[ $output == *'--price = "'"$text"'": expected a share of the accepted mail from 0% to 100%, such as 0.1%'* ]]
	done
	for text in 0.1% 0.1 .1% 1.% 100 0 0.0001%; do
		run --separate-stderr "$sobig" replay --advise --price "$text" /dev/null -j
		[ "$status" = 0 ]
	done
	[ "$(jq -r .advice.price <<<"$output")" = 0.0001% ]
	[ "$("$sobig" replay --advise --price 12.50 /dev/null -j | jq -r .advice.price)" = 12.5% ]
	run "$sobig" replay --price 1% /dev/null
	[ "$status" = 2 ]
	[[ $output == *'it needs --advise'* ]]
}
