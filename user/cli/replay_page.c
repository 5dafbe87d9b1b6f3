// SPDX-License-Identifier: GPL-2.0-only
/* A replay as one self-contained page. */
#include "cli/replay_report.h"

#include "common/log.h"

int replay_page(const char *path, const struct replay_report *report)
{
	(void)report;
	log_error("cannot write \"%s\" yet", path);
	return CLI_FAILED;
}
