# SPDX-License-Identifier: GPL-2.0-only
# sobig-xdp check: valid configurations, error messages, and findings of the lint.

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	sobig=${SOBIG_BUILD:-$top/build}/sobig-xdp
	conf=$BATS_TEST_TMPDIR/sobig.conf
}

# says LINES...: writes the configuration.
says() {
	printf '%s\n' "$@" >"$conf"
}

# refused WORDS: check prints one line of error that contains WORDS, and no output.
refused() {
	run --separate-stderr "$sobig" check -c "$conf"
	echo "$output" "$stderr"
	[ "$status" = 1 ]
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 1 ]
	[[ "$stderr" == *"$1"* ]]
}

# contradicts WORDS: check prints the policy, and a finding that contains WORDS.
contradicts() {
	run --separate-stderr "$sobig" check -c "$conf"
	echo "$output" "$stderr"
	[ "$status" = 1 ]
	[[ "$output" == *'worm-storm'* ]]
	[[ "$stderr" == *"$1"* ]]
}

@test "the default policy is that of 2003, and has no findings" {
	says ''
	run --separate-stderr "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	[ "${lines[0]}" = worm-storm ]
	[[ "${lines[1]}" == *'More than 15 offences within 5m: blocked for 1h.'* ]]
	[[ "${lines[2]}" == *'A known sender is blocked for 5m only.'* ]]
	[[ "${lines[3]}" == *'virus, worm.'* ]]
}

@test "a section changes the given keys of a default rule and no others" {
	says '[rule worm-storm]' 'limit = 5' '[rule hammering]' 'enabled = no'
	run "$sobig" check -c "$conf" -j
	[ "$status" = 0 ]
	[ "$(jq -c '.rules[] | select(.name == "worm-storm") | [.limit, .window, .block, .max]' <<<"$output")" = '[5,300,3600,604800]' ]
	[ "$(jq '.rules[] | select(.name == "hammering") | .enabled' <<<"$output")" = false ]
	[ "$(jq '.rules | length' <<<"$output")" = 10 ]
}

@test "a rule of one's own has points, a match, a ceiling, a time to remember and a dry run" {
	says '[rule bulk-mailer]' 'class = spam:4, dnsbl:3, unknown-user' 'limit = 50' 'window = 1h' 'block = 15m' \
		'max = 1d' 'remember = 7d' 'match = newsletter|offer' 'dry-run = yes'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[[ "$output" == *'bulk-mailer (dry run: nothing is dropped)'* ]]
	[[ "$output" == *'More than 50 points within 1h: blocked for 15m.'* ]]
	[[ "$output" == *'spam (4), unknown-user (1), dnsbl (3)'* ]]
	[[ "$output" == *'newsletter|offer'* ]]
	[[ "$output" == *'within 7d after the end'*'up to 1d'* ]]
}

@test "a rule says which hosts it judges, and by what" {
	says '[rule crowd]' 'class = spam' 'limit = 50' 'window = 1h' 'block = 3d' 'for = strangers' 'share = 60%' 'again = 2' \
		'network = /24, /48' 'hosts = 4' '[rule slow]' 'class = spam' 'limit = 9' 'window = 1h' 'block = 3d' 'known-max = 2h'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[[ "$output" == *'Only strangers'*'Judges IPv4 /24 and IPv6 /48 networks with at least 4 offending hosts; known senders in them are not blocked.'*'at least 60%'* ]]
	[[ "$output" == *'again at 2 points.'* ]]
	[[ "$output" == *'A known sender is blocked for 2h only.'* ]]
	run "$sobig" check -j -c "$conf"
	[ "$(jq -c '.rules[] | select(.name == "crowd") | [.for, .share, .again, .network4, .network6, .hosts]' <<<"$output")" = '["strangers",60,2,24,48,4]' ]
	[ "$(jq -c '.rules[] | select(.name == "slow") | [.for, .share, .again, .known_max, .network4, .network6, .hosts]' <<<"$output")" \
		= '["everyone",0,0,7200,null,null,1]' ]
	[ "$(jq .learn <<<"$output")" = 3 ]
}

