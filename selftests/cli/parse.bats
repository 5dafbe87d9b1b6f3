#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# parse: its input, its output, and its messages when something is wrong.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	# Where everybody may run it.
	sobig=$BATS_TEST_TMPDIR/sobig-xdp
	cp "${SOBIG_BUILD:-$top/build}/sobig-xdp" "$sobig"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$BATS_TEST_TMPDIR" "$sobig"
	log=$BATS_TEST_TMPDIR/mainlog
	cat >"$log" <<-'EOL'
		2003-08-24 11:22:33 +0000 1xVO3f-00036y-2K H=(h) [198.51.100.7] F=<s@e> rejected after DATA: This message contains a virus (x).
		2003-08-24 11:22:33.250 +0000 H=(h) [2001:db8::7] F=<s@e> rejected RCPT <a@b>: Unrouteable address
		2003-08-24 11:22:34 +0000 1xVO3g-00036y-2K <= s@e H=(h) [198.51.100.8] P=esmtp S=300
		2003-08-24 11:22:35 +0000 H=(h) [198.51.100.9] F=<s@e> rejected RCPT <a@b>: go "away"
	EOL
	found='1	2003-08-24T11:22:33Z	virus	198.51.100.7
2	2003-08-24T11:22:33.250Z	unknown-user	2001:db8::7
4	2003-08-24T11:22:35Z	policy	198.51.100.9'
}

@test "a file, a pipe and a .gz are read alike" {
	gzip -k "$log"
	for way in "$sobig parse $log" "$sobig parse <$log" "cat $log | $sobig parse -" "$sobig parse $log.gz" "cat $log.gz | $sobig parse"; do
		run bash -c "$way"
		[ "$status" = 0 ]
		[ "$output" = "$found" ]
	done
}

@test "no privilege is needed" {
	chmod 644 "$log"
	if [ "$(id -u)" = 0 ]; then
		# A build for `make coverage` complains that it may not write what it counted.
		run --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups "$sobig" parse "$log"
	else
		run "$sobig" parse "$log"
	fi
	[ "$output" = "$found" ]
}

@test "NDJSON has the documented fields, one line per offence" {
	run "$sobig" parse -j --ndjson "$log"
	[ "${#lines[@]}" = 3 ]
	[ "${lines[1]}" = '{"line":2,"time":"2003-08-24T11:22:33.250Z","class":"unknown-user","address":"2001:db8::7","port":null}' ]
}

@test "NDJSON names the local port that exim logged" {
	line='2003-08-24 11:22:33 H=(h) [198.51.100.7]:4711 I=[192.0.2.1]:587 F=<s@e> rejected RCPT <a@b>: Unknown user'
	run "$sobig" parse -j --ndjson <<<"$line"
	[ "$(jq -c '[.address, .port]' <<<"$output")" = '["198.51.100.7",587]' ]
}

@test "JSON is one document" {
	"$sobig" parse -j "$log" | python3 -c 'import json, sys; d = json.load(sys.stdin); assert [o["line"] for o in d["offences"]] == [1, 2, 4], d'
	"$sobig" parse -j /dev/null | python3 -c 'import json, sys; assert json.load(sys.stdin)["offences"] == []'
}

@test "arrivals are shown on request" {
	run "$sobig" parse --arrivals "$log"
	[ "${lines[2]}" = '3	2003-08-24T11:22:34Z	arrival	198.51.100.8' ]
	[ "${#lines[@]}" = 4 ]
}

@test "unmatched rejections are shown with their text, escaped" {
	run "$sobig" parse --unmatched "$log"
	[ "$output" = '4	2003-08-24T11:22:35Z	policy	198.51.100.9	go "away"' ]
	printf '2003-08-24 11:22:35 +0000 H=[198.51.100.9] rejected DATA: \033[2Jx\\\t\377"\n' >"$log"
	run "$sobig" parse --unmatched "$log"
	[ "$output" = '1	2003-08-24T11:22:35Z	policy	198.51.100.9	\x1b[2Jx\\\x09\xff"' ]
	"$sobig" parse -j --ndjson --unmatched "$log" | python3 -c 'import json, sys; assert json.loads(sys.stdin.read())["text"] == "\\x1b[2Jx\\\\\\x09\\xff\"", 0'
}

@test "a pattern in the configuration gives a text its class" {
	printf '[class worm]\npattern = go .away.\n' >"$BATS_TEST_TMPDIR/conf"
	run "$sobig" parse -c "$BATS_TEST_TMPDIR/conf" "$log"
	[ "${lines[2]}" = '4	2003-08-24T11:22:35Z	worm	198.51.100.9' ]
	[ "${lines[0]}" = '1	2003-08-24T11:22:33Z	virus	198.51.100.7' ]
}

