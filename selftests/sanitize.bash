# SPDX-License-Identifier: GPL-2.0-only
# What selftests/run needs for a build with sanitizers: what they find goes into files, and fails the run; to be sourced.
#
# A test may end a daemon without looking at its exit status, so the files are what counts. Each test has its own: process
# ids are given again in a new namespace.
# shellcheck shell=bash disable=SC2154

# sanitize NAME COMMAND...: runs a test so that findings are written to $folder/findings/NAME.*
sanitize() {
	local options=log_path=$folder/findings/$1:exitcode=99
	shift
	# Some tests run the program as another user, wherever the clone is.
	chmod 711 "$folder"
	install -d -m 1777 "$folder/findings"
	cp "$top/selftests/tsan.supp" "$folder"
	# A test may preload libfaketime, which then comes before AddressSanitizer. Addresses at random can lie where
	# ThreadSanitizer has no shadow for them.
	ASAN_OPTIONS=$options:detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:verify_asan_link_order=0 \
		UBSAN_OPTIONS=$options:print_stacktrace=1 \
		TSAN_OPTIONS=$options:second_deadlock_stack=1:suppressions=$folder/tsan.supp \
		setarch -R "$@"
}

# Prints what was found in test NAME. False: something was.
sanitize_found_nothing() {
	local file found=0
	for file in "$folder/findings/$1".*; do
		[ -s "$file" ] || continue
		found=1
		head -n 60 "$file"
	done
	[ $found = 0 ]
}
