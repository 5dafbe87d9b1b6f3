/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a host is blocked, or is not: the rule, the counts, the very log lines. */
#ifndef EXPLAIN_H
#define EXPLAIN_H

#include <stdio.h>

#include "cli/cli.h"

/*
 * Writes all that is known of `whom` in words, by the configuration `file` (NULL: the usual one).
 * CLI_DONE or CLI_FAILED (told).
 */
int explain_print(FILE *to, const struct cli_common *common, const char *file,
		  const struct addr_prefix *whom);

#endif
