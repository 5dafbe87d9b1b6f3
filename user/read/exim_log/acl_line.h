/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads "H=HOST …" lines: rejections by exim's ACLs, and those by local_scan(). */
#ifndef ACL_LINE_H
#define ACL_LINE_H

#include "read/exim_log/line.h"

/* A line_reader for lines that begin with "H=". */
bool acl_line_read(struct line *line);

/*
 * The same for lines that begin with "F=": "MSGID F=s H=HOST P=esmtp … rejected by local_scan():
 * TEXT" (src/receive.c). The sender is an address without angle brackets, or "<>".
 */
bool acl_line_read_local_scan(struct line *line);

#endif
