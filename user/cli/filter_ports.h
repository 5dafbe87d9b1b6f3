/* SPDX-License-Identifier: GPL-2.0-only */
/* Whether the filters that are attached guard given ports. */
#ifndef FILTER_PORTS_H
#define FILTER_PORTS_H

/*
 * Looks up each of `ports` ("25", "smtp,465", "0:65535": numbers, names of TCP services and ranges)
 * at each interface that is attached below `pins`. 0: each guards them all. Else it is told which
 * port is not guarded, or what was not understood: -ENOENT: a port is not guarded, or nothing is
 * attached; -EINVAL: not a list of ports; -EPERM and others: the filters cannot be read.
 */
int filter_ports_check(const char *pins, const char *ports);

#endif
