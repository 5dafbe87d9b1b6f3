/* SPDX-License-Identifier: GPL-2.0-only */
/* Says on standard error which lines of a log were not counted, and what can be done about it. */
#ifndef SKIPPED_H
#define SKIPPED_H

#include "read/skip.h"

/* A warning for each kind of which there were some. */
void skipped_tell(const struct skips *skips);

#endif
