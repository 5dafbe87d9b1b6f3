/* SPDX-License-Identifier: GPL-2.0-only */
/* "H=HOST …": what exim's ACLs say of the host that is on the line. */
#ifndef ACL_LINE_H
#define ACL_LINE_H

#include "read/exim_log/line.h"

/* A line_family; its first words are "H=". */
bool acl_line_read(struct line *line);

#endif
