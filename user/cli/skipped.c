// SPDX-License-Identifier: GPL-2.0-only
/* Says on standard error what of a log was not counted, and what can be done about it. */
#include "cli/skipped.h"

#include <errno.h>
#include <string.h>

#include "common/log.h"

void skipped_tell(const struct skips *skips)
{
	const unsigned long long doubtful = skips->of[SKIP_DOUBTFUL],
				 overlong = skips->of[SKIP_OVERLONG],
				 overflowed = skips->of[SKIP_OVERFLOWED], cut = skips->of[SKIP_CUT];

	if (doubtful)
		log_warning(
			"lines that can be read in two ways, and were not counted: %llu (with --helo-checked there may be fewer; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			doubtful);
	if (overlong)
		log_warning(
			"lines of more than %d bytes, which exim does not write, and which were not counted: %llu",
			EXIM_LOG_LINE_MAX, overlong);
	if (overflowed)
		log_warning(
			"lines that exim could not write whole (\"log string overflowed log buffer\"), and which were not counted: %llu (a HELO that long can be refused in acl_smtp_helo; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			overflowed);
	if (cut)
		log_warning(
			"lines that syslog had cut, and which were not counted: %llu (exim's own log file has them whole; see WHAT IS NOT COUNTED in sobig-xdp(8))",
			cut);
}

void skipped_tell_error(const char *name, int err, const struct chunks_end *end)
{
	bool packed = err == -EBADMSG || err == -ENOTSUP;

	log_error("cannot read \"%s\"%s: %s", name, err == -EBADMSG ? " to its end" : "",
		  packed ? end->why : strerror(-err));
}

bool skipped_is_foreign(const char *name, const struct reader *reader, const struct chunks_end *end)
{
	if (reader->form != READER_UNKNOWN || (!end->lines && !end->cut))
		return false;
	log_error("no line of \"%s\" is exim's; expected its main log, as a file or from syslog",
		  name);
	return true;
}
