# SPDX-License-Identifier: GPL-2.0-only
# The configuration: what it may say, what is refused and how, what contradicts itself.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	conf=$BATS_TEST_TMPDIR/sobig.conf
}

# says LINES...: the configuration.
says() {
	printf '%s\n' "$@" >"$conf"
}

# refused WORDS: with them, on one line, before anything is printed.
refused() {
	run --separate-stderr "$sobig" check -c "$conf"
	echo "$output" "$stderr"
	[ "$status" = 1 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ "$stderr" == *"$1"* ]]
}

# contradicts WORDS: the policy is shown, and what is wrong with it is said.
contradicts() {
	run --separate-stderr "$sobig" check -c "$conf"
	echo "$output" "$stderr"
	[ "$status" = 1 ]
	[[ "$output" == *'worm-storm'* ]]
	[[ "$stderr" == *"$1"* ]]
}

@test "the default policy is that of 2003, and does not contradict itself" {
	says ''
	run --separate-stderr "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	[ "${lines[0]}" = worm-storm ]
	[[ "${lines[1]}" == *'More than 15 offences within 5m: blocked for 1h.'* ]]
	[[ "${lines[2]}" == *'virus, worm.'* ]]
}

@test "a default rule is changed by its name, and keeps what is not said" {
	says '[rule worm-storm]' 'limit = 5' '[rule hammering]' 'enabled = no'
	run "$sobig" check -c "$conf" -j
	[ "$status" = 0 ]
	[ "$(jq -c '.rules[] | select(.name == "worm-storm") | [.limit, .window, .block, .max]' <<<"$output")" = '[5,300,3600,604800]' ]
	[ "$(jq '.rules[] | select(.name == "hammering") | .enabled' <<<"$output")" = false ]
	[ "$(jq '.rules | length' <<<"$output")" = 10 ]
}

@test "a rule of one's own has points, a match, a ceiling, a memory and a dry run" {
	says '[rule bulk-mailer]' 'class = spam:4, dnsbl:3, unknown-user' 'limit = 50' 'window = 1h' 'block = 15m' \
		'max = 1d' 'memory = 7d' 'match = newsletter|offer' 'dry-run = yes'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[[ "$output" == *'bulk-mailer (for show: nothing is dropped)'* ]]
	[[ "$output" == *'More than 50 points within 1h: blocked for 15m.'* ]]
	[[ "$output" == *'spam (4), unknown-user (1), dnsbl (3)'* ]]
	[[ "$output" == *'newsletter|offer'* ]]
	[[ "$output" == *'Again within 7d'*'up to 1d'* ]]
}

@test "what is wrong is said with its line and the nearest word" {
	says '[rule worm-storm]' 'limt = 5'
	refused "$conf:2: a rule has no key \"limt\"; did you mean \"limit\"?"
	says '[rule worm-storm]' 'limit = 0'
	refused "$conf:2: \"0\" is nothing for limit, which takes 1 to 1000"
	says '[rule worm-storm]' 'window = 5 minutes'
	refused 'as 90s or 5m'
	says '[rule x]' 'class = virus, wrom'
	refused 'there is no class "wrom"; did you mean "worm"?'
	says '[rule x]' 'class = spam:0'
	refused 'points of an offence are 1 to 100'
	says '' '[rule x]' 'class = spam' 'limit = 3' 'block = 1h'
	refused "$conf:3: [rule x] has no \"window\""
	says '[rule a b]' 'limit = 3'
	refused '"a b" is no name for a rule'
	says '[rule worm-storm]' 'max = 1m'
	refused 'max is shorter than block'
	says '[rule worm-storm]' 'match = (unclosed'
	refused "$conf"
	says '[rule worm-storm]' 'match = .*'
	refused 'it would fit every text'
	says '[brake]' 'blocks = 0/m'
	refused '"0/m" is nothing for blocks'
	says '[state]' 'size = 64'
	refused '1M to 64G'
	says '[rule worm-strom]' 'limit = 3'
	refused 'did you mean [rule worm-storm]?'
	says '' 'rule worm-storm' 'limit = 3'
	refused "$conf:2: neither"
	says '' '[rules worm-storm]' 'limit = 3'
	refused "$conf:2: there is no section"
	says '[rules worm-storm]' 'limit = 3'
	refused 'did you mean "rule"?'
	says '[allow]' 'address = 192.0.2.1/24'
	refused '192.0.2.1/24'
	says 'limit = 3'
	refused 'a line before any section'
}

