/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads files of the allow list: one address, network or name on each line. */
#ifndef LIST_FILE_H
#define LIST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "common/addr.h"
#include "common/prefix_set.h"

struct list_file {
	const char *path; /* owned by the caller */
	const char *why;  /* reason of its entries, followed by a line's comment; the caller's */
	bool may_lack;	  /* a file that does not exist is an empty list, not an error */

	struct stat seen;
	int error;		/* the last logged error, -errno; 0: none */
	struct prefix_set *set; /* NULL: not read yet */
	char **names;
	size_t names_count;
};

/*
 * Reads the file if it has changed. Returns true if the entries may have changed. An invalid line
 * is logged and skipped. If the file cannot be read, the previous entries stay.
 */
bool list_file_refresh(struct list_file *file);

/* Splits a line into its entry and the comment after '#' or ';'. Both are trimmed, possibly "". */
void list_file_split(char *line, char **word, char **comment);

/*
 * Parses an address or a network. 0; -EINVAL; -EDOM: bits are set after the prefix; -ERANGE: it
 * covers every address.
 */
int list_file_parse(const char *word, struct addr_prefix *out);

/* The text for an error of list_file_parse(), without a capital or a full stop. */
const char *list_file_error(int err);

/* Frees the entries. */
void list_file_clear(struct list_file *file);

#endif
