/* SPDX-License-Identifier: GPL-2.0-only */
/* "H=HOST …": what exim's ACLs say of the host that is on the line. */
#ifndef SESSION_H
#define SESSION_H

#include "read/line.h"

/* A line_family; its first words are "H=". */
bool session_read(struct line *line);

#endif
