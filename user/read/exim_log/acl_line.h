/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads "H=HOST …" lines: rejections by exim's ACLs. */
#ifndef ACL_LINE_H
#define ACL_LINE_H

#include "read/exim_log/line.h"

/* A line_reader for lines that begin with "H=". */
bool acl_line_read(struct line *line);

#endif
