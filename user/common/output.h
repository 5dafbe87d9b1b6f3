/* SPDX-License-Identifier: GPL-2.0-only */
/* Creates JSON documents and prints them to standard output. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "sobig.h"

#define OUTPUT_SHAPE 4 /* raised when a document's shape changes for its readers */

/* Creates a document of that kind, with "kind" and "shape" set. Exits if there is no memory. */
json_t *output_document(const char *kind);

/*
 * Converts text to JSON, which must be UTF-8: each invalid byte becomes U+FFFD. NULL becomes null.
 * For text from outside, such as names of files and interfaces, and for reasons.
 */
json_t *output_text(const char *text);

/* Prints `json`, on one line if `compact` is set, and frees it. 0, or -EIO (logged). */
int output_print(json_t *json, bool compact);

/* Prints an entry of a list as a document on one line, without a flush, and frees the entry. */
void output_line(const char *kind, json_t *entry);

/* True if a line can be written to `fd` without waiting for whoever reads it. */
bool output_is_ready(int fd);

/* Flushes standard output. 0, or -EIO (logged) if anything could not be written. */
int output_end(void);

/* The ports of a list that ends at a 0 or after SOBIG_PORTS_MAX, as an array. */
json_t *output_ports(const uint16_t ports[SOBIG_PORTS_MAX]);

#endif
