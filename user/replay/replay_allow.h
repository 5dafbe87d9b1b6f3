/* SPDX-License-Identifier: GPL-2.0-only */
/* The allow list of a replay: addresses and networks from files only, without lookups. */
#ifndef REPLAY_ALLOW_H
#define REPLAY_ALLOW_H

#include "common/prefix_set.h"
#include "config/config.h"

/*
 * Reads the addresses and networks of the configuration, of its files, and of the operator's own
 * list if this user may read it. Host names are not looked up (a warning is logged). 0 or
 * -ENOMEM. The caller frees *out.
 */
int replay_allow(const char *state, const struct config *config, struct prefix_set **out);

#endif
