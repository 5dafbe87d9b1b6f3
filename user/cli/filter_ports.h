/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks that the attached filters cover given ports. */
#ifndef FILTER_PORTS_H
#define FILTER_PORTS_H

#include "cli/cli.h"

/*
 * Checks each of `ports` ("25", "smtp,465", "0:65535": numbers, names of TCP services and ranges)
 * on each interface that is attached below common->pins. 0: each interface filters all of them.
 * Errors are logged: -ENOENT: a port is not filtered, or nothing is attached; -EINVAL: not a list
 * of ports; -EPERM and others: the filters cannot be read.
 */
int filter_ports_check(const struct cli_common *common, const char *ports);

#endif