@test "lines may be indented, and comments stand behind values and sections, as in INI files" {
	local blanks
	blanks=$(printf '%300s' '')
	printf '\357\273\277' >"$conf"
	printf '%s\n' '  [rule worm-storm]   ; the first of them' $'\tlimit = 5 # five; not more' ' window=1m\t;why' \
		'   # an indented comment' $' \t ' "block = 2h ${blanks// /#}" '[allow] # friends' 'file = /etc/a#b;c' \
		'address = 192.0.2.1 , 192.0.2.2   # two of them' | sed 's/\\t/\t/' >>"$conf"
	"$sobig" check -j -c "$conf" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '.rules[0] | [.name, .limit, .window, .block]' "$BATS_TEST_TMPDIR/json")" = '["worm-storm",5,60,7200]' ]
	[ "$(jq -c '.allow | [.files, .addresses]' "$BATS_TEST_TMPDIR/json")" = '[["/etc/a#b;c"],["192.0.2.1","192.0.2.2"]]' ]
	# What is wrong keeps its line.
	printf '%s\r\n' '  [rule worm-storm] # x' '' '# y' '    limit = many # z' >"$conf"
	refused "$conf:4: \"many\" is nothing for limit, which takes 1 to 1000"
	says '[rule worm-storm]' 'limit = # none'
	refused "$conf:2: \"\" is nothing for limit"
	says '[rule worm-storm]' '  limit # = 5'
	refused "$conf:2: neither"
}

@test "a value ends with its line, and what could be read in two ways is refused" {
	says '[allow]' 'address = 192.0.2.7,' '    192.0.2.8'
	refused "$conf:2: \"\" is no address"
	says '[allow]' 'address = 192.0.2.7' '    192.0.2.8'
	refused "$conf:3: neither"
	says '[rule worm-storm] limit = 5'
	refused "$conf:1: behind the \"]\" of a section, there can be a comment only"
	says '[rule worm-storm' 'limit = 5'
	refused "$conf:1: the \"]\" is missing"
	printf '[rule worm-storm]\nlimit = 5\0 0\n' >"$conf"
	refused "$conf:2: a line may not have a NUL byte"
	says '[allow]' "address = $(printf '%200s' '' | tr ' ' 1)"
	refused "$conf:2: a line may have 198 characters at most, without its comment"
	# In patterns, both characters may be meant.
	says '[class virus]' 'pattern = worm # of ours'
	refused "$conf:2: in a pattern"
	says '[rule worm-storm]' 'match = a ;b'
	refused "$conf:2: in a pattern"
	says '[class virus]' '  pattern = a[ ][#]b' 'pattern = a#b;c' 'pattern = x [;] y'
	"$sobig" check -j -c "$conf" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq .patterns "$BATS_TEST_TMPDIR/json")" = 3 ]
}

@test "what can never fire, or changes nothing, is found" {
	says '[rule again]' 'class = virus' 'limit = 20' 'window = 5m' 'block = 1h'
	contradicts '[rule again]: it can never change anything: whatever it counts, [rule worm-storm]'
	says '[rule quick]' 'class = virus' 'limit = 14' 'window = 1m' 'block = 1h'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	says '[rule x]' 'class = tls' 'limit = 5' 'window = 1m' 'block = 1h' 'match = handshake'
	contradicts '[rule x]: it can never fire'
	says '[allow]' 'address = 64.0.0.0/2'
	contradicts '64.0.0.0/2 is very wide'
}

@test "a folder of files is read in the order of their names" {
	[ "$(id -u)" = 0 ] || skip 'needs root for a mount namespace'
	mkdir "$BATS_TEST_TMPDIR/etc" "$BATS_TEST_TMPDIR/etc/sobig-xdp.d"
	printf '[rule worm-storm]\nlimit = 3\nwindow = 1m\n' >"$BATS_TEST_TMPDIR/etc/sobig-xdp.conf"
	printf '[rule worm-storm]\nlimit = 4\n' >"$BATS_TEST_TMPDIR/etc/sobig-xdp.d/10.conf"
	printf '[rule worm-storm]\nlimit = 7\n' >"$BATS_TEST_TMPDIR/etc/sobig-xdp.d/90.conf"
	printf 'nonsense\n' >"$BATS_TEST_TMPDIR/etc/sobig-xdp.d/README"
	run unshare --mount sh -c "mount --bind '$BATS_TEST_TMPDIR/etc' /etc && '$sobig' check -j"
	echo "$output"
	[ "$status" = 0 ]
	[ "$(jq -c '.rules[0] | [.limit, .window]' <<<"$output")" = '[7,60]' ]
}