@test "memory, the former name of a rule's key remember, is still accepted" {
	says '[rule worm-storm]' 'remember = 7d'
	"$sobig" check -c "$conf" -j >"$BATS_TEST_TMPDIR/remember"
	says '[rule worm-storm]' 'memory = 7d'
	"$sobig" check -c "$conf" -j >"$BATS_TEST_TMPDIR/memory"
	diff "$BATS_TEST_TMPDIR/remember" "$BATS_TEST_TMPDIR/memory"
	[ "$(jq '.rules[0].remember' "$BATS_TEST_TMPDIR/memory")" = 604800 ]
	[ "$(jq '.rules[0] | has("memory")' "$BATS_TEST_TMPDIR/memory")" = false ]
	says '[rule worm-storm]' 'memory = long'
	refused '"long"'
	says '[rule worm-storm]' 'remembr = 7d'
	refused 'did you mean "remember"?'
}

@test "an error names the line, the expected value and the nearest word" {
	says '[rule worm-storm]' 'limt = 5'
	refused "$conf:2: a rule has no key \"limt\"; did you mean \"limit\"?"
	says '[rule worm-storm]' 'limit = 0'
	refused "$conf:2: limit = \"0\": expected a number from 1 to 1000"
	says '[rule worm-storm]' 'window = 5 minutes'
	refused 'window = "5 minutes": expected a time from 1s to 7d, such as 90s or 5m'
	says '[rule x]' 'class = virus, wrom'
	refused 'unknown class "wrom"; did you mean "worm"?'
	says '[rule x]' 'class = spam:0'
	refused 'class = "spam:0": expected points from 1 to 100'
	says '' '[rule x]' 'class = spam' 'limit = 3' 'block = 1h'
	refused "$conf:3: [rule x] has no \"window\""
	says '[rule a b]' 'limit = 3'
	refused '[rule a b]: expected a name of 1 to'
	says '[rule worm-storm]' 'max = 1m'
	refused 'max is shorter than block'
	says '[rule worm-storm]' 'match = (unclosed'
	refused "$conf"
	says '[rule worm-storm]' 'match = .*'
	refused 'it matches every text'
	says '[brake]' 'known-senders = 0/h'
	refused 'known-senders = "0/h": expected off, or a number of known senders blocked in an hour from 1/h to 1000/h'
	says '[standing]' 'learn = 3'
	refused 'learn = "3": expected a number of days from 0d to 30d'
	says '[state]' 'size = 64'
	refused 'size = "64": expected a size from 1M to 64G, such as 64M'
	says '[rule worm-strom]' 'limit = 3'
	refused 'did you mean [rule worm-storm]?'
	says '' 'rule worm-storm' 'limit = 3'
	refused "$conf:2: expected \"[section]\" or \"key = value\""
	says '' '[rules worm-storm]' 'limit = 3'
	refused "$conf:2: unknown section [rules worm-storm]: expected [rule NAME]"
	says '[rules worm-storm]' 'limit = 3'
	refused 'did you mean "rule"?'
	says '[allow]' 'address = 192.0.2.1/24'
	refused 'address = "192.0.2.1/24": bits are set after the prefix; did you mean 192.0.2.0/24?'
	says 'limit = 3'
	refused 'this line is before the first section'
}

