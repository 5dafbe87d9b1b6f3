/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON documents on standard output: made, escaped, printed. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>
#include <stdbool.h>

#define OUTPUT_SHAPE 4 /* raised when a document's shape changes for its readers */

/* A fresh document of the given kind, with "kind" and "shape" set. Never NULL. */
json_t *output_document(const char *kind);

/*
 * Text as JSON, which takes UTF-8 only: a byte that is not part of any becomes U+FFFD. NULL becomes
 * null. For names that others chose, such as those of files and interfaces, and for reasons.
 */
json_t *output_text(const char *text);

/* Prints `json`, on one line if it shall be compact, and releases it. 0, or -EIO (logged). */
int output_print(json_t *json, bool compact);

/* An entry of a list as a document of its own on one line; it is released. Not flushed. */
void output_line(const char *kind, json_t *entry);

/* True if a line can be written to `fd` without waiting for whoever reads it. */
bool output_is_ready(int fd);

/* Flushes standard output. 0, or -EIO (logged) if anything could not be written. */
int output_end(void);

#endif
