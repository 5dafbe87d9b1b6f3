/* SPDX-License-Identifier: GPL-2.0-only */
/* What the configuration means to the parts that it is for. */
#ifndef SETUP_H
#define SETUP_H

#include "judge/config_filter.h"
#include "read/classes.h"

/*
 * The known patterns with those of the configuration `file` (NULL: the usual one, if any) before
 * them, and what it says of the filter (NULL: nobody asks). CLI_DONE, or the status to exit with;
 * what is wrong was said. The caller closes *out.
 */
int setup_classes(const char *file, struct classes **out, struct config_filter *filter);

#endif
