/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects an installation's metrics. */
#ifndef METRICS_COLLECT_H
#define METRICS_COLLECT_H

#include "status/metrics_out.h"

/*
 * Reads the installation and writes its metrics. If nothing is attached, that is a metric, not an
 * error. -EPERM, -ENOMEM or another -errno: nothing was written. Logs nothing.
 */
int metrics_collect(const char *pins, struct metrics_out *out);

#endif
