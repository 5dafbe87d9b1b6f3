/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a replay takes for never blocked: what is written down, and nothing that must be asked. */
#ifndef REPLAY_SPARE_H
#define REPLAY_SPARE_H

#include "common/prefix_set.h"
#include "config/config.h"

/*
 * The addresses and networks of the configuration, its files, and the operator's own list as far
 * as this user may read it. Names are not looked up, which is said. 0 or -ENOMEM; the caller
 * frees *out.
 */
int replay_spare(const char *state, const struct config *config, struct prefix_set **out);

#endif
