/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rules would say of a host now: its standing, and the points that it has. */
#ifndef EXPLAIN_JUDGE_H
#define EXPLAIN_JUDGE_H

#include <stdio.h>

#include "cli/cli.h"
#include "judge/judge.h"
#include "state/db.h"

struct explain_judge {
	struct judge *judge;
	struct policy *policy;
	struct addr host;
	int64_t now;	 /* ms since 1970 */
	int64_t since;	 /* ms since 1970: earlier offences led to a block */
	bool has_points; /* false: no log could be read (logged) */
	bool has_standing;
};

/*
 * Judges a host again: its standing is that of the state, and its points come from the log that the
 * daemon follows, read back as far as the longest window. `since`: the time of the offence that led
 * to its last block, 0: none. 0 or -errno (logged); the caller calls explain_judge_close().
 */
int explain_judge_open(const struct cli_common *common, struct db *db, const struct addr *host,
		       int64_t since, struct explain_judge *out);

void explain_judge_print(FILE *to, const struct explain_judge *judged);

/* Adds the members "standing" and "points". */
void explain_judge_json(const struct explain_judge *judged, json_t *document);

/* Accepts one that is all zero. */
void explain_judge_close(struct explain_judge *judged);

#endif
