/* SPDX-License-Identifier: GPL-2.0-only */
/* What exim itself says of its peers: greetings, logins, commands, connections; and arrivals. */
#ifndef LINE_KINDS_H
#define LINE_KINDS_H

#include "read/exim_log/line.h"

/*
 * By the first words, which it steps over, how to read on; NULL: the line is no peer's. The
 * words are those of exim's source (src/smtp_in.c unless said), 4.94 to 4.99.
 */
line_family *line_kinds_find(struct cursor *cursor);

#endif
