/* SPDX-License-Identifier: GPL-2.0-only */
/* Files of addresses, networks and names, one a line: read again when they change. */
#ifndef LIST_FILE_H
#define LIST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/addr.h"
#include "common/prefix_set.h"

struct list_file_file {
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
bool list_file_refresh(struct list_file_file *file);

/* Cuts a line into its word and the remark behind '#' or ';', both trimmed and maybe "". */
void list_file_split(char *line, char **word, char **comment);

/*
 * What may stand in a list: 0; -EINVAL; -EDOM: bits are set behind the prefix; -ERANGE: it is every
 * address there is.
 */
int list_file_parse(const char *word, struct addr_prefix *out);

/* Why list_file_parse() returned that, for a sentence. */
const char *list_file_error(int err);

void list_file_clear(struct list_file_file *file);

#endif
