/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of addresses, networks and names, one a line: read again when they change. */
#ifndef LISTS_H
#define LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/addr.h"
#include "common/prefix_set.h"

struct lists_file {
	const char *path; /* the caller's, as the next */
	const char *why;  /* the words for its entries; a line's own remark is added to them */
	bool may_lack;	  /* that it is not there means that it is empty */

	struct stat seen;
	int error;		/* that was last told */
	struct prefix_set *set; /* NULL: nothing */
	char **names;
	size_t names_count;
};

/*
 * Reads the file if it is another than last time. True: what is in it may have changed. A line
 * that is wrong is told and skipped. Where the file cannot be read, what was in it stays.
 */
bool lists_refresh(struct lists_file *file);

/* Cuts a line into its word and the remark behind '#' or ';', both trimmed and maybe "". */
void lists_split(char *line, char **word, char **remark);

/*
 * What may stand in a list: 0; -EINVAL; -EDOM: bits are set behind the prefix; -ERANGE: it is every
 * address there is.
 */
int lists_parse(const char *word, struct addr_prefix *out);

/* Why lists_parse() returned that, for a sentence. */
const char *lists_error(int err);

void lists_clear(struct lists_file *file);

#endif
