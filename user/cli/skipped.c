// SPDX-License-Identifier: GPL-2.0-only
/* Logs which lines of a log were not counted, and what the operator can do. */
#include "cli/skipped.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"

void skipped_log(const struct skips *skips)
{
	const unsigned long long doubtful = skips->of[SKIP_DOUBTFUL],
				 overlong = skips->of[SKIP_OVERLONG],
				 overflowed = skips->of[SKIP_OVERFLOWED], cut = skips->of[SKIP_CUT];

	if (doubtful)
		log_warning(
			"doubtful lines, which can be read in two ways, not counted: %llu (--helo-checked may reduce them; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			doubtful);
	if (overlong)
		log_warning(
			"overlong lines, of more than %d bytes, which exim does not write, not counted: %llu",
			EXIM_LOG_LINE_MAX, overlong);
	if (overflowed)
		log_warning(
			"overflowed lines, which exim truncated (\"log string overflowed log buffer\"), not counted: %llu (reject long HELOs in acl_smtp_helo; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			overflowed);
	if (cut)
		log_warning(
			"cut lines, which syslog truncated, not counted: %llu (exim's own log file contains the complete lines; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			cut);
}

void skipped_log_error(const char *name, int err, const struct chunks_end *end)
{
	bool packed = err == -EBADMSG || err == -ENOTSUP;

	log_error("cannot read \"%s\"%s: %s", name, err == -EBADMSG ? " to its end" : "",
		  packed ? end->why : strerror(-err));
}

bool skipped_is_foreign(const char *name, const struct reader *reader, const struct chunks_end *end)
{
	if (reader->form != READER_UNKNOWN || (!end->lines && !end->cut))
		return false;
	log_error(
		"\"%s\" has no line written by exim; expected exim's main log, as a file or from syslog",
		name);
	return true;
}