@test "a pattern in the configuration for a rate limit applies to deferrals, one of another class does not" {
	printf '[class ratelimit]\npattern = slow down\n[class relay]\npattern = not here\n' >"$BATS_TEST_TMPDIR/conf"
	cat >"$log" <<-'END'
		2003-08-24 11:22:35 +0000 H=[198.51.100.9] temporarily rejected DATA: please slow down
		2003-08-24 11:22:36 +0000 H=[198.51.100.8] temporarily rejected DATA: not here
		2003-08-24 11:22:37 +0000 H=[198.51.100.7] temporarily rejected DATA: greylisted
	END
	run "$sobig" parse -c "$BATS_TEST_TMPDIR/conf" "$log"
	[ "$output" = '1	2003-08-24T11:22:35Z	ratelimit	198.51.100.9' ]
}

@test "an invalid configuration is reported with its line, and nothing is printed" {
	printf '[class worm]\npattern = fine\npattern = (broken\n' >"$BATS_TEST_TMPDIR/conf"
	run "$sobig" parse -c "$BATS_TEST_TMPDIR/conf" "$log"
	[ "$status" = 1 ]
	[[ ${lines[0]} == *"conf:3: \"(broken\" is not a valid regular expression: "* ]]
	[ "${#lines[@]}" = 1 ]
}

@test "lines that are not counted are reported" {
	echo '2003-08-24 11:22:35 +0000 H=(h) [198.51.100.9] F=<"x) [192.0.2.9]"@e> rejected RCPT <a@b>: Unrouteable address' >"$log"
	run --separate-stderr "$sobig" parse "$log"
	[ -z "$output" ]
	[[ $stderr == *'lines not counted: 1 doubtful: they can be read in two ways; --helo-checked'* ]]
	run --separate-stderr "$sobig" parse --helo-checked "$log"
	[ "$output" = '1	2003-08-24T11:22:35Z	unknown-user	198.51.100.9' ]
	[ -z "$stderr" ]
}

@test "a file that is not an exim log fails, and an empty one is accepted" {
	head -c 100 /dev/zero >"$BATS_TEST_TMPDIR/noise"
	for what in /etc/passwd "$BATS_TEST_TMPDIR/noise"; do
		run --separate-stderr "$sobig" parse "$what"
		[ "$status" = 1 ]
		[ -z "$output" ]
		[[ $stderr == *"\"$what\" has no line written by exim; expected exim's main log"* ]]
		run --separate-stderr "$sobig" parse <"$what"
		[ "$status" = 1 ]
	done
	for way in "$sobig parse /dev/null" "$sobig parse </dev/null" ": | $sobig parse" "$sobig replay /dev/null"; do
		run --separate-stderr bash -c "$way"
		[ "$status" = 0 ]
		[ -z "$stderr" ]
	done
	# The other files are still replayed.
	run --separate-stderr "$sobig" replay /etc/passwd "$log"
	[ "$status" = 1 ]
	[[ $stderr == *'"/etc/passwd" has no line written by exim'* ]]
	[[ $output == *'3 offences'* ]]
}

# Compressed logs as logrotate leaves them, written by Python; the .zst is one raw block in one frame.
@test "an .xz and a .zst are read like the file, and other compressed files are refused with a hint" {
	python3 - "$log" <<-'EOP'
		import bz2, lzma, sys
		text = open(sys.argv[1], "rb").read()
		open(sys.argv[1] + ".xz", "wb").write(lzma.compress(text))
		open(sys.argv[1] + ".zst", "wb").write(b"\x28\xb5\x2f\xfd\x60" + (len(text) - 256).to_bytes(2, "little") + (len(text) << 3 | 1).to_bytes(3, "little") + text)
		open(sys.argv[1] + ".bz2", "wb").write(bz2.compress(text))
	EOP
	for what in "$log.xz" "$log.zst"; do
		for way in "$sobig parse $what" "cat $what | $sobig parse -"; do
			run bash -c "$way"
			[ "$status" = 0 ]
			[ "$output" = "$found" ]
		done
		run "$sobig" replay "$what"
		[ "$status" = 0 ]
		[[ $output == *'3 offences'* ]]
	done
	run "$sobig" parse "$log.bz2"
	[ "$status" = 1 ]
	[[ $output == *"cannot read \"$log.bz2\": it is compressed with bzip2, which is not supported; try: bzcat FILE | sobig-xdp parse -"* ]]
	run --separate-stderr "$sobig" replay "$log.bz2" "$log"
	[ "$status" = 1 ]
	[[ $stderr == *'it is compressed with bzip2'* ]]
	[[ $output == *'3 offences'* ]]
}

@test "an unreadable file is named, and the exit status is 1" {
	for what in /no/such/file "$BATS_TEST_TMPDIR"; do
		run "$sobig" parse "$what"
		[ "$status" = 1 ]
		[[ $output == *"cannot read \"$what\": "* ]]
	done
}

