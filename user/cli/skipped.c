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
			"lines not counted: %llu doubtful: they can be read in two ways; --helo-checked may reduce their number; see WHAT IS NOT COUNTED in sobig-xdp(8)",
			doubtful);
	if (overlong)
		log_warning(
			"lines not counted: %llu overlong: they have more than %d bytes, and exim does not write such lines",
			overlong, EXIM_LOG_LINE_MAX);
	if (overflowed)
		log_warning(
			"lines not counted: %llu overflowed: exim logged \"log string overflowed log buffer\"; reject long HELOs in acl_smtp_helo; see WHAT IS NOT COUNTED in sobig-xdp(8)",
			overflowed);
	if (cut)
		log_warning(
			"lines not counted: %llu cut: syslog truncated them; exim's own log file contains the complete lines; see WHAT IS NOT COUNTED in sobig-xdp(8)",
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
