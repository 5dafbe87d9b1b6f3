#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# A peer whose HELO makes exim's lines as long as possible: it is blocked if the line is complete, and reported if not.

load live

setup() {
	need_lab
	[ -x "$top/build/exim/usr/sbin/exim4" ] || skip 'needs exim (scripts/deps sandbox)'
	start_lab
	rm "$log"
	lab_exim "$top" 3>&-
	launch_daemon mx0 --log "$log" --helo-checked
}

# infect ADDRESS TIMES LETTERS: sends TIMES viruses in one connection, after a HELO of LETTERS letters.
infect() {
	world python3 - "$@" $LAB_MX <<-'EOP'
		import socket, sys
		source, times, letters, to = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
		peer = socket.create_connection((to, 25), 10, (source, 0))
		answers = peer.makefile("rb")
		def say(text):
		    if text:
		        peer.sendall(text + b"\r\n")
		    while (answer := answers.readline())[3:4] == b"-":
		        pass
		    return answer[:3]
		say(b"")
		assert say(b"EHLO " + b"a" * letters) == b"250"
		eicar = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
		for _ in range(times):
		    for command, wanted in ((b"MAIL FROM:<s@e>", b"250"), (b"RCPT TO:<alice@example.org>", b"250"), (b"DATA", b"354")):
		        assert say(command) == wanted
		    # The block for the last one may end the connection before the answer.
		    try:
		        assert say(b"Subject: x\r\n\r\n" + eicar + b"\r\n.") == b"550"
		    except ConnectionResetError:
		        assert _ == times - 1
	EOP
}

# The length of the longest line that reports a virus.
longest() {
	grep 'This message contains a virus' "$log" | awk '{ if (length > most) most = length } END { print most }'
}

@test "a HELO of 7950 letters does not hide a host, and 15 viruses of its neighbour do not block it" {
	infect $good 15 7950
	infect $bad 16 7950
	until_blocked $bad
	[ "$(longest)" -gt 8050 ]
	[ "$(reach $bad)" = silence ]
	[ "$(reach $good)" = connected ]
	"$sobig" explain $bad | grep -q "rejected after DATA: This message contains a virus"
	infect $good 1 7950
	until_blocked $good
}

@test "the longest HELO with a complete line does not hide a host, and a longer one is reported" {
	local letters
	# Each HELO makes the line a letter longer; exim logs that the first one that is too long does not fit.
	infect $good 1 7950
	letters=$((7950 + 8189 - $(longest)))
	infect $bad 16 $letters
	until_blocked $bad
	[ "$(longest)" = 8189 ]
	[ "$(reach $bad)" = silence ]
	[ "$("$sobig" metrics | grep -c 'lines_skipped_total.* 0$')" = 5 ]
	infect $good 16 $((letters + 2))
	sleep 1.5
	"$sobig" metrics | grep lines_skipped_total
	run "$sobig" status
	[ "$status" = 1 ]
	[[ ${lines[0]} == 'LINES NOT COUNTED: '*"overflowed exim's log buffer"* ]]
	"$sobig" metrics | grep -q 'lines_skipped_total{kind="overflowed"} 16'
	[ "$(reach $good)" = connected ]
}