@test "a truncated .gz is read as far as possible, and reported" {
	for _ in $(seq 5000); do cat "$log"; done | gzip >"$BATS_TEST_TMPDIR/cut.gz"
	truncate -s -100 "$BATS_TEST_TMPDIR/cut.gz"
	run --separate-stderr "$sobig" parse "$BATS_TEST_TMPDIR/cut.gz"
	[ "$status" = 1 ]
	[ "${lines[0]}" = "${found%%$'\n'*}" ]
	[[ $stderr == *'to its end: it is truncated'* ]]
}

@test "a last line without a newline is read" {
	printf '2003-08-24 11:22:35 +0000 H=mx.example [192.0.2.1] F=<a@b> rejected RCPT <c@d>: relay not permitted' >"$log"
	run --separate-stderr "$sobig" parse "$log"
	[ "$output" = '1	2003-08-24T11:22:35Z	relay	192.0.2.1' ]
	[ -z "$stderr" ]
	run --separate-stderr "$sobig" parse <(gzip <"$log")
	[ "$output" = '1	2003-08-24T11:22:35Z	relay	192.0.2.1' ]
	printf '2003-08-24 11:22:35 +0000 H=(h) [192.0.2.1] F=<a@b> rejected RCPT <c@d>: relay not permitted' >"$log"
	run --separate-stderr "$sobig" parse "$log"
	[ -z "$output" ]
	[[ $stderr == *'the last line has no newline'* ]]
	run --separate-stderr "$sobig" parse --helo-checked "$log"
	[ "$output" = '1	2003-08-24T11:22:35Z	relay	192.0.2.1' ]
}

@test "a last line without a newline is not counted if its host can be cut, with a warning" {
	printf '2003-08-24 11:22:35 +0000 no host name found for IP address 192.0.2.1' >>"$log"
	run --separate-stderr "$sobig" parse "$log"
	[ "$status" = 0 ]
	[ "$output" = "$found" ]
	[[ $stderr == *'the last line has no newline'* ]]
}

@test "many threads on a file find the same as one thread on a pipe, in the same order" {
	for _ in 1 2 3; do zcat "$top"/selftests/corpus/data/*.log.gz; done >"$log"
	[ "$(stat -c %s "$log")" -gt 4000000 ]
	"$sobig" parse --arrivals "$log" >"$BATS_TEST_TMPDIR/many"
	"$sobig" parse --arrivals <"$log" >"$BATS_TEST_TMPDIR/standard-input"
	cat "$log" | "$sobig" parse --arrivals >"$BATS_TEST_TMPDIR/one"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/one")" -gt 10000 ]
	cmp "$BATS_TEST_TMPDIR/many" "$BATS_TEST_TMPDIR/one"
	cmp "$BATS_TEST_TMPDIR/standard-input" "$BATS_TEST_TMPDIR/one"
}

@test "a line in a pipe is printed at once" {
	mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
	"$sobig" parse <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec 5>"$BATS_TEST_TMPDIR/in" 6<"$BATS_TEST_TMPDIR/out"
	head -n 1 "$log" >&5
	read -r -t 2 line <&6
	exec 5>&- 6<&-
	[ "$line" = "${found%%$'\n'*}" ]
}

# Enough memory for the program, but not for such a line. A sanitizer needs more.
limit_memory() {
	[ -n "${SAN-}" ] || ulimit -v 300000
}

@test "a line of 1 GB is skipped in constant memory, and the next is read" {
	limit_memory
	run --separate-stderr bash -c "{ head -c 1G /dev/zero | tr '\0' x; echo; tail -n 1 $log; } | $sobig parse"
	[ "$status" = 0 ]
	[ "$output" = '2	2003-08-24T11:22:35Z	policy	198.51.100.9' ]
	[[ $stderr == *'lines not counted: 1 overlong: they have more than 8190 bytes'* ]]
}

@test "endless NULs and CRs are read in constant memory" {
	limit_memory
	for byte in '\0' '\r'; do
		run --separate-stderr bash -c "head -c 100M /dev/zero | tr '\0' '$byte' | $sobig parse"
		[ "$status" = 1 ]
		[ -z "$output" ]
	done
}

@test "a file that shrinks while it is read ends at its new end" {
	for _ in $(seq 17); do cat "$log" "$log" >"$log.twice" && mv "$log.twice" "$log"; done
	# Nothing reads its output yet, so it blocks in the middle.
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$sobig" parse "$log" >"$BATS_TEST_TMPDIR/pipe" 3>&- &
	exec 4<"$BATS_TEST_TMPDIR/pipe"
	sleep 0.3
	truncate -s 1000 "$log"
	count=$(wc -l <&4)
	exec 4<&-
	wait $!
	[ "$count" -gt 10 ]
	[ "$count" -lt $((3 << 17)) ]
}
