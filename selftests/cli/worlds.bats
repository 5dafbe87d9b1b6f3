#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# The worlds by which a policy is judged: they are read as what they are, and the loop is closed.

bats_require_minimum_version 1.5.0

setup_file() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	export top TZ=UTC
}

setup() {
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	loop=${SOBIG_BUILD:-$top/build}/selftests/judge_loop
	made=$BATS_TEST_TMPDIR
	log=$made/mainlog truth=$made/truth
	: >"$made/empty.conf"
	cat >"$made/storm.conf" <<-END
		[rule worm-storm]
		class = virus
		limit = 15
		window = 5m
		block = 1h
	END
}

make_world() {
	python3 "$top/selftests/replay/worlds.py" --world "$1" --seed "${2:-1}" --days 5 --out "$made"
}

# put SECOND ADDRESS CLASS KIND RETRY: an event in the log and in the truth.
put() {
	local when text=": This message contains a virus (x)."
	when=$(date -u -d "2026-03-02 + $1 seconds" '+%F %T +0000')
	if [ "$3" = arrival ]; then
		echo "$when 1xVO3f-00036y-2K <= s@e H=(h) [$2] P=esmtp S=800" >>"$log"
	else
		echo "$when 1xVO3f-00036y-2K H=(h) [$2] F=<s@e> rejected after DATA$text" >>"$log"
	fi
	printf '%d\t0\t%s\t%s\ts\tc\t%s\t%d\t%s\n' "$(wc -l <"$log")" "$2" "$4" "$3" "$5" "$3" >>"$truth"
}

storm() {
	for second in {1..16}; do
		put "$second" 192.0.2.1 virus bad 0
	done
}

@test "every event of every world is read as what it is" {
	local classes=" "
	for world in $(python3 "$top/selftests/replay/worlds.py" --list | grep -vE '^(medium|large|outage|huge)$'); do
		make_world "$world"
		"$loop" "$made/empty.conf" "$log" "$truth" >"$made/out"
		echo "$world: $(tail -n 1 "$made/out")"
		[ "$(tail -n 1 "$made/out")" = "judged	$(wc -l <"$truth")" ]
		run ! grep wrong "$made/out"
		classes+=$(cut -f 7 "$truth" | sort -u | tr '\n' ' ')
	done
	for class in virus worm spam unknown-user relay auth dnsbl helo rdns sender protocol tls backscatter policy disconnect arrival; do
		[[ $classes == *" $class "* ]]
	done
}

@test "an event with another class or address than in the truth, or with none, is wrong" {
	make_world phones
	awk -F'\t' -v OFS='\t' '{ n[$7]++ }
		$7 == "auth" && n[$7] == 2 { $7 = "relay" }
		$7 == "arrival" && n[$7] == 5 { $3 = "192.0.2.200" }
		$7 == "dnsbl" && n[$7] == 3 { next }
		{ print }' "$truth" >"$truth.wrong"
	"$loop" "$made/empty.conf" "$log" "$truth.wrong" >"$made/out"
	[ "$(grep -c wrong "$made/out")" = 3 ]
	sed -i "10d" "$log"
	"$loop" "$made/empty.conf" "$log" "$truth" >"$made/out"
	[ "$(grep -c wrong "$made/out")" -gt 100 ]
}

@test "a world of the same seed is the same, of another seed another" {
	make_world sobig
	cksum "$log" "$truth" >"$made/one"
	make_world sobig
	cksum "$log" "$truth" >"$made/two"
	cmp "$made/one" "$made/two"
	make_world sobig 2
	cksum "$log" "$truth" >"$made/two"
	run ! cmp "$made/one" "$made/two"
}

@test "a dropped message comes again until the block has expired, its neighbour's is not dropped" {
	storm
	put 60 192.0.2.1 arrival good 1800
	put 60 192.0.2.2 arrival good 1800
	"$loop" "$made/storm.conf" "$log" "$truth" >"$made/out"
	cat "$made/out"
	# The block ends at 16 + 3600 s; retries at 1860 and 3660.
	[ "$(grep avoided "$made/out")" = $'avoided\t17\t3600000' ]
	[ "$(grep -c 'block$' "$made/out")" = 1 ]
}

@test "a dropped message of a sender that does not come again never arrives" {
	storm
	put 60 192.0.2.1 virus bad 0
	"$loop" "$made/storm.conf" "$log" "$truth" >"$made/out"
	[ "$(grep avoided "$made/out")" = $'avoided\t17\t-1' ]
}

@test "what a block dropped is not judged" {
	storm
	storm
	"$loop" "$made/storm.conf" "$log" "$truth" >"$made/out"
	[ "$(grep -c 'block$' "$made/out")" = 1 ]
	[ "$(grep -c avoided "$made/out")" = 16 ]
}

@test "old logs are learned from and block nobody" {
	storm
	put 7200 192.0.2.1 virus bad 0
	"$loop" "$made/storm.conf" "$log" "$truth" $(($(date -u -d 2026-03-02 +%s) * 1000 + 7000000)) >"$made/out"
	[ "$(cat "$made/out")" = $'judged\t17' ]
}

@test "a count of the whole policy that never saw the log agrees block by block" {
	for world in net24 net48 bounces phones mixed; do
		python3 "$top/selftests/replay/count.py" "$sobig" "$top/selftests/replay/standing.json" --world $world --cache "$BATS_FILE_TMPDIR" >"$made/out"
		echo "$world: $(cat "$made/out")"
		grep -qE '^[0-9]{3,} verdicts, of them [0-9]+ of networks and [0-9]{2,} dry runs; [0-9]{4,} dropped attempts; 0 wrong$' "$made/out"
	done
	# The last one has blocks of networks, too.
	run ! grep -q ' 0 of networks' "$made/out"
}

@test "without old logs it agrees, too, and rules that need standing run dry for three days" {
	python3 "$top/selftests/replay/count.py" "$sobig" "$top/selftests/replay/standing.json" --world mixed --cache "$BATS_FILE_TMPDIR" --learn 0
}

@test "one number that differs is found by the count" {
	local policy=$top/selftests/replay/standing.json
	python3 "$top/selftests/replay/count.py" "$sobig" "$policy" --conf >"$made/right.conf"
	for wrong in 's/"share": 60/"share": 62/' 's/"hosts": 5/"hosts": 16/' 's/"brake": 3/"brake": 4/' 's/"learn": 3/"learn": 4/' 's/"again": 1/"again": 3/' 's/"known_max": 300/"known_max": 301/'; do
		sed "$wrong" "$policy" >"$made/wrong.json"
		run ! cmp "$policy" "$made/wrong.json"
		run -1 python3 "$top/selftests/replay/count.py" "$sobig" "$made/wrong.json" --config "$made/right.conf" --world mixed --cache "$BATS_FILE_TMPDIR"
		echo "$wrong: ${lines[-1]}"
		[[ ${lines[-1]} =~ ' dropped attempts; '[1-9][0-9]*' wrong'$ ]]
	done
}
