/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the lines that exim writes about peers without an ACL: HELO, AUTH, errors; and arrivals. */
#ifndef LINE_KINDS_H
#define LINE_KINDS_H

#include "read/exim_log/line.h"

/*
 * Skips the first words and returns the function that reads the rest; NULL: the line is not about a
 * peer. The words are those of exim's source (src/smtp_in.c if not noted), 4.94 to 4.99.
 */
line_reader *line_kinds_find(struct cursor *cursor);

#endif