@test "lines may be indented, and comments may follow values and sections, as in INI files" {
	local blanks
	blanks=$(printf '%300s' '')
	printf '\357\273\277' >"$conf"
	printf '%s\n' '  [rule worm-storm]   ; the first of them' $'\tlimit = 5 # five; not more' ' window=1m\t;why' \
		'   # an indented comment' $' \t ' "block = 2h ${blanks// /#}" '[allow] # friends' 'file = /etc/a#b;c' \
		'address = 192.0.2.1 , 192.0.2.2   # two of them' | sed 's/\\t/\t/' >>"$conf"
	"$sobig" check -j -c "$conf" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq -c '.rules[0] | [.name, .limit, .window, .block]' "$BATS_TEST_TMPDIR/json")" = '["worm-storm",5,60,7200]' ]
	[ "$(jq -c '.allow | [.files, .addresses]' "$BATS_TEST_TMPDIR/json")" = '[["/etc/a#b;c"],["192.0.2.1","192.0.2.2"]]' ]
	# An error names its line.
	printf '%s\r\n' '  [rule worm-storm] # x' '' '# y' '    limit = many # z' >"$conf"
	refused "$conf:4: limit = \"many\": expected a number from 1 to 1000"
	says '[rule worm-storm]' 'limit = # none'
	refused "$conf:2: limit = \"\": expected a number from 1 to 1000"
	says '[rule worm-storm]' '  limit # = 5'
	refused "$conf:2: expected \"[section]\" or \"key = value\""
}

@test "a value ends with its line, and an ambiguous line is refused" {
	says '[allow]' 'address = 192.0.2.7,' '    192.0.2.8'
	refused "$conf:2: address = \"\": expected an address or network"
	says '[allow]' 'address = 192.0.2.7' '    192.0.2.8'
	refused "$conf:3: expected \"[section]\" or \"key = value\""
	says '[rule worm-storm] limit = 5'
	refused "$conf:1: only a comment may follow the \"]\" of a section"
	says '[rule worm-storm' 'limit = 5'
	refused "$conf:1: the \"]\" is missing"
	printf '[rule worm-storm]\nlimit = 5\0 0\n' >"$conf"
	refused "$conf:2: the line contains a NUL byte"
	says '[allow]' "address = $(printf '%200s' '' | tr ' ' 1)"
	refused "$conf:2: the line is too long: expected at most 198 characters, not counting the comment"
	# A pattern may contain both characters.
	says '[class virus]' 'pattern = worm # of ours'
	refused "$conf:2: in a pattern"
	says '[rule worm-storm]' 'match = a ;b'
	refused "$conf:2: in a pattern"
	says '[class virus]' '  pattern = a[ ][#]b' 'pattern = a#b;c' 'pattern = x [;] y'
	"$sobig" check -j -c "$conf" >"$BATS_TEST_TMPDIR/json"
	[ "$(jq .patterns "$BATS_TEST_TMPDIR/json")" = 3 ]
}

@test "a rule that can never block or has no effect is found" {
	says '[rule again]' 'class = virus' 'limit = 20' 'window = 5m' 'block = 1h'
	contradicts '[rule again]: it has no effect: [rule worm-storm] is at least as strict in every respect'
	says '[rule quick]' 'class = virus' 'limit = 14' 'window = 1m' 'block = 1h'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	says '[rule x]' 'class = tls' 'limit = 5' 'window = 1m' 'block = 1h' 'match = handshake'
	contradicts '[rule x]: it can never block a host'
	says '[rule x]' 'class = spam' 'limit = 5' 'window = 1m' 'block = 1h' 'for = known-senders' 'network = /24'
	contradicts '[rule x]: it can never block a network: networks are judged only by their strangers'
	says '[rule x]' 'class = spam' 'limit = 5' 'window = 1m' 'block = 1h' 'for = strangers' 'network = /24'
	run "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	says '[rule worm-storm]' 'hosts = 3'
	contradicts '[rule worm-storm]: hosts has no effect without network'
	says '[allow]' 'address = 64.0.0.0/2'
	contradicts '64.0.0.0/2 is very wide'
}

@test "keys of version 0.1 that have no effect are found, and a former default rule that is disabled is not" {
	says '[brake]' 'blocks = 500/m'
	contradicts '[brake] blocks is a key of version 0.1 and has no effect'
	says '[rule spam-run]' 'limit = 50'
	contradicts '[rule spam-run]: it has no effect: it was a default rule of version 0.1'
	says '[rule spam-run]' 'enabled = no'
	run --separate-stderr "$sobig" check -c "$conf"
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	says '[rule spam-rum]' 'enabled = no'
	refused '[rule spam-rum] has no "class"'
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
