/* SPDX-License-Identifier: GPL-2.0-only */
/* What there is to see, as families of metrics. */
#ifndef METRICS_COLLECT_H
#define METRICS_COLLECT_H

#include "status/metrics_out.h"

/*
 * Reads everything and writes it as metrics; that nothing is attached is no error, but one of
 * them. -EPERM, -ENOMEM or another -errno: nothing was written. Says nothing.
 */
int metrics_collect(const char *pins, struct metrics_out *out);

#endif
